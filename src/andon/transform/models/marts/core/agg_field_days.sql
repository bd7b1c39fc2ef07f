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
-- What a conversation consists of.
with acts as (
    {%- for kind, is_active in [
        ('user_messages', "acts.origin in ('human', 'command')"),
        ('assistant_messages', 'false'),
        ('model_calls', "acts.purpose in ('main', 'subagent')"),
        ('tool_calls', 'true'),
    ] %}
    select
        acts.org_id as org_id,
        acts.agent as agent,
        coalesce(nullif(acts.agent_version, ''), '(unknown)') as agent_version,
        acts.event_date as event_date,
        coalesce(acts.session_id, acts.user_id) as conversation,
        acts.session_id is not null as has_session,
        acts.fact_count as fact_count,
        {{ is_active }} as is_active,
        acts.user_id <> {{ unattributed_user_id() }} as person,
        {{ is_told('acts.client') }} as client,
        {{ is_told('acts.repository') }} as repository,
        {{ is_told('acts.team') }} as team,
        {{ is_active if kind == 'user_messages' else 'false' }} as user_messages,
        {{ 'true' if kind == 'assistant_messages' else 'false' }} as assistant_messages,
        {{ 'acts.is_executed' if kind == 'tool_calls' else 'false' }} as tool_calls,
        {%- set is_call = kind == 'model_calls' %}
        {{ 'true' if is_call else 'false' }} as model_calls,
        {{ is_told('acts.model_id') if is_call else 'false' }} as model,
        {{ 'acts.cost_usd is not null' if is_call else 'false' }} as cost
        {%- for tokens in of_sessions[:5] %},
        {{ ('acts.' ~ tokens ~ ' > 0') if is_call else 'false' }} as {{ tokens }}
        {%- endfor %}
    from {{ ref('fct_' ~ kind) }} as acts
    where {{ is_remade('acts') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A conversation on one day; title threads and a machine's messages alone are none.
conversations as (
    select
        {%- for key in keys %}
        acts.{{ key }} as {{ key }},
        {%- endfor %}
        acts.conversation as conversation,
        {%- for flag in ['is_active', 'model_calls'] + of_sessions %}
        max(case when acts.{{ flag }} then 1 else 0 end) as {{ flag }}{{ ',' if not loop.last }}
        {%- endfor %}
    from acts
    group by {% for key in keys %}acts.{{ key }}, {% endfor %}acts.conversation
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
        acts.{{ key }} as {{ key }},
        {%- endfor %}
        {{ told_columns('sessions', 'acts.is_active', 'acts.has_session', count='acts.fact_count') }}
    from acts
    group by {% for key in keys %}acts.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
),

{%- for kind, fields in of_facts.items() %}

{{ kind }}_days as (
    select
        facts.org_id as org_id,
        facts.agent as agent,
        coalesce(nullif(facts.agent_version, ''), '(unknown)') as agent_version,
        facts.event_date as event_date,
        {%- for field, conditions in fields.items() %}
        {{ told_columns(field, conditions[0], conditions[1], conditions[2], 'facts.fact_count') }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_' ~ kind) }} as facts
    where {{ is_remade('facts') }}
    group by
        facts.org_id,
        facts.agent,
        coalesce(nullif(facts.agent_version, ''), '(unknown)'),
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
