{%- set tables = [('traces', 'spans'), ('logs', 'log_records'), ('metrics', 'metric_points')] -%}
with receipted as (
    select
        receipts.org_id as org_id,
        receipts.event_date as received_date,
        receipts.signal as signal,
        {{ whole_sum('receipts.stored') }} as stored_receipted,
        {{ whole_sum('receipts.quarantined') }} as quarantined_receipted
    from {{ source('raw', 'receipts') }} as receipts
    group by receipts.org_id, receipts.event_date, receipts.signal
),

stored as (
    {%- for signal, table in tables %}
    select
        {{ table }}.org_id as org_id,
        {{ day_of(table ~ '.received_at') }} as received_date,
        '{{ signal }}' as signal,
        count(*) as stored
    from {{ source('raw', table) }} as {{ table }}
    group by {{ table }}.org_id, {{ day_of(table ~ '.received_at') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A replay makes the row that the item would have been: the same record, received at the same moment.
released_items as (
    {%- for signal, table in tables %}
    select distinct
        {{ table }}.org_id as org_id,
        '{{ signal }}' as signal,
        {{ table }}.record_id as record_id,
        {{ table }}.received_at as received_at
    from {{ source('raw', table) }} as {{ table }}
    inner join {{ source('raw', 'quarantine') }} as {{ table }}_held
        on
            {{ table }}.org_id = {{ table }}_held.org_id
            and {{ table }}.record_id = {{ table }}_held.record_id
            and {{ table }}.received_at = {{ table }}_held.received_at
            and {{ table }}_held.signal = '{{ signal }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

quarantined as (
    select
        held.org_id as org_id,
        held.event_date as received_date,
        held.signal as signal,
        count(*) as quarantined,
        count(released_items.record_id) as released
    from {{ source('raw', 'quarantine') }} as held
    left join released_items
        on
            held.org_id = released_items.org_id
            and held.signal = released_items.signal
            and held.record_id = released_items.record_id
            and held.received_at = released_items.received_at
    group by held.org_id, held.event_date, held.signal
),

days as (
    select
        receipted.org_id as org_id,
        receipted.received_date as received_date,
        receipted.signal as signal
    from receipted
    union distinct
    select
        stored.org_id as org_id,
        stored.received_date as received_date,
        stored.signal as signal
    from stored
    union distinct
    select
        quarantined.org_id as org_id,
        quarantined.received_date as received_date,
        quarantined.signal as signal
    from quarantined
)

select
    days.org_id as org_id,
    days.received_date as received_date,
    days.signal as signal,
    coalesce(receipted.stored_receipted, 0) + coalesce(receipted.quarantined_receipted, 0)
    - coalesce(quarantined.released, 0) as received,
    coalesce(stored.stored, 0) as stored,
    coalesce(quarantined.quarantined, 0) - coalesce(quarantined.released, 0) as quarantined
from days
left join receipted
    on
        days.org_id = receipted.org_id
        and days.received_date = receipted.received_date
        and days.signal = receipted.signal
left join stored
    on
        days.org_id = stored.org_id
        and days.received_date = stored.received_date
        and days.signal = stored.signal
left join quarantined
    on
        days.org_id = quarantined.org_id
        and days.received_date = quarantined.received_date
        and days.signal = quarantined.signal
