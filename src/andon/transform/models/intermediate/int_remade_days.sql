-- depends_on: {{ ref('int_changed_days') }}, {{ ref('int_report_basis') }}, {{ ref('fct_model_calls') }}
{{ config(materialized=gathered_until_passed(), schema='build') }}
with touched as (
    select
        days.org_id as org_id,
        days.event_date as event_date
    from {{ touched_days() }} as days
),

near as (
    select
        touched.org_id as org_id,
        {{ day_plus('touched.event_date', 'offsets.days') }} as event_date,
        offsets.reach as reach
    from touched
    cross join (
        {%- for days in range(-29, 30) %}
        select
            {{ days }} as days,
            {{ 0 if days == 0 else 1 if days > 0 else 2 }} as reach
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as offsets
)

select
    near.org_id as org_id,
    near.event_date as event_date,
    min(near.reach) as reach
from near
group by near.org_id, near.event_date
