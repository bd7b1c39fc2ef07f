with logs as (
    select
        records.*,
        prompts.origin as origin,
        {{ json_text('records.attributes', 'message.uuid') }} as message_uuid
    from {{ claude_code_logs(['user_prompt']) }} as records
    inner join {{ ref('stg_claude_code__prompts') }} as prompts
        on
            records.org_id = prompts.org_id
            and records.record_id = prompts.record_id
    -- /exit and its like are slash commands, but nobody said anything to the agent.
    where {{ json_text('records.attributes', 'command_source') }} is distinct from 'builtin'
),

spans as (
    select
        interactions.*,
        prompts.origin as origin
    from {{ claude_code_spans(['claude_code.interaction']) }} as interactions
    inner join {{ ref('stg_claude_code__prompts') }} as prompts
        on
            interactions.org_id = prompts.org_id
            and interactions.record_id = prompts.record_id
)

select
    {{ fact_columns('logs', "'logs'", 1, "'claude-code'", 'logs.client', 'coalesce(logs.message_uuid, logs.record_id)') }},
    logs.origin as origin
from logs
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client', 'spans.record_id') }},
    spans.origin as origin
from spans
