select
    {{ copilot_fact_columns('vscode_copilot_chat', 'calls',
        copilot_call_key('calls', json_text('calls.attributes', 'gen_ai.tool.call.id'))) }},
    coalesce(
        {{ json_text('calls.attributes', 'gen_ai.skill.name') }},
        {{ json_text('calls.attributes', 'github.copilot.skill_name') }},
        {{ json_text('calls.attributes', 'github.copilot.tool.parameters.skill_name') }},
        '(redacted)'
    ) as skill_name
from {{ copilot_spans('vscode_copilot_chat', 'execute_tool') }} as calls
where
    {{ json_text('calls.attributes', 'gen_ai.tool.name') }} = 'skill'
    or coalesce(
        {{ json_text('calls.attributes', 'gen_ai.skill.name') }},
        {{ json_text('calls.attributes', 'github.copilot.skill_name') }},
        {{ json_text('calls.attributes', 'github.copilot.tool.parameters.skill_name') }}
    ) is not null
