select
    {{ opencode_fact_columns('responses', "concat(responses.trace_id, '|', responses.span_id)") }},
    coalesce(
        {{ json_text('responses.attributes', 'ai.model.id') }},
        {{ json_text('responses.attributes', 'gen_ai.request.model') }},
        {{ json_text('responses.attributes', 'gen_ai.response.model') }},
        '(unknown)'
    ) as model,
    {{ model_tier('responses.reasoning', 'null') }} as model_tier,
    responses.purpose as purpose,
    {{ tokens('coalesce(responses.uncached, responses.all_input - coalesce(responses.cache_read, 0) - coalesce(responses.cache_written, 0))') }}
        as input_tokens,
    {{ tokens('responses.output') }} as output_tokens,
    {{ tokens('responses.cache_read') }} as cache_read_tokens,
    {{ tokens('responses.cache_written') }} as cache_write_tokens,
    {{ tokens('responses.reasoning') }} as reasoning_tokens,
    cast(null as {{ float64() }}) as cost_usd
from {{ ref('stg_opencode__responses') }} as responses
