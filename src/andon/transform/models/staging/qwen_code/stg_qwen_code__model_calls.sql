{{ gemini_model_calls_query('qwen_code', true) }}
union all
select
    {{ gemini_fact_columns('qwen_code', 'spans',
        gemini_call_key('spans', json_text('spans.attributes', 'gen_ai.response.id')), 'spans') }},
    coalesce(
        {{ json_text('spans.attributes', 'gen_ai.response.model') }}, {{ json_text('spans.attributes', 'gen_ai.request.model') }}
    ) as model,
    {{ model_tier(json_int('spans.attributes', 'gen_ai.usage.reasoning.output_tokens'), 'null') }} as model_tier,
    {{ gemini_purpose('cast(null as ' ~ text() ~ ')', json_text('spans.attributes', 'subagent_name')) }} as purpose,
    {{ tokens(json_int('spans.attributes', 'gen_ai.usage.input_tokens')
        ~ ' - coalesce(' ~ json_int('spans.attributes', 'gen_ai.usage.cache_read.input_tokens') ~ ', 0)') }} as input_tokens,
    {{ tokens(json_int('spans.attributes', 'gen_ai.usage.output_tokens')) }} as output_tokens,
    {{ tokens(json_int('spans.attributes', 'gen_ai.usage.cache_read.input_tokens')) }} as cache_read_tokens,
    {{ tokens('null') }} as cache_write_tokens,
    {{ tokens(json_int('spans.attributes', 'gen_ai.usage.reasoning.output_tokens')) }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ gemini_family_spans('qwen_code', ['qwen-code.llm_request']) }} as spans
where {{ json_text('spans.attributes', 'gen_ai.usage.input_tokens') }} is not null
