{#
    What a kind's union promises of the tellings that this build staged, looked at in one go: each has a key
    (`dedupe_key`), a word of its column's own where `words` lists them, and is there once.

    Few facts have two tellings: those are found by a short key, so that only they are compared.
#}
{% test tellings(model, words={}) %}
with repeated as (
    select told.fact_key as fact_key
    from {{ model }} as told
    where {{ is_made_now('told', 'slice') }}
    group by told.fact_key
    having count(*) > 1
),

twice as (
    select
        told.org_id as org_id,
        min(told.event_date) as event_date
    from {{ model }} as told
    where
        {{ is_made_now('told', 'slice') }}
        and told.fact_key in (select repeated.fact_key from repeated)
    group by told.org_id, told.record_id, told.dedupe_key
    having count(*) > 1
)

select
    faulty.fault as fault,
    faulty.org_id as org_id,
    faulty.event_date as event_date,
    count(*) as tellings
from (
    select
        case
            when told.dedupe_key is null then 'no key'
            {%- for column, known in words.items() %}
            when told.{{ column }} not in ('{{ known | join("', '") }}') then 'unknown {{ column }}'
            {%- endfor %}
        end as fault,
        told.org_id as org_id,
        told.event_date as event_date
    from {{ model }} as told
    where {{ is_made_now('told', 'slice') }}
    union all
    select
        'told twice' as fault,
        twice.org_id as org_id,
        twice.event_date as event_date
    from twice
) as faulty
where faulty.fault is not null
group by faulty.fault, faulty.org_id, faulty.event_date
{% endtest %}
