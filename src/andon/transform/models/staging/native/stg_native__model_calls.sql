with facts as (
    select
        told.*,
        {{ tokens(json_int('told.attributes', 'gen_ai.usage.input_tokens')) }} as all_input,
        {{ tokens(json_int('told.attributes', 'gen_ai.usage.output_tokens')) }} as output,
        {{ tokens(json_int('told.attributes', 'gen_ai.usage.cache_read.input_tokens')) }} as cache_read,
        {{ tokens(json_int('told.attributes', 'gen_ai.usage.cache_creation.input_tokens')) }} as cache_written,
        {{ tokens(json_int('told.attributes', 'gen_ai.usage.reasoning.output_tokens')) }} as reasoning,
        coalesce(
            {{ json_text('told.attributes', 'andon.model.effort') }},
            {{ json_text('told.attributes', 'gen_ai.request.reasoning.level') }}
        ) as effort
    from {{ native_facts('model_call', json_text('records.attributes', 'gen_ai.response.id')) }} as told
)

select
    {{ native_fact_columns('facts') }},
    coalesce(
        {{ json_text('facts.attributes', 'gen_ai.response.model') }},
        {{ json_text('facts.attributes', 'gen_ai.request.model') }},
        '(unknown)'
    ) as model,
    {{ model_tier('facts.reasoning', 'facts.effort') }} as model_tier,
    case
        when {{ json_text('facts.attributes', 'andon.model.purpose') }} in ('subagent', 'auxiliary')
            then {{ json_text('facts.attributes', 'andon.model.purpose') }}
        else 'main'
    end as purpose,
    -- The convention counts cached tokens inside the input.
    {{ tokens('facts.all_input - facts.cache_read - facts.cache_written') }} as input_tokens,
    facts.output as output_tokens,
    facts.cache_read as cache_read_tokens,
    facts.cache_written as cache_write_tokens,
    facts.reasoning as reasoning_tokens,
    {{ json_float('facts.attributes', 'andon.cost_usd') }} as cost_usd
from facts
-- A request that failed and used nothing was never completed.
where
    facts.all_input + facts.output > 0
    or coalesce(facts.status_code, 0) <> 2
