{{ config(materialized='view') }}
with facts as (
    {{ facts_of('user_messages') }}
)

select
    {{ fact_keys('facts') }},
    facts.origin as origin
from facts
