{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list(
    'tool_calls', {'server': 'mcp_server'}, 'invocations', "facts.is_executed and facts.tool_kind = 'mcp'"
) }}
