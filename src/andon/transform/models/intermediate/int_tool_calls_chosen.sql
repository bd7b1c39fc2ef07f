{{ chosen('tool_calls') }}
