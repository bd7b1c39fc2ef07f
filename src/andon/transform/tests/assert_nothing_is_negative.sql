{% set counts = {
    'rpt_tokens_by_user': ['billable_tokens', 'input_tokens', 'output_tokens'],
    'rpt_tokens_daily': ['cache_read_tokens', 'cache_write_tokens'],
    'rpt_tools_daily': [
        'tool_calls', 'mcp_users_with_mcp', 'skills_invocations', 'slash_commands_invocations',
        'hooks_invocations', 'web_users', 'autonomy_ratio_avg', 'autonomy_ratio_p50',
        'tool_calls_per_session_avg', 'user_turns_per_session_avg',
    ],
    'rpt_tools_by_tool': ['tool_calls'],
    'rpt_tools_by_hook': ['uses'],
    'rpt_activity_daily': [
        'daily_active_users', 'weekly_active_users', 'monthly_active_users', 'sessions', 'messages',
        'user_messages',
    ],
    'rpt_activity_by_client': ['daily_active_users'],
    'rpt_productivity_daily': ['files_created', 'files_edited', 'git_commits', 'git_prs_created'],
    'rpt_users_daily': [
        'tool_calls', 'billable_tokens', 'files_created', 'files_edited', 'git_commits', 'git_prs_created',
        'mcp_calls', 'skill_calls', 'slash_commands', 'hooks', 'sessions', 'messages', 'user_messages',
        'assistant_messages', 'autonomy_ratio',
    ],
} -%}
{% for relation, columns in counts.items() %}
select
    '{{ relation }}' as told_by,
    facts.org_id as org_id,
    facts.report_date as report_date
from {{ ref(relation) }} as facts
where
    {{ is_remade('facts', 'report_date', reach=1 if relation == 'rpt_activity_daily' else 0) }}
    and (
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}facts.{{ column }} < 0
        {%- endfor %}
    )
{{ 'union all' if not loop.last }}
{% endfor %}
