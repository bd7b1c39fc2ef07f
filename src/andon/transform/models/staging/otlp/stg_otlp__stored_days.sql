{{ config(materialized=kept_by_day(), day='event_date', days='stg_otlp__reread_days') }}
{%- set tables = [('traces', 'spans'), ('logs', 'log_records'), ('metrics', 'metric_points')] -%}
{%- set columns = ['org_id', 'event_date', 'received_date', 'signal'] -%}
with raw_rows as (
    {%- for signal, table in tables %}
    select
        {{ table }}.org_id as org_id,
        {{ table }}.event_date as event_date,
        {{ day_of(table ~ '.received_at') }} as received_date,
        '{{ signal }}' as signal,
        count(*) as amount
    from {{ source('raw', table) }} as {{ table }}
    where {{ is_remade(table, days='stg_otlp__reread_days') }}
    group by {{ table }}.org_id, {{ table }}.event_date, {{ day_of(table ~ '.received_at') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

base_rows as (
    {%- for signal, table in tables %}
    select
        {{ table }}.org_id as org_id,
        {{ table }}.event_date as event_date,
        {{ day_of(table ~ '.received_at') }} as received_date,
        '{{ signal }}' as signal,
        count(*) as amount
    from {{ ref('base_otlp__' ~ table) }} as {{ table }}
    where
        {{ is_remade(table, days='stg_otlp__reread_days') }}
        {{ 'and ' ~ table ~ '.is_timeless = 0' if table == 'log_records' }}
    group by {{ table }}.org_id, {{ table }}.event_date, {{ day_of(table ~ '.received_at') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A replay makes the row that the item would have been: the same record, received at the same moment.
replayed as (
    {%- for signal, table in tables %}
    select distinct
        {{ table }}.org_id as org_id,
        {{ table }}.event_date as event_date,
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
    where {{ is_remade(table, days='stg_otlp__reread_days') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

released_rows as (
    select
        replayed.org_id as org_id,
        replayed.event_date as event_date,
        held.event_date as received_date,
        replayed.signal as signal,
        count(*) as amount
    from replayed
    inner join {{ source('raw', 'quarantine') }} as held
        on
            replayed.org_id = held.org_id
            and replayed.signal = held.signal
            and replayed.record_id = held.record_id
            and replayed.received_at = held.received_at
    group by replayed.org_id, replayed.event_date, held.event_date, replayed.signal
),

counted as (
    {%- for what, rows in [('stored', 'raw_rows'), ('records', 'base_rows'), ('released', 'released_rows')] %}
    select
        {%- for column in columns %}
        {{ rows }}.{{ column }} as {{ column }},
        {%- endfor %}
        '{{ what }}' as what,
        {{ rows }}.amount as amount
    from {{ rows }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {%- for column in columns %}
    counted.{{ column }} as {{ column }},
    {%- endfor %}
    {%- for what in ['stored', 'records', 'released'] %}
    {{ whole_sum("case when counted.what = '" ~ what ~ "' then counted.amount end") }} as {{ what }}{{ ',' if not loop.last }}
    {%- endfor %}
from counted
group by {% for column in columns %}counted.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
