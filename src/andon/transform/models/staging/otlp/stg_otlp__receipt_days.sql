{{ config(materialized=kept_by_day(), day='received_date', days='stg_otlp__reread_days') }}
with told as (
    select
        receipts.org_id as org_id,
        receipts.event_date as received_date,
        receipts.signal as signal,
        receipts.stored + receipts.quarantined as receipted,
        0 as held
    from {{ source('raw', 'receipts') }} as receipts
    where {{ is_remade('receipts', days='stg_otlp__reread_days') }}

    union all

    select
        kept.org_id as org_id,
        kept.event_date as received_date,
        kept.signal as signal,
        0 as receipted,
        1 as held
    from {{ source('raw', 'quarantine') }} as kept
    where {{ is_remade('kept', days='stg_otlp__reread_days') }}
)

select
    told.org_id as org_id,
    told.received_date as received_date,
    told.signal as signal,
    {{ whole_sum('told.receipted') }} as receipted,
    {{ whole_sum('told.held') }} as held
from told
group by told.org_id, told.received_date, told.signal
