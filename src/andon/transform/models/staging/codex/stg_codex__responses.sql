-- Two records tell of each completion; the one with token counts closes the response. What was streamed since
-- the completion before says whether it held text.
with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'event.kind') }} as event_kind,
        {{ json_int('records.attributes', 'input_token_count') }} as input_token_count
    from {{ codex_logs(['codex.sse_event']) }} as records
),

closed as (
    select
        told.*,
        case when told.event_kind = 'response.completed' and told.input_token_count is not null then 1 else 0 end as closes
    from told
),

numbered as (
    select
        closed.*,
        coalesce(sum(closed.closes) over (
            partition by closed.org_id, closed.session_id
            order by closed.occurred_at_unix_nano, closed.closes, closed.record_id
            rows between unbounded preceding and 1 preceding
        ), 0) as response_number
    from closed
),

streamed as (
    select
        numbered.*,
        max(case when numbered.event_kind like 'response.output\_text.%' escape '\' then 1 else 0 end) over (
            partition by numbered.org_id, numbered.session_id, numbered.response_number
        ) as had_text,
        max(case when numbered.event_kind <> 'response.completed' then 1 else 0 end) over (
            partition by numbered.org_id, numbered.session_id
        ) as steps_are_told
    from numbered
)

select
    streamed.*,
    concat_ws(
        '|', streamed.session_id, streamed.occurred_at_unix_nano, streamed.input_token_count,
        {{ json_text('streamed.attributes', 'output_token_count') }},
        {{ json_text('streamed.attributes', 'cached_token_count') }}
    ) as response_key
from streamed
where streamed.closes = 1
