with requests as (
    select
        records.*,
        {{ claude_code_model(json_text('records.attributes', 'model')) }} as model,
        {{ json_text('records.attributes', 'effort') }} as effort,
        {{ json_text('records.attributes', 'query_source') }} as query_source,
        {{ json_text('records.attributes', 'agent_id') }} as agent_id,
        {{ json_text('records.attributes', 'request_id') }} as request_id
    from {{ claude_code_logs(['api_request']) }} as records
),

spans as (
    select
        finished.*,
        {{ claude_code_model(json_text('finished.attributes', 'model')) }} as model,
        {{ json_text('finished.attributes', 'effort') }} as effort,
        {{ json_text('finished.attributes', 'query_source_safe') }} as query_source,
        {{ json_text('finished.attributes', 'agent_id') }} as agent_id,
        {{ json_text('finished.attributes', 'request_id') }} as request_id
    from {{ claude_code_spans(['claude_code.llm_request']) }} as finished
    left join {{ ref('stg_claude_code__unlogged_calls') }} as unlogged
        on
            finished.org_id = unlogged.org_id
            and finished.record_id = unlogged.record_id
            and unlogged.source_signal = 'spans'
    where
        unlogged.record_id is null
        and coalesce({{ json_text('finished.attributes', 'success') }}, 'true') = 'true'
),

-- Without logs and traces the token counter still tells how much which model used.
points as (
    select
        told.*,
        {{ claude_code_model(json_text('told.attributes', 'model')) }} as model,
        {{ json_text('told.attributes', 'effort') }} as effort,
        {{ json_text('told.attributes', 'query_source') }} as query_source,
        {{ json_text('told.attributes', 'type') }} as token_type
    from {{ claude_code_points(['claude_code.token.usage']) }} as told
)

select
    {{ fact_columns('requests', "'logs'", 1, "'claude-code'", 'requests.client',
        "coalesce(" ~ id_within('requests.session_id', 'requests.request_id') ~ ", requests.record_id)") }},
    requests.model as model,
    {{ model_tier('null', 'requests.effort') }} as model_tier,
    {{ claude_code_purpose('requests.query_source', 'requests.agent_id') }} as purpose,
    {{ tokens(json_int('requests.attributes', 'input_tokens')) }} as input_tokens,
    {{ tokens(json_int('requests.attributes', 'output_tokens')) }} as output_tokens,
    {{ tokens(json_int('requests.attributes', 'cache_read_tokens')) }} as cache_read_tokens,
    {{ tokens(json_int('requests.attributes', 'cache_creation_tokens')) }} as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ json_float('requests.attributes', 'cost_usd') }} as cost_usd
from requests
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client',
        "coalesce(" ~ id_within('spans.session_id', 'spans.request_id') ~ ", spans.record_id)") }},
    spans.model as model,
    {{ model_tier('null', 'spans.effort') }} as model_tier,
    {{ claude_code_purpose('spans.query_source', 'spans.agent_id') }} as purpose,
    {{ tokens(json_int('spans.attributes', 'input_tokens')) }} as input_tokens,
    {{ tokens(json_int('spans.attributes', 'output_tokens')) }} as output_tokens,
    {{ tokens(json_int('spans.attributes', 'cache_read_tokens')) }} as cache_read_tokens,
    {{ tokens(json_int('spans.attributes', 'cache_creation_tokens')) }} as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ json_float('spans.attributes', 'cost_usd') }} as cost_usd
from spans
union all
select
    {{ point_fact_columns('points', "'claude-code'", 'points.client', count='1') }},
    points.model as model,
    {{ model_tier('null', 'points.effort') }} as model_tier,
    {{ claude_code_purpose('points.query_source', 'null') }} as purpose,
    cast(case when points.token_type = 'input' then points.increment else 0 end as {{ int64() }}) as input_tokens,
    cast(case when points.token_type = 'output' then points.increment else 0 end as {{ int64() }}) as output_tokens,
    cast(case when points.token_type = 'cacheRead' then points.increment else 0 end as {{ int64() }}) as cache_read_tokens,
    cast(case when points.token_type = 'cacheCreation' then points.increment else 0 end as {{ int64() }}) as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from points
union all
-- Of the first rank, beside the log records that do not tell them.
select
    {{ fact_columns('unlogged', 'unlogged.source_signal', 1, "'claude-code'", 'unlogged.client_declared',
        'unlogged.dedupe_key') }},
    unlogged.model as model,
    {{ model_tier('null', 'null') }} as model_tier,
    'auxiliary' as purpose,
    unlogged.input_tokens as input_tokens,
    unlogged.output_tokens as output_tokens,
    unlogged.cache_read_tokens as cache_read_tokens,
    unlogged.cache_write_tokens as cache_write_tokens,
    {{ tokens('null') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ ref('stg_claude_code__unlogged_calls') }} as unlogged
