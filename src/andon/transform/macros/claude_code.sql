{# Whether Claude Code says a record. #}
{% macro claude_code_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} like 'com.anthropic.claude\_code%' escape '\'
        or {{ name }} like 'claude\_code.%' escape '\'
        or {{ service_name }} = 'claude-code'
{%- endmacro %}

{# Claude Code's log records of the named events, with the client of their session. #}
{% macro claude_code_logs(event_names) -%}
    (
        select
            logged.*,
            coalesce(
                logged.client_declared,
                {{ claude_code_client(json_text('logged.attributes', 'app.entrypoint')) }},
                sessions.client
            ) as client
        from {{ ref('stg_otlp__log_records') }} as logged
        left join {{ ref('stg_claude_code__sessions') }} as sessions
            on
                logged.org_id = sessions.org_id
                and logged.session_id = sessions.session_id
        where
            logged.dialect = 'claude_code'
            and logged.event_name in ('{{ event_names | join("', '") }}')
    )
{%- endmacro %}

{# The client that an entry point names; null where it names none that is known. #}
{% macro claude_code_client(entrypoint) -%}
    case
        when {{ entrypoint }} like 'sdk%' then 'non-interactive-cli'
        when {{ entrypoint }} = 'cli' then 'terminal-ui'
        when {{ entrypoint }} like '%vscode%' or {{ entrypoint }} like '%jetbrains%' or {{ entrypoint }} like '%ide%' then 'ide'
        when {{ entrypoint }} like '%desktop%' then 'desktop'
        when {{ entrypoint }} like 'web%' or {{ entrypoint }} like 'remote%' then 'web'
    end
{%- endmacro %}

{# Whether a person's conversation, a sub-agent or one of the machine's own helpers called the model. #}
{% macro claude_code_purpose(query_source, agent_id) -%}
    case
        when {{ query_source }} in ('main', 'subagent', 'auxiliary') then {{ query_source }}
        when {{ query_source }} like 'agent%' then 'subagent'
        when {{ query_source }} like 'sdk%' or {{ query_source }} like 'repl\_main\_thread%' escape '\' then 'main'
        when {{ query_source }} is null then case when {{ agent_id }} is null then 'main' else 'subagent' end
        else 'auxiliary'
    end
{%- endmacro %}

{# The autonomy level of a permission mode; null where the mode has none. #}
{% macro claude_code_autonomy(permission_mode) -%}
    case {{ permission_mode }}
        when 'bypassPermissions' then 'auto-high'
        when 'auto' then 'auto-medium'
        when 'acceptEdits' then 'auto-low'
        when 'plan' then 'spec'
        when 'default' then 'manual'
    end
{%- endmacro %}

{# The key of a tool call and of what it did: its own id within its session. #}
{% macro claude_code_call_key(rows) -%}
    coalesce(
        {{ id_within(rows ~ '.session_id', json_text(rows ~ '.attributes', 'tool_use_id')) }},
        {{ rows }}.record_id
    )
{%- endmacro %}
