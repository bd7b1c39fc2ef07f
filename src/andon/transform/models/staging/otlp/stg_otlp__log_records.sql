with raw_rows as (
    select
        sent.*,
        {{ shared_values('sent') }},
        case when sent.time_unix_nano > 0 then sent.time_unix_nano else sent.observed_time_unix_nano end as nanos,
        {{ json_text('sent.attributes', 'event.name') }} as named_by_attribute,
        -- Canonical JSON of a plain name is that name in quotes.
        trim(sent.body, '"') as named_by_body
    from {{ first_received(source('raw', 'log_records')) }} as sent
),

named as (
    select
        raw_rows.*,
        -- Codex puts a source location into event_name, so the attribute comes first.
        coalesce(
            nullif(raw_rows.named_by_attribute, ''),
            nullif(raw_rows.event_name, ''),
            case
                when raw_rows.named_by_body like {{ pattern('claude_code.%') }} then substr(raw_rows.named_by_body, 13)
                else nullif(raw_rows.named_by_body, '')
            end
        ) as known_name
    from raw_rows
)

select
    {{ otlp_columns('raw_rows.nanos', 'raw_rows.known_name') }},
    raw_rows.known_name as event_name,
    {{ json_int('raw_rows.attributes', 'event.sequence') }} as sequence,
    raw_rows.trace_id as trace_id,
    raw_rows.span_id as span_id
from named as raw_rows
