with counted as (
    select
        responses.*,
        {{ tokens(json_int('responses.attributes', 'cached_token_count')) }} as cached,
        {{ tokens(json_int('responses.attributes', 'cache_write_token_count')) }} as written,
        {{ tokens(json_int('responses.attributes', 'reasoning_token_count')) }} as reasoning
    from {{ ref('stg_codex__responses') }} as responses
),

-- Spans of turns sum up their responses. They count where no span tells of a response itself.
turns as (
    select
        spans.*,
        {{ tokens(json_int('spans.attributes', 'codex.turn.token_usage.input_tokens')) }} as read_in_all,
        {{ tokens(json_int('spans.attributes', 'codex.turn.token_usage.cached_input_tokens')) }} as cached,
        {{ tokens(json_int('spans.attributes', 'codex.turn.token_usage.cache_write_input_tokens')) }} as written,
        {{ tokens(json_int('spans.attributes', 'codex.turn.token_usage.reasoning_output_tokens')) }} as reasoning
    from (
        select
            finished.*,
            coalesce(conversations.is_title_thread, 0) as is_title_thread
        from {{ ref('stg_codex__turn_spans') }} as finished
        left join {{ ref('stg_codex__conversations') }} as conversations
            on
                finished.org_id = conversations.org_id
                and finished.session_id = conversations.session_id
    ) as spans
    left join (
        select distinct
            counted.org_id as org_id,
            counted.session_id as session_id
        from counted
        where counted.source_rank = 2
    ) as told
        on
            spans.org_id = told.org_id
            and spans.session_id = told.session_id
    where
        spans.name = 'session_task.turn'
        and told.session_id is null
        and {{ json_int('spans.attributes', 'codex.turn.token_usage.total_tokens') }} > 0
),

counters as (
    select
        points.*,
        coalesce(
            points.client_declared,
            {{ codex_client(
                json_text('points.attributes', 'originator'), 'points.service_name', json_text('points.attributes', 'session_source')
            ) }}
        ) as client
    -- The histogram's `total` is no kind of token.
    from {{ token_points('codex', ['codex.turn.token_usage'], 'model', 'token_type', {
        'input': 'read_in_all',
        'cached_input': 'cached',
        'cache_write_input': 'written',
        'output': 'output',
        'reasoning_output': 'reasoning',
    }) }} as points
)

select
    {{ fact_columns('counted', 'counted.source_signal', 'counted.source_rank', "'codex'", 'counted.client', 'counted.response_key') }},
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
union all
select
    {{ fact_columns('turns', "'spans'", 2, "'codex'", 'turns.client', 'turns.record_id') }},
    {{ json_text('turns.attributes', 'model') }} as model,
    {{ model_tier('turns.reasoning', json_text('turns.attributes', 'codex.turn.reasoning_effort')) }} as model_tier,
    case when turns.is_title_thread = 1 then 'auxiliary' else 'main' end as purpose,
    {{ tokens('turns.read_in_all - turns.cached - turns.written') }} as input_tokens,
    {{ tokens(json_int('turns.attributes', 'codex.turn.token_usage.output_tokens')) }} as output_tokens,
    turns.cached as cache_read_tokens,
    turns.written as cache_write_tokens,
    turns.reasoning as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from turns
union all
select
    {{ fact_columns('counters', "'metrics'", 3, "'codex'", 'counters.client', 'counters.dedupe_key') }},
    counters.model as model,
    {{ model_tier('counters.reasoning', 'null') }} as model_tier,
    'main' as purpose,
    {{ tokens('counters.read_in_all - counters.cached - counters.written') }} as input_tokens,
    {{ tokens('counters.output') }} as output_tokens,
    {{ tokens('counters.cached') }} as cache_read_tokens,
    {{ tokens('counters.written') }} as cache_write_tokens,
    {{ tokens('counters.reasoning') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from counters
