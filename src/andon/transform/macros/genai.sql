{# What attributes of plain GenAI telemetry are called: the conventions' words, and those of the libraries around them. #}

{#
    The first of several attributes that holds a whole number: the conventions' newest name, then what they called it
    before, then what the libraries of OpenInference, OpenLLMetry and Vercel's AI SDK call it.
#}
{% macro native_token_keys() %}
    {{ return({
        'input': [
            'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt', 'ai.usage.inputTokens',
            'ai.usage.promptTokens',
        ],
        'output': [
            'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion', 'ai.usage.outputTokens',
            'ai.usage.completionTokens',
        ],
        'cache_read': [
            'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens',
            'llm.token_count.prompt_details.cache_read', 'ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens',
        ],
        'cache_written': [
            'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_write.input_tokens',
            'gen_ai.usage.cache_creation_input_tokens', 'llm.token_count.prompt_details.cache_write',
            'ai.usage.inputTokenDetails.cacheWriteTokens',
        ],
        'reasoning': [
            'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens',
            'llm.token_count.completion_details.reasoning', 'ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens',
        ],
    }) }}
{% endmacro %}

{% macro native_tokens(what) -%}
    {%- set values = [] -%}
    {%- for key in native_token_keys()[what] -%}
        {%- do values.append(safe_int(said(key))) -%}
    {%- endfor -%}
    {{ tokens('coalesce(' ~ values | join(', ') ~ ')') }}
{%- endmacro %}

{# The keys of a call's model, in the order of trust. #}
{% macro native_model_keys() %}
    {{ return([
        'gen_ai.response.model', 'gen_ai.request.model', 'ai.response.model', 'ai.model.id', 'llm.model_name', 'embedding.model_name',
    ]) }}
{% endmacro %}

{# The model of a call, under whatever name; null when nobody says. `value` is a macro: `said`, or `attribute`. #}
{% macro native_model(rows, value) -%}
    {%- set values = [] -%}
    {%- for key in native_model_keys() -%}
        {%- do values.append('nullif(' ~ value(key, rows) ~ ", '')") -%}
    {%- endfor -%}
    coalesce({{ values | join(', ') }})
{%- endmacro %}

{% macro attribute(key, rows) -%} {{ json_text(rows ~ '.attributes', key) }} {%- endmacro %}

{#
    What a record of plain GenAI telemetry does, in the conventions' words: its operation, else what its library calls
    it; a log record without one is of a request. Spans around a call (agents, chains, workflows) are no operation of
    their own.
#}
{% macro native_operation(signal) -%}
    {%- if signal == 'logs' -%}
    coalesce({{ said('gen_ai.operation.name') }}, 'chat')
    {%- else -%}
    case
        when {{ said('gen_ai.operation.name') }} is not null then {{ said('gen_ai.operation.name') }}
        when {{ said('mcp.method.name') }} = 'tools/call' then 'execute_tool'
        when {{ said('openinference.span.kind') }} = 'LLM' then 'chat'
        when {{ said('openinference.span.kind') }} = 'EMBEDDING' then 'embeddings'
        when {{ said('openinference.span.kind') }} = 'TOOL' then 'execute_tool'
        when {{ said('llm.request.type') }} in ('chat', 'completion') then 'chat'
        when {{ said('llm.request.type') }} = 'embedding' then 'embeddings'
        when {{ said('traceloop.span.kind') }} = 'tool' then 'execute_tool'
        when raw_rows.known_name in ('{{ ai_sdk_call_names() | join("', '") }}') then 'chat'
        when raw_rows.known_name = 'ai.toolCall' then 'execute_tool'
    end
    {%- endif -%}
{%- endmacro %}

{# Spans of one request to a model each, of Vercel's AI SDK; the spans around them repeat their usage. #}
{% macro ai_sdk_call_names() %}
    {{ return([
        'ai.streamText.doStream', 'ai.generateText.doGenerate', 'ai.streamObject.doStream', 'ai.generateObject.doGenerate',
    ]) }}
{% endmacro %}
