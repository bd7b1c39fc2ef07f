{{ config(materialized='view') }}
with facts as (
    {{ facts_of('assistant_messages') }}
)

select
    {{ fact_keys('facts') }},
    coalesce(facts.model, '(unknown)') as model_id
from facts
