{{ config(materialized=kept_by_folder(), reads='spans', ids=['record_id', 'trace_id', 'span_id', 'parent_span_id', 'native_own_id']) }}
with dialects as (
    select
        read.*,
        read.name as known_name,
        -- A start before 1971 was not sent in nanoseconds; one after the end is of a clock that was set back.
        case
            when read.start_time_unix_nano > 31536000000000000
                then greatest(read.end_time_unix_nano - read.start_time_unix_nano, 0) / 1000000.0
        end as duration_ms,
        {{ dialect('read.name') }} as dialect
    from {{ read_once(source('raw', 'spans'), read_keys()) }} as read
),

raw_rows as (
    select
        raw_rows.*,
        {{ native_fact('spans') }} as fact
    from dialects as raw_rows
)

select
    {{ otlp_columns('raw_rows.end_time_unix_nano') }},
    {{ group_columns('spans') }},
    raw_rows.name as name,
    {{ of_other_dialects(said('gen_ai.operation.name')) }} as operation_name,
    raw_rows.kind as kind,
    raw_rows.trace_id as trace_id,
    raw_rows.span_id as span_id,
    raw_rows.parent_span_id as parent_span_id,
    raw_rows.duration_ms as duration_ms,
    raw_rows.status_code as status_code,
    {{ of_other_dialects('raw_rows.events') }} as events,
    {{ native_select('spans') }}
from raw_rows
