{{ config(materialized='table') }}
-- Few records have to do with others: what they are is found by short keys, so that only those few are compared.
with spans as (
    select
        told.org_id as org_id,
        told.record_id as record_id,
        told.trace_id as trace_id,
        told.span_id as span_id,
        told.parent_span_id as parent_span_id,
        told.agent as agent,
        told.name as name,
        told.fact as fact,
        told.mcp_method as mcp_method,
        told.mcp_server as mcp_server,
        told.is_span as is_span,
        {{ short_key(['told.org_id', 'told.trace_id', 'told.span_id']) }} as own_key,
        {{ short_key(['told.org_id', 'told.trace_id', 'told.parent_span_id']) }} as parent_key
    from {{ ref('stg_native__told') }} as told
    where told.span_id is not null
),

shared as (
    select spans.own_key as own_key
    from spans
    group by spans.own_key
    having count(*) > 1
),

beneath as (
    select spans.*
    from spans
    inner join (select distinct around.own_key as own_key from spans as around where around.is_span = 1) as keys
        on spans.parent_key = keys.own_key
    where
        spans.parent_span_id is not null
        and (spans.fact = 'model_call' or (spans.fact = 'tool_call' and spans.mcp_method = 'tools/call'))
),

above as (
    select spans.*
    from spans
    inner join (select distinct beneath.parent_key as parent_key from beneath) as keys
        on spans.own_key = keys.parent_key
    where spans.is_span = 1
),

nested as (
    select
        above.org_id as org_id,
        above.record_id as record_id,
        beneath.record_id as record_id_beneath,
        above.fact as fact,
        above.name as name,
        beneath.mcp_server as server_beneath
    from above
    inner join beneath
        on
            above.org_id = beneath.org_id
            and above.trace_id = beneath.trace_id
            and above.span_id = beneath.parent_span_id
            and above.agent = beneath.agent
            and above.fact = beneath.fact
),

links as (
    -- Where two libraries watch one program, the outer one's call repeats the inner one's.
    select
        nested.org_id as org_id,
        nested.record_id as record_id,
        1 as is_told_above,
        0 as is_request,
        cast(null as {{ text() }}) as server_beneath,
        1 as is_alone
    from nested
    where
        nested.fact = 'model_call'
        and nested.name <> 'andon.model_call'
    union all
    -- A tool's call and the request that it makes to its server are one call: the outer one keeps what both know.
    select
        nested.org_id as org_id,
        nested.record_id as record_id,
        0 as is_told_above,
        1 as is_request,
        nested.server_beneath as server_beneath,
        1 as is_alone
    from nested
    where nested.fact = 'tool_call'
    union all
    select
        nested.org_id as org_id,
        nested.record_id_beneath as record_id,
        1 as is_told_above,
        0 as is_request,
        cast(null as {{ text() }}) as server_beneath,
        1 as is_alone
    from nested
    where nested.fact = 'tool_call'
    union all
    select
        spans.org_id as org_id,
        spans.record_id as record_id,
        0 as is_told_above,
        0 as is_request,
        cast(null as {{ text() }}) as server_beneath,
        0 as is_alone
    from spans
    inner join shared
        on spans.own_key = shared.own_key
)

select
    links.org_id as org_id,
    links.record_id as record_id,
    max(links.is_told_above) as is_told_above,
    max(links.is_request) as is_request,
    max(links.server_beneath) as server_beneath,
    min(links.is_alone) as is_alone
from links
group by links.org_id, links.record_id
