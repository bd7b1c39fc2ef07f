{# Whether Codex says a record. #}
{% macro codex_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} = 'codex'
        or {{ scope_name }} like 'codex\_%' escape '\'
        or {{ name }} like 'codex.%'
        or {{ service_name }} like 'codex\_%' escape '\'
        or {{ service_name }} in ('codex', 'codex-cli', 'codex-tui', 'codex-app-server')
{%- endmacro %}

{# Codex' log records of the named events, with the client and kind of their conversation. #}
{% macro codex_logs(event_names) -%}
    (
        select
            logged.*,
            coalesce(
                logged.client_declared,
                {{ codex_client(json_text('logged.attributes', 'originator'), 'logged.service_name') }}
            ) as client,
            coalesce(conversations.is_title_thread, 0) as is_title_thread
        from {{ ref('stg_otlp__log_records') }} as logged
        left join {{ ref('stg_codex__conversations') }} as conversations
            on
                logged.org_id = conversations.org_id
                and logged.session_id = conversations.session_id
        where
            logged.dialect = 'codex'
            and logged.event_name in ('{{ event_names | join("', '") }}')
    )
{%- endmacro %}

{# The client that an originator names, else the one that the service's own name tells. #}
{% macro codex_client(originator, service_name) -%}
    case
        when {{ originator }} like 'codex\_exec%' escape '\' or {{ originator }} like 'codex\_sdk%' escape '\' then 'non-interactive-cli'
        when {{ originator }} in ('codex-tui', 'codex_cli_rs', 'codex-cli', 'codex_cli') then 'terminal-ui'
        when lower({{ originator }}) like '%web%' or lower({{ originator }}) like '%cloud%' then 'web'
        when lower({{ originator }}) like '%desktop%' then 'desktop'
        when
            lower({{ originator }}) like '%vscode%' or lower({{ originator }}) like '%jetbrains%'
            or lower({{ originator }}) like '%xcode%' or lower({{ originator }}) like '%ide%'
            then 'ide'
        when {{ originator }} is not null then null
        when {{ service_name }} = 'codex_exec' then 'non-interactive-cli'
        when {{ service_name }} in ('codex_cli_rs', 'codex-tui', 'codex-cli') then 'terminal-ui'
    end
{%- endmacro %}

{# The autonomy level of a sandbox and approval policy; null where the pair has none. #}
{% macro codex_autonomy(sandbox_policy, approval_policy) -%}
    case
        when {{ sandbox_policy }} = 'danger-full-access' then 'auto-high'
        when {{ sandbox_policy }} = 'workspace-write' and {{ approval_policy }} = 'never' then 'auto-high'
        when {{ sandbox_policy }} = 'workspace-write' and {{ approval_policy }} = 'on-failure' then 'auto-medium'
        when
            {{ sandbox_policy }} = 'workspace-write'
            and {{ approval_policy }} in ('on-request', 'untrusted', 'unless-trusted')
            then 'auto-low'
        when
            {{ sandbox_policy }} = 'read-only'
            and {{ approval_policy }} in ('on-request', 'untrusted', 'unless-trusted', 'on-failure')
            then 'manual'
    end
{%- endmacro %}
