{{ config(materialized=kept_by_day(), day='event_date', days='stg_otlp__reread_days') }}
{{ records_by_name_query([
    ('logs', 'base_otlp__log_records', 'event_name'),
    ('spans', 'base_otlp__spans', 'name'),
    ('metrics', 'base_otlp__metric_points', 'metric_name'),
]) }}
