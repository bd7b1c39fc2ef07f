{# Whether Codex says a record: in a terminal, an editor, the desktop or its daemon, whatever its service is called. #}
{% macro codex_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} = 'codex'
        or {{ scope_name }} like {{ pattern('codex_%') }}
        or {{ name }} like 'codex.%'
        or {{ matches("lower(" ~ service_name ~ ")", '^codex([ _-]|$)') }}
{%- endmacro %}

{#
    Codex' events of the named kinds, with the client and kind of their conversation. Each is told by logs (rank 1)
    and, without content, by the events of spans (rank 2): rows of different ranks are never to be joined.
#}
{% macro codex_events(event_names) -%}
    (
        select
            told.*,
            coalesce(
                told.client_declared,
                {{ codex_client(json_text('told.attributes', 'originator'), 'told.service_name') }}
            ) as client,
            coalesce(conversations.is_title_thread, 0) as is_title_thread
        from {{ ref('stg_codex__events') }} as told
        left join {{ ref('stg_codex__conversations') }} as conversations
            on
                told.org_id = conversations.org_id
                and told.session_id = conversations.session_id
        where told.event_name in ('{{ event_names | join("', '") }}')
    )
{%- endmacro %}

{# Codex' counters and histograms of the named metrics that grew, with their client; they name no session. #}
{% macro codex_points(metric_names) -%}
    (
        select
            told.*,
            coalesce(
                told.client_declared,
                {{ codex_client(json_text('told.attributes', 'originator'), 'told.service_name', json_text('told.attributes', 'session_source')) }}
            ) as client,
            coalesce({{ json_text('told.attributes', 'session_source') }}, '') as session_source
        from {{ counted_points('codex', metric_names) }} as told
    )
{%- endmacro %}

{# The client that an originator names, else the one that the service's own name or the session's source tells. #}
{% macro codex_client(originator, service_name, session_source=none) -%}
    case
        when lower({{ originator }}) like {{ pattern('codex_exec%') }} or lower({{ originator }}) like {{ pattern('codex_sdk%') }}
            then 'non-interactive-cli'
        when lower({{ originator }}) in ('codex-tui', 'codex_cli_rs', 'codex-cli', 'codex_cli') then 'terminal-ui'
        when lower({{ originator }}) like '%web%' or lower({{ originator }}) like '%cloud%' then 'web'
        when lower({{ originator }}) like '%desktop%' then 'desktop'
        when
            lower({{ originator }}) like '%vscode%' or lower({{ originator }}) like '%jetbrains%'
            or lower({{ originator }}) like '%xcode%' or lower({{ originator }}) like '%ide%'
            then 'ide'
        when {{ known(originator) }} is not null then null
        {%- if session_source %}
        when {{ session_source }} = 'exec' then 'non-interactive-cli'
        when {{ session_source }} = 'cli' then 'terminal-ui'
        when {{ session_source }} = 'vscode' then 'ide'
        {%- endif %}
        when {{ service_name }} in ('codex_exec', 'codex-exec') then 'non-interactive-cli'
        when {{ service_name }} in ('codex_cli_rs', 'codex-tui', 'codex-cli') then 'terminal-ui'
        when lower({{ service_name }}) like '%vscode%' then 'ide'
        when lower({{ service_name }}) like '%desktop%' then 'desktop'
    end
{%- endmacro %}

{#
    A policy's name in letters alone, for versions spell it differently: `workspace-write`, `WorkspaceWrite`,
    `workspace-write [workdir, /tmp]`.
#}
{% macro codex_policy(expression) -%}
    {{ without_pattern("lower(" ~ expression ~ ")", '[^a-z]') }}
{%- endmacro %}

{#
    The autonomy level of a sandbox and approval policy; null where the pair has none. Without any sandbox the
    approval policy is not asked for: counters do not tell it.
#}
{% macro codex_autonomy(sandbox_policy, approval_policy='null') -%}
    case
        when {{ codex_policy(sandbox_policy) }} like 'dangerfullaccess%' then 'auto-high'
        when {{ codex_policy(sandbox_policy) }} like 'workspacewrite%' then
            case {{ codex_policy(approval_policy) }}
                when 'never' then 'auto-high'
                when 'onfailure' then 'auto-medium'
                when 'onrequest' then 'auto-low'
                when 'untrusted' then 'auto-low'
                when 'unlesstrusted' then 'auto-low'
            end
        when {{ codex_policy(sandbox_policy) }} like 'readonly%' then
            case
                when {{ codex_policy(approval_policy) }} in ('onrequest', 'untrusted', 'unlesstrusted', 'onfailure') then 'manual'
            end
    end
{%- endmacro %}

{#
    Conversations are told by log records, by spans and within these, titles by other conversations of the process, and a
    trace's spans by one another: log records and spans are one group. Counters are compared within their process, those
    that tell when a thread was started with all of their version (stg_codex__session_starts).
#}
{% macro codex_groups(signal) -%}
    {{ return({} if signal != 'metrics' else {
        'group': "case when raw_rows.metric_name in ('codex.thread.started', 'codex.startup.phase.duration_ms') then "
            ~ group_of('version', ["'codex'", "coalesce(raw_rows.service_version, '')"]) ~ ' else ' ~ group_of_points(by_session=false) ~ ' end',
    }) }}
{%- endmacro %}
