select
    {{ opencode_fact_columns('commands', "concat(commands.trace_id, '|', commands.span_id)") }},
    '(unknown)' as command_name
from {{ opencode_spans(['SessionPrompt.command']) }} as commands
