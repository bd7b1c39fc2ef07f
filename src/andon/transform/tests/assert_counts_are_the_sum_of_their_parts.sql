-- What a day's row counts is what its breakdown lists, and what its people's rows sum to.
{% set pairs = [
    ('tool_calls', 'rpt_tools_daily', 'tool_calls', 'rpt_tools_by_tool', 'tool_calls'),
    ('skills', 'rpt_tools_daily', 'skills_invocations', 'rpt_tools_by_skill', 'uses'),
    ('slash_commands', 'rpt_tools_daily', 'slash_commands_invocations', 'rpt_tools_by_slash_command', 'uses'),
    ('hooks', 'rpt_tools_daily', 'hooks_invocations', 'rpt_tools_by_hook', 'uses'),
    ('mcp_calls', 'rpt_users_daily', 'mcp_calls', 'rpt_tools_by_mcp_server', 'invocations'),
    ('extensions', 'rpt_productivity_daily', 'files_created + whole.files_edited', 'rpt_productivity_by_extension', 'files'),
    ('languages', 'rpt_productivity_daily', 'files_created + whole.files_edited', 'rpt_productivity_by_language', 'files'),
    ('people_billable_tokens', 'rpt_tokens_daily', 'billable_tokens', 'rpt_users_daily', 'billable_tokens'),
    ('people_tool_calls', 'rpt_tools_daily', 'tool_calls', 'rpt_users_daily', 'tool_calls'),
    ('people_skills', 'rpt_tools_daily', 'skills_invocations', 'rpt_users_daily', 'skill_calls'),
    ('people_slash_commands', 'rpt_tools_daily', 'slash_commands_invocations', 'rpt_users_daily', 'slash_commands'),
    ('people_hooks', 'rpt_tools_daily', 'hooks_invocations', 'rpt_users_daily', 'hooks'),
    ('people_sessions', 'rpt_activity_daily', 'sessions', 'rpt_users_daily', 'sessions'),
    ('people_messages', 'rpt_activity_daily', 'messages', 'rpt_users_daily', 'messages'),
    ('people_user_messages', 'rpt_activity_daily', 'user_messages', 'rpt_users_daily', 'user_messages'),
    ('people_files_created', 'rpt_productivity_daily', 'files_created', 'rpt_users_daily', 'files_created'),
    ('people_files_edited', 'rpt_productivity_daily', 'files_edited', 'rpt_users_daily', 'files_edited'),
    ('people_git_commits', 'rpt_productivity_daily', 'git_commits', 'rpt_users_daily', 'git_commits'),
    ('people_git_prs', 'rpt_productivity_daily', 'git_prs_created', 'rpt_users_daily', 'git_prs_created'),
] -%}
with amounts as (
    {% for identity, whole, whole_amount, parts, parts_amount in pairs %}
    select
        whole.org_id as org_id,
        whole.report_date as report_date,
        '{{ identity }}' as identity,
        sum(whole.{{ whole_amount }}) as amount
    from {{ ref(whole) }} as whole
    where {{ is_remade('whole', 'report_date') }}
    group by whole.org_id, whole.report_date

    union all

    select
        parts.org_id as org_id,
        parts.report_date as report_date,
        '{{ identity }}' as identity,
        -sum(parts.{{ parts_amount }}) as amount
    from {{ ref(parts) }} as parts
    where {{ is_remade('parts', 'report_date') }}
    group by parts.org_id, parts.report_date

    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    amounts.org_id as org_id,
    amounts.report_date as report_date,
    amounts.identity as identity,
    sum(amounts.amount) as apart
from amounts
group by amounts.org_id, amounts.report_date, amounts.identity
having sum(amounts.amount) <> 0
