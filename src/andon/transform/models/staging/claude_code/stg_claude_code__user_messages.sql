-- The text is gone by now, so that a background sub-agent's notification looks like a prompt: it is known by its
-- place behind the sub-agent's completion.
with logged as (
    select
        records.*,
        {{ json_text('records.attributes', 'command_name') }} as command_name,
        {{ json_text('records.attributes', 'command_source') }} as command_source,
        {{ json_text('records.attributes', 'andon.message.origin') }} as known_origin,
        {{ json_text('records.attributes', 'message.uuid') }} as message_uuid,
        {{ json_int('records.attributes', 'prompt_length') }} as prompt_length,
        {{ json_text('records.attributes', 'is_async') }} as is_async
    from {{ claude_code_logs(['user_prompt', 'subagent_completed']) }} as records
),

-- What was logged just before each record, in the sessions that a background sub-agent worked for.
neighbours as (
    select
        records.org_id as org_id,
        records.record_id as record_id,
        records.occurred_at_unix_nano - lag(records.occurred_at_unix_nano) over (
            partition by records.org_id, records.session_id
            order by records.occurred_at_unix_nano, records.sequence, records.record_id
        ) as pause
    from {{ ref('stg_otlp__log_records') }} as records
    inner join (
        select distinct
            logged.org_id as org_id,
            logged.session_id as session_id
        from logged
        where logged.is_async = 'true'
    ) as sessions
        on
            records.org_id = sessions.org_id
            and records.session_id = sessions.session_id
    where records.dialect = 'claude_code'
),

-- A notification has no command, is never short, for its tags alone take more than a hundred letters, and comes
-- at once: after the completion, or after the turn that was under way. A person needs more than five seconds.
signed as (
    select
        logged.*,
        case
            when logged.event_name = 'subagent_completed' and logged.is_async = 'true' then 1
            when
                logged.event_name = 'user_prompt'
                and logged.command_name is null
                and coalesce(logged.prompt_length, 100) >= 100
                and neighbours.pause <= 5000000000
                then -1
            else 0
        end as waiting_change
    from logged
    left join neighbours
        on
            logged.org_id = neighbours.org_id
            and logged.record_id = neighbours.record_id
),

counted as (
    select
        signed.*,
        sum(signed.waiting_change) over session_so_far as balance,
        max(case when signed.known_origin = 'synthetic' then 1 else 0 end) over whole_session as text_was_told
    from signed
    window
        whole_session as (partition by signed.org_id, signed.session_id),
        session_so_far as (
            partition by signed.org_id, signed.session_id
            order by signed.occurred_at_unix_nano, signed.sequence, signed.record_id
            rows between unbounded preceding and current row
        )
),

-- Completions whose notification is still to come: the balance above its lowest point so far.
awaited as (
    select
        counted.*,
        counted.balance - counted.waiting_change - coalesce(least(0, min(counted.balance) over (
            partition by counted.org_id, counted.session_id
            order by counted.occurred_at_unix_nano, counted.sequence, counted.record_id
            rows between unbounded preceding and 1 preceding
        )), 0) as waiting_before
    from counted
),

prompts as (
    select
        awaited.*,
        case
            when awaited.known_origin = 'synthetic' then 'synthetic'
            when awaited.command_name is not null then 'command'
            when awaited.text_was_told = 1 then 'human'
            when awaited.waiting_change = -1 and awaited.waiting_before > 0 then 'synthetic'
            else 'human'
        end as origin
    from awaited
    where awaited.event_name = 'user_prompt'
)

select
    {{ fact_columns('prompts', "'logs'", 1, "'claude-code'", 'prompts.client',
        'coalesce(prompts.message_uuid, prompts.record_id)') }},
    prompts.origin as origin
from prompts
-- /exit and its like are slash commands, but nobody said anything to the agent.
where prompts.command_source is distinct from 'builtin'
