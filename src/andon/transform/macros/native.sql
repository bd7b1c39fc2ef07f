{#
    Records of the native dialect that tell one fact, spans and log records alike, with the columns of a stg_otlp
    model and `dedupe_key`.

    A fact's own id makes it the same fact. Without one, a span is itself by trace and span id, and a log record
    that stands in that very span tells the same fact again; a log record in any other span is itself, for many
    facts may be logged within one span.

    own_id: expression over `records` (its attributes), null where the fact brings no id.
#}
{% macro native_facts(kind, own_id='null') -%}
    (
        select
            told.*,
            case
                when told.own_id is not null then told.own_id
                when told.is_span = 1 or told.stands_in_its_span = 1
                    then coalesce(told.id_told_elsewhere, concat(told.trace_id, '|', told.span_id))
                else told.record_id
            end as dedupe_key
        from (
            select
                identified.*,
                max(case when identified.span_id is null then 0 else identified.is_span end) over same_span as stands_in_its_span,
                case
                    when identified.span_id is not null then coalesce(
                        min(case when identified.is_span = 1 then identified.own_id end) over same_span,
                        min(identified.own_id) over same_span
                    )
                end as id_told_elsewhere
            from (
                select
                    records.*,
                    cast({{ own_id }} as {{ text() }}) as own_id
                from {{ ref('stg_native__records') }} as records
                where records.fact = '{{ kind }}'
            ) as identified
            window same_span as (partition by identified.org_id, identified.trace_id, identified.span_id)
        ) as told
    )
{%- endmacro %}

{#
    The shared columns of a native fact: log records and spans are of one rank. What ingest merely read from a
    tool's arguments is of the second, so that it gives way to a session's own word.
#}
{% macro native_fact_columns(rows, dedupe_key=none, rank=1) -%}
    {{ fact_columns(rows, rows ~ '.source_signal', rank, rows ~ '.agent', rows ~ '.client_declared',
        dedupe_key or (rows ~ '.dedupe_key')) }}
{%- endmacro %}

{# Native tool calls that went well, with what ingest read from their arguments. #}
{% macro native_tool_calls() -%}
    (
        select
            calls.*,
            {{ json_value('calls.attributes', 'andon.file_changes') }} as file_changes,
            {{ json_value('calls.attributes', 'andon.git_actions') }} as git_actions
        from {{ native_facts('tool_call', native_call_id()) }} as calls
        where
            coalesce({{ json_text('calls.attributes', 'andon.tool.outcome') }}, 'ok') = 'ok'
            and {{ json_text('calls.attributes', 'error.type') }} is null
            and coalesce(calls.status_code, 0) <> 2
            and coalesce({{ json_int('calls.attributes', 'process.exit.code') }}, 0) = 0
    )
{%- endmacro %}

{# A model call's own id: the provider's id of its response. #}
{% macro native_response_id() -%}
    coalesce(
        {{ json_text('records.attributes', 'gen_ai.response.id') }},
        {{ json_text('records.attributes', 'ai.response.id') }}
    )
{%- endmacro %}

{# A tool call's own id, within its session. #}
{% macro native_call_id() -%}
    {{ id_within('records.session_id', 'coalesce(' ~ json_text('records.attributes', 'gen_ai.tool.call.id')
        ~ ', ' ~ json_text('records.attributes', 'ai.toolCall.id') ~ ')') }}
{%- endmacro %}

{#
    The first of several attributes that holds a whole number: the conventions' newest name, then what they called it
    before, then what the libraries of OpenInference, OpenLLMetry and Vercel's AI SDK call it.
#}
{% macro native_tokens(rows, what) -%}
    {%- set keys = {
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
    }[what] -%}
    {%- set values = [] -%}
    {%- for key in keys -%}
        {%- do values.append(json_int(rows ~ '.attributes', key)) -%}
    {%- endfor -%}
    {{ tokens('coalesce(' ~ values | join(', ') ~ ')') }}
{%- endmacro %}

{# The model of a call, under whatever name; null when nobody says. #}
{% macro native_model(rows) -%}
    {%- set values = [] -%}
    {%- for key in [
        'gen_ai.response.model', 'gen_ai.request.model', 'ai.response.model', 'ai.model.id', 'llm.model_name', 'embedding.model_name',
    ] -%}
        {%- do values.append('nullif(' ~ json_text(rows ~ '.attributes', key) ~ ", '')") -%}
    {%- endfor -%}
    coalesce({{ values | join(', ') }})
{%- endmacro %}

{#
    What a span of plain GenAI telemetry does, in the conventions' words: its operation, else what its library calls
    it. Spans around a call (agents, chains, workflows) are no operation of their own.
#}
{% macro native_operation(rows) -%}
    {%- set document = rows ~ '.attributes' -%}
    case
        when {{ rows }}.operation_name is not null then {{ rows }}.operation_name
        when {{ json_text(document, 'mcp.method.name') }} = 'tools/call' then 'execute_tool'
        when {{ json_text(document, 'openinference.span.kind') }} = 'LLM' then 'chat'
        when {{ json_text(document, 'openinference.span.kind') }} = 'EMBEDDING' then 'embeddings'
        when {{ json_text(document, 'openinference.span.kind') }} = 'TOOL' then 'execute_tool'
        when {{ json_text(document, 'llm.request.type') }} in ('chat', 'completion') then 'chat'
        when {{ json_text(document, 'llm.request.type') }} = 'embedding' then 'embeddings'
        when {{ json_text(document, 'traceloop.span.kind') }} = 'tool' then 'execute_tool'
        when {{ rows }}.name in ('{{ ai_sdk_call_names() | join("', '") }}') then 'chat'
        when {{ rows }}.name = 'ai.toolCall' then 'execute_tool'
    end
{%- endmacro %}

{# Spans of one request to a model each, of Vercel's AI SDK; the spans around them repeat their usage. #}
{% macro ai_sdk_call_names() %}
    {{ return([
        'ai.streamText.doStream', 'ai.generateText.doGenerate', 'ai.streamObject.doStream', 'ai.generateObject.doGenerate',
    ]) }}
{% endmacro %}
