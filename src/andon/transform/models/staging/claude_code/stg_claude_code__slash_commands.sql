with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'prompt.id') }} as prompt_id,
        nullif({{ json_text('records.attributes', 'command_name') }}, '') as command_name,
        {{ claude_code_told_name(json_text('records.attributes', 'skill.name')) }} as skill_name
    from {{ claude_code_logs(['user_prompt', 'api_request']) }} as records
),

-- A redacted command's name is told by the requests that it caused.
prompts as (
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.prompt_id as prompt_id,
        min(told.skill_name) as skill_name
    from told
    where told.event_name = 'api_request'
    group by told.org_id, told.session_id, told.prompt_id
)

select
    {{ fact_columns('told', "'logs'", 1, "'claude-code'", 'told.client', 'told.record_id') }},
    coalesce(
        ltrim({{ claude_code_told_name('told.command_name') }}, '/'),
        prompts.skill_name,
        '(redacted)'
    ) as command_name
from told
left join prompts
    on
        told.org_id = prompts.org_id
        and told.session_id = prompts.session_id
        and told.prompt_id = prompts.prompt_id
where
    told.event_name = 'user_prompt'
    and told.command_name is not null
