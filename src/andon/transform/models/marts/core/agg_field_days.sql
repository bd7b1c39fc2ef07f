{{ config(materialized=kept_by_day(), day='event_date') }}
{#- One row per field is made from one row per day with three columns per field, so that facts are read once. -#}
{%- set keys = ['org_id', 'agent', 'agent_version', 'event_date'] -%}
{%- set of_sessions = [
    'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens', 'model', 'cost',
    'tool_calls', 'client', 'user_messages', 'assistant_messages', 'person', 'repository', 'team',
] -%}
{#- By kind of fact: each field with the conditions on a fact that make it an occasion, known, and hidden. -#}
{%- set of_facts = {
    'model_calls': {'model_tier': ['true', is_told('facts.model_tier'), 'false']},
    'tool_calls': {
        'tool_outcome': ['true', is_told('facts.outcome'), 'false'],
        'autonomy_level': ['true', is_told('facts.autonomy_level'), 'false'],
        'mcp_server': ["facts.tool_kind = 'mcp'", is_told('facts.mcp_server'), "facts.mcp_server = '(redacted)'"],
        'mcp_tool': ["facts.tool_kind = 'mcp'", is_told('facts.mcp_tool'), "facts.mcp_tool = '(redacted)'"],
    },
    'file_changes': {
        'files_created': ["facts.operation = 'create'", 'true', 'false'],
        'files_edited': ["facts.operation = 'edit'", 'true', 'false'],
        'extension': ['true', is_told('facts.extension'), "facts.extension = '(redacted)'"],
        'lines': ['true', 'coalesce(facts.lines_added, facts.lines_removed) is not null', 'false'],
    },
    'git_actions': {
        'commits': ["facts.git_kind = 'commit'", 'true', 'false'],
        'pull_requests': ["facts.git_kind = 'pull_request'", 'true', 'false'],
    },
    'skill_activations': {'skills': ['true', is_told('facts.skill_name'), "facts.skill_name = '(redacted)'"]},
    'slash_commands': {'slash_commands': ['true', is_told('facts.command_name'), "facts.command_name = '(redacted)'"]},
    'hook_runs': {
        'hooks': ['true', is_told('facts.hook_event'), 'false'],
        'hook_matcher': ['true', is_told('facts.hook_matcher'), "facts.hook_matcher = '(redacted)'"],
    },
} -%}
-- A conversation on one day; title threads and a machine's messages alone are none.
with conversations as (
    select
        acts.org_id as org_id,
        acts.agent as agent,
        {{ or_unknown('acts.agent_version') }} as agent_version,
        acts.event_date as event_date,
        coalesce(acts.session_id, acts.user_id) as conversation,
        {{ whole_sum('acts.active_facts') }} as active_facts,
        {{ whole_sum('case when acts.session_id is not null then acts.active_facts end') }} as active_facts_of_sessions,
        max(acts.is_active) as is_active,
        max(acts.has_model_call) as model_calls,
        {%- for field, condition in {
            'model': 'acts.has_model = 1',
            'cost': 'acts.has_cost = 1',
            'input_tokens': 'acts.has_input_tokens = 1',
            'output_tokens': 'acts.has_output_tokens = 1',
            'cache_read_tokens': 'acts.has_cache_read_tokens = 1',
            'cache_write_tokens': 'acts.has_cache_write_tokens = 1',
            'reasoning_tokens': 'acts.has_reasoning_tokens = 1',
            'tool_calls': 'acts.tool_calls > 0',
            'user_messages': 'acts.user_messages > 0',
            'assistant_messages': 'acts.assistant_messages > 0',
            'person': 'acts.user_id <> ' ~ unattributed_user_id(),
            'client': is_told('acts.client'),
            'repository': is_told('acts.repository'),
            'team': is_told('acts.team'),
        }.items() %}
        max(case when {{ condition }} then 1 else 0 end) as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_session_days') }} as acts
    where
        acts.is_talk = 1
        and {{ is_remade('acts') }}
    group by
        acts.org_id,
        acts.agent,
        {{ or_unknown('acts.agent_version') }},
        acts.event_date,
        coalesce(acts.session_id, acts.user_id)
),

conversation_days as (
    select
        {%- for key in keys %}
        conversations.{{ key }} as {{ key }},
        {%- endfor %}
        {%- for field in of_sessions %}
        {%- set of_calls = field in ['cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens', 'cost'] %}
        {{ told_columns(field, 'conversations.model_calls = 1' if of_calls else 'true', 'conversations.' ~ field ~ ' = 1') }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from conversations
    where conversations.is_active = 1
    group by {% for key in keys %}conversations.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
),

sessions_days as (
    select
        {%- for key in keys %}
        conversations.{{ key }} as {{ key }},
        {%- endfor %}
        {{ whole_sum('conversations.active_facts') }} as sessions_occasions,
        {{ whole_sum('conversations.active_facts_of_sessions') }} as sessions_known,
        {{ whole('0') }} as sessions_redacted
    from conversations
    group by {% for key in keys %}conversations.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
),

{%- for kind, fields in of_facts.items() %}

{{ kind }}_days as (
    select
        facts.org_id as org_id,
        facts.agent as agent,
        {{ or_unknown('facts.agent_version') }} as agent_version,
        facts.event_date as event_date,
        {%- for field, conditions in fields.items() %}
        {{ told_columns(field, conditions[0], conditions[1], conditions[2], 'facts.fact_count') }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_' ~ kind) }} as facts
    where {{ is_remade('facts') }}
    group by
        facts.org_id,
        facts.agent,
        {{ or_unknown('facts.agent_version') }},
        facts.event_date
),
{%- endfor %}

told as (
    {%- for days, fields in [('conversation', of_sessions), ('sessions', ['sessions'])] + (of_facts.items() | list) %}
    {%- set last_days = loop.last %}
    {%- for field in fields %}
    select
        {%- for key in keys %}
        {{ days }}_days.{{ key }} as {{ key }},
        {%- endfor %}
        '{{ field }}' as field,
        {{ days }}_days.{{ field }}_occasions as occasions,
        {{ days }}_days.{{ field }}_known as known,
        {{ days }}_days.{{ field }}_redacted as redacted
    from {{ days }}_days
    {{ 'union all' if not (last_days and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    told.org_id as org_id,
    told.agent as agent,
    told.agent_version as agent_version,
    told.event_date as event_date,
    told.field as field,
    told.occasions as occasions,
    told.known as known,
    told.redacted as redacted
from told
where told.occasions > 0
