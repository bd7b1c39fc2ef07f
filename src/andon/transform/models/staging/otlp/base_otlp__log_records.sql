{{ config(materialized=kept_by_folder(), reads='log_records', ids=['record_id', 'native_own_id']) }}
with named as (
    select
        read.*,
        case when read.time_unix_nano > 0 then read.time_unix_nano else read.observed_time_unix_nano end as nanos,
        -- Codex puts a source location into event_name, so the attribute comes first.
        coalesce(
            nullif({{ said('event.name', 'read') }}, ''),
            nullif(read.event_name, ''),
            -- Canonical JSON of a plain name is that name in quotes.
            case
                when trim(read.body, '"') like {{ pattern('claude_code.%') }} then substr(trim(read.body, '"'), 13)
                else nullif(trim(read.body, '"'), '')
            end
        ) as known_name
    from {{ read_once(source('raw', 'log_records'), read_keys()) }} as read
),

dialects as (
    select
        read.*,
        {{ dialect('read.known_name') }} as dialect
    from named as read
),

raw_rows as (
    select
        raw_rows.*,
        {{ native_fact('logs') }} as fact
    from dialects as raw_rows
)

select
    {{ otlp_columns('raw_rows.nanos') }},
    {{ group_columns('logs') }},
    raw_rows.known_name as event_name,
    {{ safe_int(said('event.sequence')) }} as sequence,
    raw_rows.trace_id as trace_id,
    raw_rows.span_id as span_id,
    case when raw_rows.time_unix_nano > 0 then 0 else 1 end as is_timeless,
    {{ native_select('logs') }}
from raw_rows
