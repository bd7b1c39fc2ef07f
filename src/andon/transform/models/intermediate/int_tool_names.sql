{{ names_by_day('tool_calls', ['tool_name', 'tool_kind', 'mcp_server', 'mcp_tool']) }}
