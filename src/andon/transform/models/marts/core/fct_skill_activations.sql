{{ config(materialized='view') }}
with facts as (
    {{ facts_of('skill_activations') }}
)

select
    {{ fact_keys('facts') }},
    coalesce(facts.skill_name, '(unknown)') as skill_name
from facts
