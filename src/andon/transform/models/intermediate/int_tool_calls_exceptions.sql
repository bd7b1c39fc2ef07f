{{ exceptional('tool_calls') }}
