{{ copilot_model_calls_query('copilot_cli') }}
union all
select
    {{ fact_columns('points', "'metrics'", 3, copilot_agent('copilot_cli'), 'points.client_declared', 'points.dedupe_key') }},
    points.model as model,
    {{ model_tier('points.reasoning', 'null') }} as model_tier,
    'main' as purpose,
    {{ tokens('points.prompt - points.cached - points.written') }} as input_tokens,
    points.output as output_tokens,
    points.cached as cache_read_tokens,
    points.written as cache_write_tokens,
    points.reasoning as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ token_points(
    'copilot_cli',
    [
        'gen_ai.client.inference.usage.input_tokens', 'gen_ai.client.inference.usage.output_tokens',
        'gen_ai.client.inference.usage.cache_read.input_tokens', 'gen_ai.client.inference.usage.cache_write.input_tokens',
        'gen_ai.client.inference.usage.reasoning.output_tokens',
    ],
    'gen_ai.response.model', none,
    {
        'gen_ai.client.inference.usage.input_tokens': 'prompt',
        'gen_ai.client.inference.usage.output_tokens': 'output',
        'gen_ai.client.inference.usage.cache_read.input_tokens': 'cached',
        'gen_ai.client.inference.usage.cache_write.input_tokens': 'written',
        'gen_ai.client.inference.usage.reasoning.output_tokens': 'reasoning',
    }
) }} as points
