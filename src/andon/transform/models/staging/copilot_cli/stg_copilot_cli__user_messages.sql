select
    {{ copilot_fact_columns('copilot_cli', 'messages', "concat(messages.trace_id, '|', messages.span_id, '|', messages.position)") }},
    'human' as origin
from {{ copilot_events('copilot_cli', 'github.copilot.user.message') }} as messages
where coalesce({{ json_text('messages.event_attributes', 'github.copilot.user.message.source') }}, 'user') = 'user'
