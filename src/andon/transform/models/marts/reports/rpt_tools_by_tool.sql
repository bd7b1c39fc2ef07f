{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list('tool_calls', {'tool': 'tool'}, 'tool_calls', 'facts.is_executed') }}
