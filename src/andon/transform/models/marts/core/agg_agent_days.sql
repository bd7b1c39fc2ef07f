{{ config(materialized=kept_by_day(), day='event_date') }}
{%- set kinds = [
    'user_messages', 'assistant_messages', 'model_calls', 'tool_calls', 'file_changes', 'git_actions',
    'skill_activations', 'slash_commands', 'hook_runs',
] -%}
{%- set columns = ['org_id', 'event_date', 'agent', 'agent_version', 'session_id', 'user_id'] -%}
with told as (
    {%- for kind in kinds %}
    select
        facts.org_id as org_id,
        facts.event_date as event_date,
        facts.agent as agent,
        coalesce(nullif(facts.agent_version, ''), '(unknown)') as agent_version,
        facts.session_id as session_id,
        facts.user_id as user_id,
        facts.fact_count as fact_count
    from {{ ref('fct_' ~ kind) }} as facts
    where {{ is_remade('facts') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {%- for column in columns %}
    told.{{ column }} as {{ column }},
    {%- endfor %}
    {{ whole_sum('told.fact_count') }} as facts
from told
group by {% for column in columns %}told.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
