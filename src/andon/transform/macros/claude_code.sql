{# Whether Claude Code says a record. #}
{% macro claude_code_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} like {{ pattern('com.anthropic.claude_code%') }}
        or {{ name }} like {{ pattern('claude_code.%') }}
        or {{ service_name }} = 'claude-code'
{%- endmacro %}

{#
    The client of a Claude Code record: what it declares, what started the process, or what its session's requests
    show. `rows` are aliased beside `sessions`, stg_claude_code__sessions.
#}
{% macro claude_code_client_of(rows) -%}
    coalesce(
        {{ rows }}.client_declared,
        {{ claude_code_client(json_text(rows ~ '.attributes', 'app.entrypoint')) }},
        sessions.client,
        case when {{ json_text(rows ~ '.attributes', 'terminal.type') }} = 'non-interactive' then 'non-interactive-cli' end
    )
{%- endmacro %}

{# Rows of a stg_otlp model that Claude Code sent, with the client of their session. #}
{% macro claude_code_rows(model, name_column, names) -%}
    (
        select
            told.*,
            {{ claude_code_client_of('told') }} as client
        from {{ ref(model) }} as told
        left join {{ ref('stg_claude_code__sessions') }} as sessions
            on
                told.org_id = sessions.org_id
                and told.session_id = sessions.session_id
        where
            told.dialect = 'claude_code'
            and told.{{ name_column }} in ('{{ names | join("', '") }}')
    )
{%- endmacro %}

{# Claude Code's log records of the named events. #}
{% macro claude_code_logs(event_names) -%}
    {{ claude_code_rows('stg_otlp__log_records', 'event_name', event_names) }}
{%- endmacro %}

{# Claude Code's spans of the named kinds. #}
{% macro claude_code_spans(names) -%}
    {{ claude_code_rows('stg_otlp__spans', 'name', names) }}
{%- endmacro %}

{# Claude Code's counters of the named metrics that grew. #}
{% macro claude_code_points(metric_names) -%}
    (
        select
            told.*,
            {{ claude_code_client_of('told') }} as client
        from {{ counted_points('claude_code', metric_names) }} as told
        left join {{ ref('stg_claude_code__sessions') }} as sessions
            on
                told.org_id = sessions.org_id
                and told.session_id = sessions.session_id
    )
{%- endmacro %}

{# The client that an entry point names; null where it names none that is known. #}
{% macro claude_code_client(entrypoint) -%}
    case
        when {{ entrypoint }} like 'sdk%' or {{ entrypoint }} like '%github-action%' or {{ entrypoint }} in ('mcp', 'local-agent')
            then 'non-interactive-cli'
        when {{ entrypoint }} = 'cli' then 'terminal-ui'
        when {{ entrypoint }} like '%vscode%' or {{ entrypoint }} like '%jetbrains%' or {{ entrypoint }} like '%ide%' then 'ide'
        when {{ entrypoint }} like '%desktop%' then 'desktop'
        when {{ entrypoint }} like 'web%' or {{ entrypoint }} like 'remote%' then 'web'
    end
{%- endmacro %}

{# A name, or null where it only says that the name is kept back. #}
{% macro claude_code_told_name(expression) -%}
    case
        when {{ expression }} not in ('', 'custom', 'custom_skill', 'mcp', 'mcp_tool', 'mcp_other', 'third-party', '<REDACTED>')
            then {{ expression }}
    end
{%- endmacro %}

{# A tool's name as reports show it: a user's MCP tool whose name is kept back is redacted, not called `mcp_tool`. #}
{% macro claude_code_tool_name(tool_name, told_tool) -%}
    case
        when {{ tool_name }} in ('mcp_tool', 'mcp_other') then coalesce({{ told_tool }}, '(redacted)')
        else {{ tool_name }}
    end
{%- endmacro %}

{# What a tool's name says about its kind. #}
{% macro claude_code_tool_kind(tool_name) -%}
    case
        when {{ tool_name }} in ('mcp_tool', 'mcp_other') or {{ tool_name }} like {{ pattern('mcp__%') }} then 'mcp'
        when {{ tool_name }} = 'Skill' then 'skill'
        when {{ tool_name }} in ('Agent', 'Task') then 'subagent'
        else 'builtin'
    end
{%- endmacro %}

{# What a tool does to one file; null for tools that change none. A Write may overwrite: nobody tells. #}
{% macro claude_code_file_operation(tool_name) -%}
    case
        when {{ tool_name }} = 'Write' then 'create'
        when {{ tool_name }} in ('Edit', 'MultiEdit', 'NotebookEdit') then 'edit'
    end
{%- endmacro %}

{# Whether a person's conversation, a sub-agent or one of the machine's own helpers called the model. #}
{% macro claude_code_purpose(query_source, agent_id) -%}
    case
        when {{ query_source }} in ('main', 'subagent', 'auxiliary') then {{ query_source }}
        when {{ query_source }} like 'agent%' then 'subagent'
        when {{ query_source }} like 'sdk%' or {{ query_source }} like {{ pattern('repl_main_thread%') }} then 'main'
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

{# A model as its interface calls it: without the mark of a wider context, which logs and counters do not share. #}
{% macro claude_code_model(model) -%}
    {{ without_pattern(model, '\\[[^\\]]*\\]$') }}
{%- endmacro %}

{# Whatever is looked up, is looked up in the session; and in the trace. #}
{% macro claude_code_groups(signal) -%}
    {{ return(groups_by_session('claude_code', signal)) }}
{%- endmacro %}
