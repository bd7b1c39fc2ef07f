select
    {{ copilot_fact_columns('copilot_cli', 'runs',
        "coalesce(" ~ json_text('runs.event_attributes', 'github.copilot.hook.invocation_id')
        ~ ", concat(runs.trace_id, '|', runs.span_id, '|', runs.position))") }},
    coalesce({{ json_text('runs.event_attributes', 'github.copilot.hook.type') }}, '(unknown)') as hook_event,
    case
        when lower({{ json_text('runs.event_attributes', 'github.copilot.hook.type') }}) like '%tooluse%'
            then coalesce(
                {{ without_pattern(json_text('runs.event_attributes', 'github.copilot.hook.tool_names'), '[\\[\\]"]') }}, ''
            )
        else ''
    end as hook_matcher,
    '' as hook_command
from {{ copilot_events('copilot_cli', 'github.copilot.hook.end') }} as runs
