{{ copilot_model_calls_query('vscode_copilot_chat') }}
union all
select
    {{ copilot_fact_columns('vscode_copilot_chat', 'logged',
        "coalesce(" ~ id_within('logged.session_id', json_text('logged.attributes', 'gen_ai.response.id')) ~ ", logged.record_id)",
        'logs') }},
    coalesce(
        {{ json_text('logged.attributes', 'gen_ai.response.model') }}, {{ json_text('logged.attributes', 'gen_ai.request.model') }}
    ) as model,
    {{ model_tier(json_int('logged.attributes', 'gen_ai.usage.reasoning.output_tokens'), 'null') }} as model_tier,
    'main' as purpose,
    {{ tokens(
        json_int('logged.attributes', 'gen_ai.usage.input_tokens')
        ~ ' - coalesce(' ~ json_int('logged.attributes', 'gen_ai.usage.cache_read.input_tokens') ~ ', 0)'
        ~ ' - coalesce(' ~ json_int('logged.attributes', 'gen_ai.usage.cache_creation.input_tokens') ~ ', 0)'
    ) }} as input_tokens,
    {{ tokens(json_int('logged.attributes', 'gen_ai.usage.output_tokens')) }} as output_tokens,
    {{ tokens(json_int('logged.attributes', 'gen_ai.usage.cache_read.input_tokens')) }} as cache_read_tokens,
    {{ tokens(json_int('logged.attributes', 'gen_ai.usage.cache_creation.input_tokens')) }} as cache_write_tokens,
    {{ tokens(json_int('logged.attributes', 'gen_ai.usage.reasoning.output_tokens')) }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ ref('stg_otlp__log_records') }} as logged
where
    logged.dialect = 'vscode_copilot_chat'
    and logged.event_name = 'gen_ai.client.inference.operation.details'
    and {{ json_text('logged.attributes', 'gen_ai.usage.input_tokens') }} is not null
union all
-- The histogram does not tell what was cached: all of its input is taken for input.
select
    {{ fact_columns('points', "'metrics'", 3, copilot_agent('vscode_copilot_chat'),
        copilot_client('vscode_copilot_chat', 'points'), 'points.dedupe_key') }},
    points.model as model,
    'standard' as model_tier,
    'main' as purpose,
    {{ tokens('points.prompt') }} as input_tokens,
    points.output as output_tokens,
    {{ tokens('null') }} as cache_read_tokens,
    {{ tokens('null') }} as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ token_points('vscode_copilot_chat', ['gen_ai.client.token.usage'], 'gen_ai.response.model', 'gen_ai.token.type',
    {'input': 'prompt', 'output': 'output'}) }} as points
