{{ config(materialized=kept_from_build_to_build(), remade=remade_of_acts(), days=days_of_acts()) }}
-- depends_on: {{ ref('int_told_identities') }}
{%- do look_up_acts() %}
{#- What a fact of a kind adds to the sums, and which flags it sets where a condition holds. -#}
{%- set typed = "facts.origin in ('human', 'command')" -%}
{%- set asked = "facts.purpose in ('main', 'subagent')" -%}
{%- set sums = {
    'session_starts': {},
    'user_messages': {'facts': 'true', 'active_facts': typed, 'user_messages': typed},
    'assistant_messages': {'facts': 'true', 'assistant_messages': 'true'},
    'model_calls': {'facts': 'true', 'active_facts': asked},
    'tool_calls': {'facts': 'true', 'active_facts': 'true', 'tool_calls': "coalesce(facts.outcome, 'ok') <> 'denied'"},
    'file_changes': {'facts': 'true', 'files_created': "facts.operation = 'create'", 'files_edited': "facts.operation = 'edit'"},
    'git_actions': {'facts': 'true', 'git_commits': "facts.git_kind = 'commit'", 'git_prs_created': "facts.git_kind = 'pull_request'"},
    'skill_activations': {'facts': 'true', 'skill_calls': 'true'},
    'slash_commands': {'facts': 'true', 'slash_commands': 'true'},
    'hook_runs': {'facts': 'true', 'hooks': 'true'},
} -%}
{%- set flags = {
    'session_starts': {'is_started': 'true'},
    'user_messages': {'is_told': 'true', 'is_talk': 'true', 'is_active': typed},
    'assistant_messages': {'is_told': 'true', 'is_talk': 'true'},
    'model_calls': {
        'is_told': 'true', 'is_talk': 'true', 'is_active': asked, 'has_model_call': 'true',
        'has_model': is_told('facts.model'), 'has_cost': 'facts.cost_usd is not null', 'has_input_tokens': 'facts.input_tokens > 0',
        'has_output_tokens': 'facts.output_tokens > 0', 'has_cache_read_tokens': 'facts.cache_read_tokens > 0',
        'has_cache_write_tokens': 'facts.cache_write_tokens > 0', 'has_reasoning_tokens': 'facts.reasoning_tokens > 0',
    },
    'tool_calls': {'is_told': 'true', 'is_talk': 'true', 'is_active': 'true'},
} -%}
{%- set all_sums = [
    'facts', 'active_facts', 'user_messages', 'assistant_messages', 'tool_calls', 'files_created', 'files_edited', 'git_commits',
    'git_prs_created', 'skill_calls', 'slash_commands', 'hooks',
] -%}
{%- set all_flags = [
    'is_told', 'is_started', 'is_talk', 'is_active', 'has_model_call', 'has_model', 'has_cost', 'has_input_tokens',
    'has_output_tokens', 'has_cache_read_tokens', 'has_cache_write_tokens', 'has_reasoning_tokens',
] -%}
{%- set alike = ['session_key', 'event_date', 'client', 'agent_version', 'repository', 'team'] -%}
{%- set whose = ['org_id', 'agent', 'session_id', 'user_id'] -%}
{#- Facts that are as they were told are put together by their session's key, which is of one session of one person. #}
with
{%- for rows, columns in [('told', alike), ('exceptional', whose + alike)] %}
{{ rows }} as (
    {%- for kind in fact_kinds() %}
    select
        {%- for column in columns + ['occurred_at', 'occurred_at_unix_nano', 'record_id'] %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        {%- for name in all_sums %}
        {%- set condition = sums.get(kind, {}).get(name, 'false') %}
        {{ '0' if condition == 'false' else whole('facts.fact_count') if condition == 'true'
            else 'case when ' ~ condition ~ ' then ' ~ whole('facts.fact_count') ~ ' else 0 end' }} as {{ name }},
        {%- endfor %}
        {%- for name in all_flags %}
        {%- set condition = flags.get(kind, {'is_told': 'true'}).get(name, 'false') %}
        {{ '0' if condition == 'false' else '1' if condition == 'true' else 'case when ' ~ condition ~ ' then 1 else 0 end' }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- if rows == 'told' %}
    from {{ ref('int_' ~ kind ~ '_unioned') }} as facts
    where
        facts.fact_key not in (select exceptions.fact_key from {{ ref('int_' ~ kind ~ '_exceptions') }} as exceptions)
    {%- else %}
    from {{ ref('int_' ~ kind ~ '_exceptions') }} as facts
    where
        facts.is_fact = 1
    {%- endif %}
        and {{ of_acts('facts') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{{ rows }}_days as (
    select
        {%- for column in columns %}
        {{ rows }}.{{ column }} as {{ column }},
        {%- endfor %}
        min({{ rows }}.occurred_at) as occurred_at,
        max({{ rows }}.occurred_at) as ended_at,
        min({{ rows }}.occurred_at_unix_nano) as occurred_at_unix_nano,
        {{ first_record(rows) }} as record_id,
        {%- for name in all_sums %}
        {{ whole_sum(rows ~ '.' ~ name) }} as {{ name }},
        {%- endfor %}
        {%- for name in all_flags %}
        max({{ rows }}.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows }}
    group by {% for column in columns %}{{ rows }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
){{ ',' if not loop.last }}
{% endfor %}
{%- for rows in ['told', 'exceptional'] %}
select
    {%- for column in whose %}
    {{ 'owners' if rows == 'told' else 'exceptional_days' }}.{{ column }} as {{ column }},
    {%- endfor %}
    {%- for column in alike + ['occurred_at', 'ended_at', 'occurred_at_unix_nano', 'record_id'] + all_sums + all_flags %}
    {{ rows }}_days.{{ column }} as {{ column }},
    {%- endfor %}
    {{ '0' if rows == 'told' else '1' }} as is_exceptional
from {{ rows }}_days
{%- if rows == 'told' %}
inner join {{ ref('int_session_owners') }} as owners
    on
        told_days.session_key = owners.session_key
        and told_days.event_date = owners.event_date
union all
{%- endif %}
{%- endfor %}
