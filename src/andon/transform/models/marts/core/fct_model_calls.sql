{{ config(materialized='view') }}
with facts as (
    {{ facts_of('model_calls') }}
)

select
    {{ fact_keys('facts') }},
    coalesce(facts.model, '(unknown)') as model_id,
    coalesce(facts.model_tier, 'standard') as model_tier,
    facts.purpose as purpose,
    {{ whole('facts.input_tokens') }} as input_tokens,
    {{ whole('facts.output_tokens') }} as output_tokens,
    {{ whole('facts.cache_read_tokens') }} as cache_read_tokens,
    {{ whole('facts.cache_write_tokens') }} as cache_write_tokens,
    {{ whole('facts.reasoning_tokens') }} as reasoning_tokens,
    facts.cost_usd as cost_usd
from facts
