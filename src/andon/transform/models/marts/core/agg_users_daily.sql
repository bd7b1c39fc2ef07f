{{ config(materialized=kept_by_day(), day='event_date') }}
{#- What is counted, and where: relation, which of its rows, and the amount of each measure in one of them. -#}
{%- set measures = [
    'sessions', 'user_messages', 'assistant_messages', 'tool_calls', 'mcp_calls', 'files_created', 'files_edited', 'git_commits',
    'git_prs_created', 'skill_calls', 'slash_commands', 'hooks', 'billable_tokens', 'input_tokens', 'output_tokens',
    'cache_read_tokens', 'cache_write_tokens',
] -%}
with amounts as (
    {%- for relation, condition, told in [
        ('fct_sessions', 'true', {'sessions': 'fact_count'}),
        ('int_session_days', 'told.is_told = 1', {
            'user_messages': 'user_messages', 'assistant_messages': 'assistant_messages', 'tool_calls': 'tool_calls',
            'files_created': 'files_created', 'files_edited': 'files_edited', 'git_commits': 'git_commits',
            'git_prs_created': 'git_prs_created', 'skill_calls': 'skill_calls', 'slash_commands': 'slash_commands', 'hooks': 'hooks',
        }),
        ('fct_tool_calls', "told.tool_kind = 'mcp' and told.is_executed", {'mcp_calls': 'fact_count'}),
        ('agg_tokens_daily', 'true', {
            'billable_tokens': 'billable_tokens', 'input_tokens': 'input_tokens', 'output_tokens': 'output_tokens',
            'cache_read_tokens': 'cache_read_tokens', 'cache_write_tokens': 'cache_write_tokens',
        }),
    ] %}
    select
        told.org_id as org_id,
        told.event_date as event_date,
        told.user_id as user_id,
        {%- for measure in measures %}
        {{ whole_sum('told.' ~ told[measure]) if measure in told else whole('0') }} as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(relation) }} as told
    where
        {{ reported('told.event_date') }}
        and {{ condition }}
        and {{ is_remade('told') }}
    group by told.org_id, told.event_date, told.user_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    amounts.org_id as org_id,
    amounts.event_date as event_date,
    amounts.user_id as user_id,
    {%- for measure in measures %}
    {{ whole_sum('amounts.' ~ measure) }} as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from amounts
group by amounts.org_id, amounts.event_date, amounts.user_id
