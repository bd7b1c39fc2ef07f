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
        {{ tokens(json_int('spans.attributes', 'codex.turn.token_usage.reasoning_output_tokens')) }} as reasoning,
        coalesce(conversations.is_title_thread, 0) as is_title_thread
    from {{ ref('stg_codex__turn_spans') }} as spans
    left join {{ ref('stg_codex__conversations') }} as conversations
        on
            spans.org_id = conversations.org_id
            and spans.session_id = conversations.session_id
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

points as (
    select
        told.*,
        {{ json_text('told.attributes', 'model') }} as model,
        {{ json_text('told.attributes', 'token_type') }} as token_type,
        -- The parts of a turn's tokens are series of their own, exported at one time; their total is no part.
        concat_ws(
            '|', told.resource_attributes, told.start_time_unix_nano, told.time_unix_nano,
            {{ json_text('told.attributes', 'model') }}, told.session_source, {{ json_text('told.attributes', 'originator') }}
        ) as turns_key
    from {{ codex_points(['codex.turn.token_usage']) }} as told
),

counters as (
    select
        points.*,
        sum(case when points.token_type = 'input' then points.increment else 0 end) over same_turns as read_in_all,
        sum(case when points.token_type = 'cached_input' then points.increment else 0 end) over same_turns as cached,
        sum(case when points.token_type = 'cache_write_input' then points.increment else 0 end) over same_turns as written,
        sum(case when points.token_type = 'output' then points.increment else 0 end) over same_turns as output,
        sum(case when points.token_type = 'reasoning_output' then points.increment else 0 end) over same_turns as reasoning,
        row_number() over (
            partition by points.org_id, points.turns_key
            order by case when points.token_type = 'input' then 0 else 1 end, points.series_id
        ) as place
    from points
    window same_turns as (partition by points.org_id, points.turns_key)
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
    {{ point_fact_columns('counters', "'codex'", 'counters.client', count='1') }},
    counters.model as model,
    {{ model_tier('counters.reasoning', json_text('counters.attributes', 'reasoning_effort')) }} as model_tier,
    case when counters.session_source like 'subagent%' then 'subagent' else 'main' end as purpose,
    {{ tokens('counters.read_in_all - counters.cached - counters.written') }} as input_tokens,
    {{ tokens('counters.output') }} as output_tokens,
    {{ tokens('counters.cached') }} as cache_read_tokens,
    {{ tokens('counters.written') }} as cache_write_tokens,
    {{ tokens('counters.reasoning') }} as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from counters
where counters.place = 1
