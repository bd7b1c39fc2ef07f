{{ counted_list('tool_calls', {'tool': 'tool'}, 'tool_calls', 'facts.is_executed') }}
