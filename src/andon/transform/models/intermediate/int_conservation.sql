with counted as (
    select
        stored.org_id as org_id,
        stored.received_date as received_date,
        stored.signal as signal,
        stored.records as records
    from {{ ref('stg_otlp__stored_days') }} as stored
    union all
    select
        timeless.org_id as org_id,
        {{ day_of('timeless.received_at') }} as received_date,
        'logs' as signal,
        1 as records
    from {{ ref('stg_otlp__timeless_records') }} as timeless
),

once as (
    select
        counted.org_id as org_id,
        counted.received_date as received_date,
        counted.signal as signal,
        {{ whole_sum('counted.records') }} as records
    from counted
    group by counted.org_id, counted.received_date, counted.signal
)

select
    received.org_id as org_id,
    received.received_date as received_date,
    received.signal as signal,
    received.received as received,
    received.stored as stored,
    coalesce(once.records, 0) as distinct_records,
    received.stored - coalesce(once.records, 0) as duplicates,
    received.quarantined as quarantined
from {{ ref('stg_otlp__received') }} as received
left join once
    on
        received.org_id = once.org_id
        and received.received_date = once.received_date
        and received.signal = once.signal
