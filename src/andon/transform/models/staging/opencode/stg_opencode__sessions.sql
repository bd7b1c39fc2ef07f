{{ config(materialized='table') }}
-- A sub-agent works in a session of its own, within the `task` call of its parent's.
with told as (
    select
        spans.org_id as org_id,
        spans.trace_id as trace_id,
        spans.session_id as session_id,
        {{ json_text('spans.attributes', 'tool.name') }} as tool_name,
        {{ json_text('spans.attributes', 'ai.request.headers.x-parent-session-id') }} as parent_id,
        spans.occurred_at_unix_nano as ended,
        spans.occurred_at_unix_nano - cast(coalesce(spans.duration_ms, 0) * 1000000 as {{ int64() }}) as started
    from {{ ref('stg_otlp__spans') }} as spans
    where
        spans.dialect = 'opencode'
        and spans.session_id is not null
        and spans.name in ('{{ ai_sdk_call_names() | join("', '") }}', 'Tool.execute')
),

parents as (
    select
        inner_spans.org_id as org_id,
        inner_spans.session_id as session_id,
        tasks.session_id as root_session_id,
        tasks.started as started
    from told as inner_spans
    inner join told as tasks
        on
            inner_spans.org_id = tasks.org_id
            and inner_spans.trace_id = tasks.trace_id
            and inner_spans.session_id <> tasks.session_id
            and inner_spans.ended between tasks.started and tasks.ended
    where tasks.tool_name = 'task'
    union all
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.parent_id as root_session_id,
        told.ended as started
    from told
    where told.parent_id is not null
),

-- A sub-agent's sub-agent works within both calls: the outer one began first.
ranked as (
    select
        parents.*,
        row_number() over (
            partition by parents.org_id, parents.session_id
            order by parents.started, parents.root_session_id
        ) as place
    from parents
)

select
    ranked.org_id as org_id,
    ranked.session_id as session_id,
    ranked.root_session_id as root_session_id
from ranked
where ranked.place = 1
