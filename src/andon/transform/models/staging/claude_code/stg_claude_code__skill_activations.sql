with told as (
    select
        records.*,
        {{ claude_code_told_name(json_text('records.attributes', 'skill.name')) }} as skill_name
    from {{ claude_code_logs(['skill_activated', 'api_request']) }} as records
),

-- A redacted name is told again by the next request that it caused.
followed as (
    select
        told.*,
        {{ first_in_window("case when told.event_name = 'api_request' then told.skill_name end") }} over (
            partition by told.org_id, told.session_id
            order by told.occurred_at_unix_nano, told.sequence, told.record_id
            rows between current row and unbounded following
        ) as next_name
    from told
)

select
    {{ fact_columns('followed', "'logs'", 1, "'claude-code'", 'followed.client', 'followed.record_id') }},
    coalesce(followed.skill_name, followed.next_name, '(redacted)') as skill_name
from followed
where
    followed.event_name = 'skill_activated'
    -- A slash command of the user's is told by the prompt itself.
    and {{ json_text('followed.attributes', 'invocation_trigger') }} is distinct from 'user-slash'
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client', claude_code_call_key('spans')) }},
    coalesce(
        {{ claude_code_told_name(json_text('spans.attributes', 'andon.skill.name')) }},
        {{ claude_code_told_name(json_text('spans.attributes', 'skill_name')) }},
        '(redacted)'
    ) as skill_name
from {{ ref('stg_claude_code__tool_spans') }} as spans
where
    spans.tool_name = 'Skill'
    and spans.outcome = 'ok'
