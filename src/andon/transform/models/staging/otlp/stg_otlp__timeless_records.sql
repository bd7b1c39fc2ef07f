{{ config(materialized='view') }}
{#- A record without any time has the day of its receipt: sent again on another day, it is there twice. -#}
select copies.*
from (
    select
        records.*,
        row_number() over (
            partition by records.org_id, records.record_id
            order by records.received_at, records.ingest_key_id
        ) as copy_number
    from {{ ref('base_otlp__log_records') }} as records
    where records.is_timeless = 1
) as copies
where copies.copy_number = 1
