{#
    What Gemini CLI and its fork Qwen Code say alike: the same events under another prefix. Each has a helper model
    stg_<dialect>__sessions with the client of its sessions.
#}

{% macro gemini_cli_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} = 'gemini-cli'
        or {{ name }} like {{ pattern('gemini_cli.%') }}
        or {{ service_name }} = 'gemini-cli'
{%- endmacro %}

{% macro qwen_code_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} = 'qwen-code'
        or {{ name }} like 'qwen-code.%'
        or {{ service_name }} = 'qwen-code'
{%- endmacro %}

{# The name of an event without its agent's prefix. #}
{% macro gemini_event(name) -%}
    {{ without_pattern(name, '^(gemini_cli|qwen-code)\\.') }}
{%- endmacro %}

{# What coverage takes for the version of a record of Gemini CLI. #}
{% macro gemini_cli_version(rows) -%} {{ gemini_version('gemini_cli', rows) }} {%- endmacro %}

{# The agent's version: Gemini CLI sends that of its runtime, which is not it. #}
{% macro gemini_version(dialect, rows) -%}
    {{ 'cast(null as ' ~ text() ~ ')' if dialect == 'gemini_cli' else rows ~ '.service_version' }}
{%- endmacro %}

{% macro gemini_agent(dialect) -%} '{{ dialect | replace('_', '-') }}' {%- endmacro %}

{# Log records of the named events, in their short names as `event`, with the client of their session. #}
{% macro gemini_family_logs(dialect, events) -%}
    (
        select
            logged.*,
            {{ gemini_event('logged.event_name') }} as event,
            coalesce(
                logged.client_declared,
                {{ gemini_client(json_text('logged.attributes', 'interactive')) }},
                sessions.client
            ) as client
        from {{ ref('stg_otlp__log_records') }} as logged
        left join {{ ref('stg_' ~ dialect ~ '__sessions') }} as sessions
            on
                logged.org_id = sessions.org_id
                and logged.session_id = sessions.session_id
        where
            logged.dialect = '{{ dialect }}'
            and {{ gemini_event('logged.event_name') }} in ('{{ events | join("', '") }}')
    )
{%- endmacro %}

{# Metric points of the named counters that grew, with the client that the point or its session tells. #}
{% macro gemini_family_points(dialect, counters) -%}
    (
        select
            points.*,
            coalesce(
                points.client_declared,
                {{ gemini_client(json_text('points.attributes', 'interactive')) }},
                sessions.client
            ) as client
        from {{ counted_points(dialect, counters) }} as points
        left join {{ ref('stg_' ~ dialect ~ '__sessions') }} as sessions
            on
                points.org_id = sessions.org_id
                and points.session_id = sessions.session_id
    )
{%- endmacro %}

{# Spans of the named kinds, with the client of their session. #}
{% macro gemini_family_spans(dialect, names) -%}
    (
        select
            finished.*,
            coalesce(finished.client_declared, sessions.client) as client
        from {{ ref('stg_otlp__spans') }} as finished
        left join {{ ref('stg_' ~ dialect ~ '__sessions') }} as sessions
            on
                finished.org_id = sessions.org_id
                and finished.session_id = sessions.session_id
        where
            finished.dialect = '{{ dialect }}'
            and finished.name in ('{{ names | join("', '") }}')
    )
{%- endmacro %}

{% macro gemini_client(interactive) -%}
    case {{ interactive }} when 'true' then 'terminal-ui' when 'false' then 'non-interactive-cli' end
{%- endmacro %}

{# The level of an approval mode, in each of its spellings; null where the mode has none. #}
{% macro gemini_autonomy(mode) -%}
    case replace(replace(lower({{ mode }}), '_', ''), '-', '')
        when 'yolo' then 'auto-high'
        when 'auto' then 'auto-medium'
        when 'autoedit' then 'auto-low'
        when 'plan' then 'spec'
        when 'default' then 'manual'
    end
{%- endmacro %}

{# What a tool is, by its name and by whether a server's name came with it. #}
{% macro gemini_tool_kind(tool_name, mcp_server, tool_type=none) -%}
    case
        when {{ mcp_server }} is not null{% if tool_type %} or {{ tool_type }} = 'mcp'{% endif %} or {{ tool_name }} like {{ pattern('mcp_%') }} then 'mcp'
        when {{ tool_name }} in ('activate_skill', 'skill') then 'skill'
        when {{ tool_name }} in ('agent', 'task', 'delegate_to_agent', 'invoke_agent', 'invoke_subagent') then 'subagent'
        else 'builtin'
    end
{%- endmacro %}

{# The prefix of an agent's names. #}
{% macro gemini_prefix(dialect) -%}
    {{ return('gemini_cli' if dialect == 'gemini_cli' else 'qwen-code') }}
{%- endmacro %}

{# The shared columns of a fact told by a log record or a span. #}
{% macro gemini_fact_columns(dialect, rows, dedupe_key, signal='logs') -%}
    {{ fact_columns(rows, "'" ~ signal ~ "'", 1 if signal == 'logs' else 2, gemini_agent(dialect), rows ~ '.client',
        dedupe_key, agent_version=gemini_version(dialect, rows)) }}
{%- endmacro %}

{# The shared columns of facts told by a counter. #}
{% macro gemini_point_columns(dialect, rows) -%}
    {{ point_fact_columns(rows, gemini_agent(dialect), rows ~ '.client', agent_version=gemini_version(dialect, rows)) }}
{%- endmacro %}

{# The key of a call that has an id of its own within its session, else its record's. #}
{% macro gemini_call_key(rows, call_id) -%}
    coalesce({{ id_within(rows ~ '.session_id', call_id) }}, {{ rows }}.record_id)
{%- endmacro %}

{# Whether a person's conversation, a sub-agent or one of the machine's own helpers called the model. #}
{% macro gemini_purpose(role, subagent_name) -%}
    case
        when {{ subagent_name }} like 'managed-%' then 'auxiliary'
        when {{ subagent_name }} is not null or {{ role }} = 'subagent' then 'subagent'
        when coalesce({{ role }}, 'main') = 'main' then 'main'
        else 'auxiliary'
    end
{%- endmacro %}

{# Whatever is looked up, is looked up in the session. #}
{% macro gemini_cli_groups(signal) -%}
    {{ return(groups_by_session('gemini_cli', signal)) }}
{%- endmacro %}

{% macro qwen_code_groups(signal) -%}
    {{ return(groups_by_session('qwen_code', signal)) }}
{%- endmacro %}
