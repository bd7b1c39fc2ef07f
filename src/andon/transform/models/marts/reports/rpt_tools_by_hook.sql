{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list('hook_runs', {'event': 'hook_event', 'matcher': 'hook_matcher', 'command': 'hook_command'}, 'uses') }}
