{{ union_staged('tool_calls') }}
