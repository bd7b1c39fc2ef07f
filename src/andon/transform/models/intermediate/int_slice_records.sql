{{ config(materialized=kept_as_slice(), of=['base_otlp__spans', 'base_otlp__log_records', 'base_otlp__metric_points']) }}
-- Nothing is kept of a build of everything, so that nothing need be looked for.
{%- for model in ['stg_otlp__spans', 'stg_otlp__log_records', 'stg_otlp__metric_points'] %}
select
    records.org_id as org_id,
    records.record_id as record_id,
    records.event_date as event_date
from {{ ref(model) }} as records
where {{ 'false' if is_whole() else 'true' }}
union distinct
{%- endfor %}
select
    touched.org_id as org_id,
    touched.record_id as record_id,
    touched.event_date as event_date
from {{ touched_records() }} as touched
