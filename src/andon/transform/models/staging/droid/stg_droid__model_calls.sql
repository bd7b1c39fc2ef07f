select
    {{ fact_columns('points', "'metrics'", 3, "'droid'", 'points.client_declared', 'points.dedupe_key') }},
    points.model as model,
    {{ model_tier('null', 'null') }} as model_tier,
    'main' as purpose,
    points.input as input_tokens,
    points.output as output_tokens,
    points.cached as cache_read_tokens,
    points.written as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ token_points(
    'droid',
    ['droid.token.input', 'droid.token.output', 'droid.token.cache_read', 'droid.token.cache_write'],
    'model.id', none,
    {
        'droid.token.input': 'input', 'droid.token.output': 'output',
        'droid.token.cache_read': 'cached', 'droid.token.cache_write': 'written',
    }
) }} as points
