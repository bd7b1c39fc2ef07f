-- depends_on: {{ ref('base_otlp__spans') }}, {{ ref('base_otlp__log_records') }}, {{ ref('base_otlp__metric_points') }}
{{ config(materialized=gathered_until_passed(), schema='build') }}
select distinct
    days.org_id as org_id,
    days.event_date as event_date,
    0 as reach
from {{ reread_days() }} as days
