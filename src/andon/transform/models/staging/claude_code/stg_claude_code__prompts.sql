{{ config(materialized='table') }}
-- The text is gone by now, so that a background sub-agent's notification looks like a prompt: it is known by its
-- place behind the sub-agent's completion. Logs and spans are told apart all the way, for both may be on.
with logged as (
    select
        logs.org_id as org_id,
        logs.session_id as session_id,
        logs.record_id as record_id,
        1 as source_rank,
        logs.occurred_at_unix_nano as moment,
        logs.sequence as sequence,
        case
            when logs.event_name = 'user_prompt' then 'prompt'
            when logs.event_name = 'subagent_completed' and {{ json_text('logs.attributes', 'is_async') }} = 'true' then 'completion'
        end as event,
        {{ json_text('logs.attributes', 'command_name') }} as command_name,
        {{ json_text('logs.attributes', 'andon.message.origin') }} as known_origin,
        {{ json_int('logs.attributes', 'prompt_length') }} as prompt_length
    from {{ ref('stg_otlp__log_records') }} as logs
    where logs.dialect = 'claude_code'
),

spans as (
    select
        finished.*,
        {{ json_text('finished.attributes', 'agent_id') }} as agent_id,
        finished.occurred_at_unix_nano - cast(round(coalesce(finished.duration_ms, 0) * 1000000) as {{ int64() }}) as began
    from {{ ref('stg_otlp__spans') }} as finished
    where finished.dialect = 'claude_code'
),

-- /cost, /exit and other built-in commands are interactions too, but ask no model anything in the person's name.
answered as (
    select distinct
        spans.org_id as org_id,
        spans.trace_id as trace_id
    from spans
    where
        spans.name = 'claude_code.llm_request'
        and {{ claude_code_purpose(json_text('spans.attributes', 'query_source_safe'), 'spans.agent_id') }} <> 'auxiliary'
),

-- A sub-agent that went on when the call that began it had ended worked in the background.
background as (
    select
        spans.org_id as org_id,
        spans.session_id as session_id,
        spans.agent_id as agent_id,
        max(spans.occurred_at_unix_nano) as ended
    from spans
    inner join spans as callers
        on
            spans.org_id = callers.org_id
            and spans.trace_id = callers.trace_id
            and spans.parent_span_id = callers.span_id
    where
        spans.name = 'claude_code.llm_request'
        and spans.agent_id is not null
        and spans.occurred_at_unix_nano > callers.occurred_at_unix_nano
    group by spans.org_id, spans.session_id, spans.agent_id
),

traced as (
    select
        spans.org_id as org_id,
        spans.session_id as session_id,
        spans.record_id as record_id,
        2 as source_rank,
        case when spans.name = 'claude_code.interaction' then spans.began else spans.occurred_at_unix_nano end as moment,
        {{ json_int('spans.attributes', 'interaction.sequence') }} as sequence,
        case
            when spans.name = 'claude_code.interaction' and answered.trace_id is not null then 'prompt'
            when background.agent_id is not null then 'completion'
        end as event,
        cast(null as {{ text() }}) as command_name,
        {{ json_text('spans.attributes', 'andon.message.origin') }} as known_origin,
        {{ json_int('spans.attributes', 'user_prompt_length') }} as prompt_length
    from spans
    left join background
        on
            spans.org_id = background.org_id
            and spans.session_id = background.session_id
            and spans.agent_id = background.agent_id
            and spans.name = 'claude_code.llm_request'
            and spans.occurred_at_unix_nano = background.ended
    left join answered
        on
            spans.org_id = answered.org_id
            and spans.trace_id = answered.trace_id
),

told as (
    select logged.*
    from logged
    union all
    select traced.*
    from traced
),

-- What was told just before each record, in the sessions that a background sub-agent worked for.
neighbours as (
    select
        told.org_id as org_id,
        told.record_id as record_id,
        told.moment - lag(told.moment) over (
            partition by told.org_id, told.session_id, told.source_rank
            order by told.moment, told.sequence, told.record_id
        ) as pause
    from told
    inner join (
        select distinct
            completions.org_id as org_id,
            completions.session_id as session_id
        from told as completions
        where completions.event = 'completion'
    ) as sessions
        on
            told.org_id = sessions.org_id
            and told.session_id = sessions.session_id
),

-- A notification has no command, is never short, for its tags alone take more than a hundred letters, and comes
-- at once: after the completion, or after the turn that was under way. A person needs more than five seconds.
signed as (
    select
        told.*,
        case
            when told.event = 'completion' then 1
            when
                told.command_name is null
                and coalesce(told.prompt_length, 100) >= 100
                and neighbours.pause <= 5000000000
                then -1
            else 0
        end as waiting_change
    from told
    left join neighbours
        on
            told.org_id = neighbours.org_id
            and told.record_id = neighbours.record_id
    where told.event is not null
),

counted as (
    select
        signed.*,
        sum(signed.waiting_change) over session_so_far as balance,
        max(case when signed.known_origin = 'synthetic' then 1 else 0 end) over whole_session as text_was_told
    from signed
    window
        whole_session as (partition by signed.org_id, signed.session_id, signed.source_rank),
        session_so_far as (
            partition by signed.org_id, signed.session_id, signed.source_rank
            order by signed.moment, signed.sequence, signed.record_id
            rows between unbounded preceding and current row
        )
),

-- Completions whose notification is still to come: the balance above its lowest point so far.
awaited as (
    select
        counted.*,
        counted.balance - counted.waiting_change - coalesce(least(0, min(counted.balance) over (
            partition by counted.org_id, counted.session_id, counted.source_rank
            order by counted.moment, counted.sequence, counted.record_id
            rows between unbounded preceding and 1 preceding
        )), 0) as waiting_before
    from counted
)

select
    awaited.org_id as org_id,
    awaited.record_id as record_id,
    case
        when awaited.known_origin = 'synthetic' then 'synthetic'
        when awaited.command_name is not null then 'command'
        when awaited.text_was_told = 1 then 'human'
        when awaited.waiting_change = -1 and awaited.waiting_before > 0 then 'synthetic'
        else 'human'
    end as origin
from awaited
where awaited.event = 'prompt'
