-- Every telling becomes one row or is set aside, and every row of a known organisation and a reported day is in the reports.
{% set kinds = [
    'user_messages', 'assistant_messages', 'model_calls', 'tool_calls', 'file_changes', 'git_actions',
    'skill_activations', 'slash_commands', 'hook_runs',
] -%}
{% set sums = [
    ('sessions', 'fct_sessions', 'facts.fact_count', 'true', 'rpt_activity_daily', 'sessions'),
    ('user_messages', 'fct_user_messages', 'facts.fact_count', "facts.origin in ('human', 'command')", 'rpt_activity_daily', 'user_messages'),
    ('assistant_messages', 'fct_assistant_messages', 'facts.fact_count', 'true', 'rpt_users_daily', 'assistant_messages'),
    ('input_tokens', 'fct_model_calls', 'facts.input_tokens', 'true', 'rpt_tokens_daily', 'input_tokens'),
    ('output_tokens', 'fct_model_calls', 'facts.output_tokens', 'true', 'rpt_tokens_daily', 'output_tokens'),
    ('cache_read_tokens', 'fct_model_calls', 'facts.cache_read_tokens', 'true', 'rpt_tokens_daily', 'cache_read_tokens'),
    ('cache_write_tokens', 'fct_model_calls', 'facts.cache_write_tokens', 'true', 'rpt_tokens_daily', 'cache_write_tokens'),
    ('tool_calls', 'fct_tool_calls', 'facts.fact_count', 'facts.is_executed', 'rpt_tools_daily', 'tool_calls'),
    ('files_created', 'fct_file_changes', 'facts.fact_count', "facts.operation = 'create'", 'rpt_productivity_daily', 'files_created'),
    ('files_edited', 'fct_file_changes', 'facts.fact_count', "facts.operation = 'edit'", 'rpt_productivity_daily', 'files_edited'),
    ('git_commits', 'fct_git_actions', 'facts.fact_count', "facts.git_kind = 'commit'", 'rpt_productivity_daily', 'git_commits'),
    ('git_prs_created', 'fct_git_actions', 'facts.fact_count', "facts.git_kind = 'pull_request'", 'rpt_productivity_daily', 'git_prs_created'),
    ('skills', 'fct_skill_activations', 'facts.fact_count', 'true', 'rpt_tools_daily', 'skills_invocations'),
    ('slash_commands', 'fct_slash_commands', 'facts.fact_count', 'true', 'rpt_tools_daily', 'slash_commands_invocations'),
    ('hooks', 'fct_hook_runs', 'facts.fact_count', 'true', 'rpt_tools_daily', 'hooks_invocations'),
] -%}
with balances as (
    {%- for kind in kinds %}
    {%- for relation, condition, came_in in [
        ('int_' ~ kind ~ '_unioned', 'true', 1), ('int_' ~ kind ~ '_exceptions', 'facts.is_fact = 0', 0), ('fct_' ~ kind, 'true', 0),
    ] %}
    select
        '{{ kind }} told' as what,
        facts.org_id as org_id,
        facts.event_date as report_date,
        {{ whole('count(*)' if came_in else '0') }} as came_in,
        {{ whole('0' if came_in else 'count(*)') }} as came_out
    from {{ ref(relation) }} as facts
    where
        {{ condition }}
        and {{ is_remade('facts') }}
    group by facts.org_id, facts.event_date

    union all
    {%- endfor %}
    {%- endfor %}
    {%- for what, fact, amount, condition, report, column in sums %}
    select
        '{{ what }}' as what,
        facts.org_id as org_id,
        facts.event_date as report_date,
        {{ whole_sum(amount) }} as came_in,
        {{ whole('0') }} as came_out
    from {{ ref(fact) }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
        and {{ condition }}
        and {{ is_remade('facts') }}
    group by facts.org_id, facts.event_date

    union all

    select
        '{{ what }}' as what,
        days.org_id as org_id,
        days.report_date as report_date,
        {{ whole('0') }} as came_in,
        {{ whole_sum('days.' ~ column) }} as came_out
    from {{ ref(report) }} as days
    where {{ is_remade('days', 'report_date') }}
    group by days.org_id, days.report_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    balances.what as what,
    balances.org_id as org_id,
    balances.report_date as report_date,
    sum(balances.came_in) as came_in,
    sum(balances.came_out) as came_out
from balances
group by balances.what, balances.org_id, balances.report_date
having sum(balances.came_in) <> sum(balances.came_out)
