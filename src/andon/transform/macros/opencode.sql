{# Whether OpenCode says a record. #}
{% macro opencode_recognised(name, scope_name, service_name) -%}
    {{ service_name }} = 'opencode'
        or {{ scope_name }} = 'opencode'
        or {{ scope_name }} = 'com.opencode'
{%- endmacro %}

{# OpenCode's spans of the named kinds, with the session and client that they belong to. #}
{% macro opencode_spans(names) -%}
    (
        select told.*
        from {{ ref('stg_opencode__spans') }} as told
        where told.name in ('{{ names | join("', '") }}')
    )
{%- endmacro %}

{# The shared columns of a fact of one of `stg_opencode__spans`. #}
{% macro opencode_fact_columns(rows, dedupe_key, rank=2) -%}
    {{ fact_columns(rows, "'spans'", rank, "'opencode'", rows ~ '.client', dedupe_key) }}
{%- endmacro %}

{#
    The client that `opencode.client` names. `cli` is a terminal or a single command: a terminal asks the server for
    what it shows.

    shows: 1 when the process served a person's screen, 0 when it did not, null when nobody knows the process.
#}
{% macro opencode_client(name, shows) -%}
    case
        when {{ name }} in ('web', 'app') then 'web'
        when {{ name }} = 'desktop' then 'desktop'
        when {{ name }} in ('acp', 'vscode', 'zed', 'jetbrains', 'ide') then 'ide'
        when {{ name }} = 'sdk' then 'non-interactive-cli'
        when {{ name }} = 'cli' and {{ shows }} = 1 then 'terminal-ui'
        when {{ name }} = 'cli' and {{ shows }} = 0 then 'non-interactive-cli'
    end
{%- endmacro %}

{# A name of the operating system's user, unless it is one that many machines share. #}
{% macro opencode_account(name) -%}
    case
        when
            lower({{ known(name) }}) not in (
                'root', 'admin', 'administrator', 'user', 'ubuntu', 'debian', 'runner', 'runneradmin', 'node', 'vscode', 'ec2-user',
                'codespace', 'gitpod', 'coder', 'jenkins', 'docker', 'app', 'nobody', 'opencode'
            )
            then {{ known(name) }}
    end
{%- endmacro %}

{# Tools that OpenCode brings; any other with an underscore in its name is a server's or an installation's own. #}
{% macro opencode_builtin_tools() %}
    {{ return([
        'apply_patch', 'bash', 'codesearch', 'edit', 'execute', 'glob', 'grep', 'invalid', 'list', 'list_mcp_resources',
        'list_mcp_resource_templates', 'lsp', 'multiedit', 'patch', 'plan_enter', 'plan_exit', 'question', 'read',
        'read_mcp_resource', 'skill', 'task', 'todoread', 'todowrite', 'webfetch', 'websearch', 'write', 'StructuredOutput',
    ]) }}
{% endmacro %}

{#
    Tools are learnt from all traces of an organisation, sessions from its processes: its spans are one group. What else
    it says tells nothing.
#}
{% macro opencode_groups(signal) -%}
    {{ return({} if signal == 'spans' else groups_by_record(signal)) }}
{%- endmacro %}
