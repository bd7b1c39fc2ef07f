{%- set tables = [
    ('traces', 'spans'), ('logs', 'log_records'), ('metrics', 'metric_points'),
] -%}
with once as (
    {%- for signal, table in tables %}
    select
        {{ signal }}.org_id as org_id,
        {{ day_of(signal ~ '.received_at') }} as received_date,
        '{{ signal }}' as signal,
        count(*) as records
    from {{ each_record(table) }} as {{ signal }}
    group by {{ signal }}.org_id, {{ day_of(signal ~ '.received_at') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
