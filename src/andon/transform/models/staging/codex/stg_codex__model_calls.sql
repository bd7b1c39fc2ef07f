with counted as (
    select
        responses.*,
        {{ tokens(json_int('responses.attributes', 'cached_token_count')) }} as cached,
        {{ tokens(json_int('responses.attributes', 'cache_write_token_count')) }} as written,
        {{ tokens(json_int('responses.attributes', 'reasoning_token_count')) }} as reasoning
    from {{ ref('stg_codex__responses') }} as responses
)

select
    {{ fact_columns('counted', "'logs'", 1, "'codex'", 'counted.client', 'counted.response_key') }},
    coalesce({{ json_text('counted.attributes', 'model') }}, {{ json_text('counted.attributes', 'slug') }}) as model,
    {{ model_tier('counted.reasoning', json_text('counted.attributes', 'model_reasoning_effort')) }} as model_tier,
    case when counted.is_title_thread = 1 then 'auxiliary' else 'main' end as purpose,
    -- Codex' input holds what was read from and written to the cache; its total is input and output alone.
    {{ tokens('counted.input_token_count - counted.cached - counted.written') }} as input_tokens,
    {{ tokens(json_int('counted.attributes', 'output_token_count')) }} as output_tokens,
    counted.cached as cache_read_tokens,
    counted.written as cache_write_tokens,
    counted.reasoning as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from counted
