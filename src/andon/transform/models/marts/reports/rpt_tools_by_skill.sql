{{ config(materialized=kept_by_day(), day='report_date') }}
{{ counted_list('skill_activations', {'name': 'skill_name'}, 'uses') }}
