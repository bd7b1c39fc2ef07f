{{ config(materialized='table') }}
with spans as (
    select
        told.*,
        told.session_id as own_session_id,
        coalesce(subagents.root_session_id, told.session_id) as known_session_id,
        case when subagents.session_id is null then 0 else 1 end as is_subagent,
        told.occurred_at_unix_nano - cast(coalesce(told.duration_ms, 0) * 1000000 as {{ int64() }}) as started,
        {{ json_text('told.resource_attributes', 'service.instance.id') }} as process_id,
        lower({{ json_text('told.resource_attributes', 'opencode.client') }}) as client_name
    from {{ ref('stg_otlp__spans') }} as told
    left join {{ ref('stg_opencode__sessions') }} as subagents
        on
            told.org_id = subagents.org_id
            and told.session_id = subagents.session_id
    where
        told.dialect = 'opencode'
        and told.name in (
            '{{ ai_sdk_call_names() | join("', '") }}', 'Tool.execute', 'ai.toolCall', 'SessionPrompt.createUserMessage',
            'SessionPrompt.command'
        )
),

-- Messages name no session; the rest of their trace does.
traces as (
    select
        spans.org_id as org_id,
        spans.trace_id as trace_id,
        spans.known_session_id as session_id,
        row_number() over (
            partition by spans.org_id, spans.trace_id
            order by spans.started, spans.record_id
        ) as place
    from spans
    where spans.known_session_id is not null
),

-- What a person says while the agent is at work begins a trace in which nothing else happens.
processes_sessions as (
    select
        spans.org_id as org_id,
        spans.process_id as process_id,
        min(spans.known_session_id) as session_id
    from spans
    where
        spans.known_session_id is not null
        and spans.process_id is not null
    group by spans.org_id, spans.process_id
    having count(distinct spans.known_session_id) = 1
)

select
    spans.org_id as org_id,
    spans.record_id as record_id,
    spans.ingest_key_id as ingest_key_id,
    spans.event_date as event_date,
    spans.occurred_at as occurred_at,
    spans.occurred_at_unix_nano as occurred_at_unix_nano,
    spans.started as started_unix_nano,
    spans.service_version as service_version,
    spans.attributes as attributes,
    spans.events as events,
    spans.own_session_id as own_session_id,
    coalesce(spans.known_session_id, traces.session_id, processes_sessions.session_id) as session_id,
    spans.is_subagent as is_subagent,
    spans.identity_email as identity_email,
    spans.identity_account as identity_account,
    spans.identity_user as identity_user,
    coalesce(
        spans.identity_install, {{ opencode_account(json_text('spans.attributes', 'ai.telemetry.metadata.userId')) }}
    ) as identity_install,
    spans.team as team,
    spans.repository as repository,
    coalesce(spans.client_declared, {{ opencode_client('spans.client_name', 'processes.shows') }}) as client,
    spans.trace_id as trace_id,
    spans.span_id as span_id,
    spans.parent_span_id as parent_span_id,
    spans.name as name,
    spans.duration_ms as duration_ms,
    spans.status_code as status_code
from spans
left join traces
    on
        spans.org_id = traces.org_id
        and spans.trace_id = traces.trace_id
        and traces.place = 1
left join processes_sessions
    on
        spans.org_id = processes_sessions.org_id
        and spans.process_id = processes_sessions.process_id
left join {{ ref('stg_opencode__processes') }} as processes
    on
        spans.org_id = processes.org_id
        and spans.process_id = processes.process_id
