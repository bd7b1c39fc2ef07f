-- Of each day staging keeps every record that raw has, once.
with balances as (
    {%- for signal in ['spans', 'log_records', 'metric_points'] %}
    select
        '{{ signal }}' as signal,
        once.org_id as org_id,
        once.event_date as event_date,
        count(*) as in_raw,
        0 as in_staging
    from (
        select distinct
            sent.org_id as org_id,
            sent.event_date as event_date,
            sent.record_id as record_id
        from {{ source('raw', signal) }} as sent
        where {{ is_remade('sent', days='stg_otlp__reread_days') }}
    ) as once
    group by once.org_id, once.event_date
    union all
    select
        '{{ signal }}' as signal,
        kept.org_id as org_id,
        kept.event_date as event_date,
        0 as in_raw,
        count(*) as in_staging
    from {{ ref('base_otlp__' ~ signal) }} as kept
    where {{ is_remade('kept', days='stg_otlp__reread_days') }}
    group by kept.org_id, kept.event_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    balances.signal as signal,
    balances.org_id as org_id,
    balances.event_date as event_date,
    sum(balances.in_raw) as in_raw,
    sum(balances.in_staging) as in_staging
from balances
group by balances.signal, balances.org_id, balances.event_date
having sum(balances.in_raw) <> sum(balances.in_staging)
