select
    {{ native_fact_columns('facts') }},
    coalesce(facts.model, '(unknown)') as model,
    {{ model_tier('facts.reasoning', 'facts.effort') }} as model_tier,
    case
        when facts.purpose in ('main', 'subagent', 'auxiliary') then facts.purpose
        -- Nobody reads an embedding.
        when facts.operation_name = 'embeddings' then 'auxiliary'
        else 'main'
    end as purpose,
    -- The convention counts cached tokens inside the input.
    {{ tokens('facts.all_input - facts.cache_read - facts.cache_written') }} as input_tokens,
    facts.output as output_tokens,
    facts.cache_read as cache_read_tokens,
    facts.cache_written as cache_write_tokens,
    facts.reasoning as reasoning_tokens,
    facts.cost_usd as cost_usd
from {{ native_facts('model_call', 'told.response_id') }} as facts
-- A request that failed and used nothing was never completed.
where
    facts.all_input + facts.output > 0
    or (
        coalesce(facts.status_code, 0) <> 2
        and (facts.is_span = 1 or facts.error_type is null)
    )
union all
-- Where neither spans nor records come: what the counters grew by in a day.
select
    {{ fact_columns('counted', "'metrics'", 'counted.source_rank', 'counted.agent', 'counted.client_declared', 'counted.dedupe_key') }},
    counted.model as model,
    {{ model_tier('counted.reasoning', 'null') }} as model_tier,
    case when counted.operation_name = 'embeddings' then 'auxiliary' else 'main' end as purpose,
    {{ tokens('counted.all_input - counted.cache_read - counted.cache_written') }} as input_tokens,
    {{ tokens('counted.output') }} as output_tokens,
    {{ tokens('counted.cache_read') }} as cache_read_tokens,
    {{ tokens('counted.cache_written') }} as cache_write_tokens,
    {{ tokens('counted.reasoning') }} as reasoning_tokens,
    cast(null as {{ float64() }}) as cost_usd
from {{ ref('stg_native__counted_tokens') }} as counted
