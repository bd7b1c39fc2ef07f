{{ exceptions('tool_calls') }}
