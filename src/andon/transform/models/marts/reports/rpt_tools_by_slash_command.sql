{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list('slash_commands', {'name': 'command_name'}, 'uses') }}
