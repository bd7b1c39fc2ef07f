{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list('file_changes', {'language': 'language'}, 'files', "facts.operation in ('create', 'edit')") }}
