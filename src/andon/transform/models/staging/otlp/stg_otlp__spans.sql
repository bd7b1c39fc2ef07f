with raw_rows as (
    select
        sent.*,
        {{ shared_values('sent') }}
    from {{ first_received(source('raw', 'spans')) }} as sent
)

select
    {{ otlp_columns('raw_rows.end_time_unix_nano', 'raw_rows.name') }},
    raw_rows.name as name,
    {{ json_text('raw_rows.attributes', 'gen_ai.operation.name') }} as operation_name,
    raw_rows.kind as kind,
    raw_rows.trace_id as trace_id,
    raw_rows.span_id as span_id,
    raw_rows.parent_span_id as parent_span_id,
    -- A start before 1971 was not sent in nanoseconds; one after the end is of a clock that was set back.
    case
        when raw_rows.start_time_unix_nano > 31536000000000000
            then greatest(raw_rows.end_time_unix_nano - raw_rows.start_time_unix_nano, 0) / 1000000.0
    end as duration_ms,
    raw_rows.status_code as status_code,
    raw_rows.events as events
from raw_rows
