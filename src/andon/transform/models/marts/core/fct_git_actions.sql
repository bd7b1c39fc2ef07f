{{ config(materialized='view') }}
with facts as (
    {{ facts_of('git_actions') }}
)

select
    {{ fact_keys('facts') }},
    facts.git_kind as git_kind,
    facts.confidence as confidence
from facts
