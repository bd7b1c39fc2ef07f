-- Staging keeps every record that raw has, once.
{% for signal in ['spans', 'log_records', 'metric_points'] %}
select
    '{{ signal }}' as signal,
    arrived.records as in_raw,
    kept.records as in_staging
from (
    select count(*) as records
    from (
        select distinct
            sent.org_id as org_id,
            sent.record_id as record_id
        from {{ source('raw', signal) }} as sent
    ) as once
) as arrived
cross join (
    select count(*) as records
    from {{ each_record(signal) }}
) as kept
where arrived.records <> kept.records
{{ 'union all' if not loop.last }}
{% endfor %}
