{{ config(materialized='table') }}
with stored as (
    select
        rows_of_days.org_id as org_id,
        rows_of_days.received_date as received_date,
        rows_of_days.signal as signal,
        sum(rows_of_days.stored) as stored,
        sum(rows_of_days.released) as released
    from {{ ref('stg_otlp__stored_days') }} as rows_of_days
    group by rows_of_days.org_id, rows_of_days.received_date, rows_of_days.signal
),

days as (
    select
        receipts.org_id as org_id,
        receipts.received_date as received_date,
        receipts.signal as signal
    from {{ ref('stg_otlp__receipt_days') }} as receipts
    union distinct
    select
        stored.org_id as org_id,
        stored.received_date as received_date,
        stored.signal as signal
    from stored
)

select
    days.org_id as org_id,
    days.received_date as received_date,
    days.signal as signal,
    {{ whole('receipts.receipted') }} - {{ whole('stored.released') }} as received,
    {{ whole('stored.stored') }} as stored,
    {{ whole('receipts.held') }} - {{ whole('stored.released') }} as quarantined
from days
left join {{ ref('stg_otlp__receipt_days') }} as receipts
    on
        days.org_id = receipts.org_id
        and days.received_date = receipts.received_date
        and days.signal = receipts.signal
left join stored
    on
        days.org_id = stored.org_id
        and days.received_date = stored.received_date
        and days.signal = stored.signal
