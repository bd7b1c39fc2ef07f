select
    {{ copilot_fact_columns('vscode_copilot_chat', 'runs', "concat(runs.trace_id, '|', runs.span_id)") }},
    coalesce(
        {{ json_text('runs.attributes', 'github.copilot.hook.type') }},
        {{ json_text('runs.attributes', 'copilot_chat.hook_type') }},
        '(unknown)'
    ) as hook_event,
    '' as hook_matcher,
    '' as hook_command
from {{ copilot_spans('vscode_copilot_chat', 'execute_hook') }} as runs
