{{ config(materialized='table') }}
{%- set shared = [
    'org_id', 'record_id', 'ingest_key_id', 'event_date', 'occurred_at', 'occurred_at_unix_nano', 'service_name',
    'service_version', 'attributes', 'identity_email', 'identity_account', 'identity_user', 'identity_install', 'team',
    'repository', 'name',
] -%}
-- Most spans name no conversation; the trace of a turn is one conversation's.
with traces as (
    select
        spans.org_id as org_id,
        spans.trace_id as trace_id,
        min(spans.session_id) as session_id,
        min(case
            when {{ codex_client(json_text('spans.attributes', 'app_server.client_name'), 'null') }} is not null
                then {{ codex_client(json_text('spans.attributes', 'app_server.client_name'), 'null') }}
        end) as client
    from {{ ref('stg_otlp__spans') }} as spans
    where spans.dialect = 'codex'
    group by spans.org_id, spans.trace_id
)

select
    {%- for column in shared %}
    turns.{{ column }} as {{ column }},
    {%- endfor %}
    coalesce(
        turns.session_id,
        -- Inside the core a span's thread is the conversation; elsewhere it is the runtime's, a small number.
        case when {{ matches(json_text('turns.attributes', 'thread.id'), '-') }} then {{ json_text('turns.attributes', 'thread.id') }} end,
        traces.session_id
    ) as session_id,
    coalesce(turns.client_declared, traces.client, {{ codex_client('null', 'turns.service_name') }}) as client
from {{ ref('stg_otlp__spans') }} as turns
left join traces
    on
        turns.org_id = traces.org_id
        and turns.trace_id = traces.trace_id
where
    turns.dialect = 'codex'
    and turns.name in ('session_task.turn', 'codex.hooks.command')
