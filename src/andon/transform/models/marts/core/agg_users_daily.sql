{{ config(materialized=kept_by_day(), day='event_date') }}
{#- What is counted, and where: measure, fact, amount of one fact. A fact of amount 0 still makes the day one of the person's. -#}
{%- set measures = [
    ('sessions', 'fct_sessions', 'facts.fact_count'),
    ('user_messages', 'fct_user_messages', "case when facts.origin in ('human', 'command') then facts.fact_count else 0 end"),
    ('assistant_messages', 'fct_assistant_messages', 'facts.fact_count'),
    ('tool_calls', 'fct_tool_calls', 'case when facts.is_executed then facts.fact_count else 0 end'),
    ('mcp_calls', 'fct_tool_calls', "case when facts.is_executed and facts.tool_kind = 'mcp' then facts.fact_count else 0 end"),
    ('files_created', 'fct_file_changes', "case when facts.operation = 'create' then facts.fact_count else 0 end"),
    ('files_edited', 'fct_file_changes', "case when facts.operation = 'edit' then facts.fact_count else 0 end"),
    ('git_commits', 'fct_git_actions', "case when facts.git_kind = 'commit' then facts.fact_count else 0 end"),
    ('git_prs_created', 'fct_git_actions', "case when facts.git_kind = 'pull_request' then facts.fact_count else 0 end"),
    ('skill_calls', 'fct_skill_activations', 'facts.fact_count'),
    ('slash_commands', 'fct_slash_commands', 'facts.fact_count'),
    ('hooks', 'fct_hook_runs', 'facts.fact_count'),
    ('billable_tokens', 'agg_tokens_daily', 'facts.billable_tokens'),
    ('input_tokens', 'agg_tokens_daily', 'facts.input_tokens'),
    ('output_tokens', 'agg_tokens_daily', 'facts.output_tokens'),
    ('cache_read_tokens', 'agg_tokens_daily', 'facts.cache_read_tokens'),
    ('cache_write_tokens', 'agg_tokens_daily', 'facts.cache_write_tokens'),
] -%}
with amounts as (
    {% for measure, relation, amount in measures %}
    select
        facts.org_id as org_id,
        facts.event_date as event_date,
        facts.user_id as user_id,
        '{{ measure }}' as measure,
        {{ whole_sum(amount) }} as amount
    from {{ ref(relation) }} as facts
    where
        {{ reported('facts.event_date') }}
        and {{ is_remade('facts') }}
    group by facts.org_id, facts.event_date, facts.user_id
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
)

select
    amounts.org_id as org_id,
    amounts.event_date as event_date,
    amounts.user_id as user_id,
    {% for measure, relation, amount in measures %}
    {{ whole_sum("case when amounts.measure = '" ~ measure ~ "' then amounts.amount end") }} as {{ measure }}{{ ',' if not loop.last }}
    {% endfor %}
from amounts
group by amounts.org_id, amounts.event_date, amounts.user_id
