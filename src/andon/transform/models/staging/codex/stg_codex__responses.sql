{{ config(materialized='table') }}
-- Two records tell of each completion; the one with token counts closes the response. What was streamed since
-- the completion before says whether it held text.
with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'event.kind') }} as event_kind,
        {{ json_int('records.attributes', 'input_token_count') }} as input_token_count,
        {{ json_int('records.attributes', 'output_token_count') }} as output_token_count,
        {{ json_int('records.attributes', 'cached_token_count') }} as cached_token_count
    from {{ codex_events(['codex.sse_event', 'codex.websocket_event']) }} as records
),

-- A completion that came over a socket may be told of as a stream's too, at the same moment.
told_twice as (
    select distinct
        sockets.org_id as org_id,
        sockets.event_id as event_id
    from told as sockets
    inner join told as streams
        on
            sockets.org_id = streams.org_id
            and sockets.session_id = streams.session_id
            and sockets.source_rank = streams.source_rank
            and sockets.input_token_count = streams.input_token_count
            and sockets.output_token_count = streams.output_token_count
            and streams.occurred_at_unix_nano
            between sockets.occurred_at_unix_nano - 2000000000 and sockets.occurred_at_unix_nano + 2000000000
    where
        sockets.event_name = 'codex.websocket_event'
        and streams.event_name = 'codex.sse_event'
),

closed as (
    select
        told.*,
        case
            when told.event_kind = 'response.completed' and told.input_token_count is not null and told_twice.event_id is null then 1
            else 0
        end as closes
    from told
    left join told_twice
        on
            told.org_id = told_twice.org_id
            and told.event_id = told_twice.event_id
),

numbered as (
    select
        closed.*,
        coalesce(sum(closed.closes) over (
            partition by closed.org_id, closed.session_id, closed.source_rank
            order by closed.occurred_at_unix_nano, closed.closes, closed.event_id
            rows between unbounded preceding and 1 preceding
        ), 0) as response_number
    from closed
),

streamed as (
    select
        numbered.*,
        max(case when numbered.event_kind like {{ pattern('response.output_text.%') }} then 1 else 0 end) over (
            partition by numbered.org_id, numbered.session_id, numbered.source_rank, numbered.response_number
        ) as had_text,
        max(case when numbered.event_kind <> 'response.completed' then 1 else 0 end) over (
            partition by numbered.org_id, numbered.session_id, numbered.source_rank
        ) as steps_are_told
    from numbered
)

select
    streamed.*,
    {{ joined_known('|', [
        'streamed.session_id', 'streamed.occurred_at_unix_nano', 'streamed.input_token_count',
        'streamed.output_token_count', 'streamed.cached_token_count',
    ]) }} as response_key
from streamed
where streamed.closes = 1
