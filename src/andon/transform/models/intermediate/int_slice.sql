{{ config(materialized=kept_as_reached()) }}
{#- What is linked with these is added (materialize_slice.sql). -#}
-- depends_on: {{ ref('base_otlp__spans') }}, {{ ref('base_otlp__log_records') }}, {{ ref('base_otlp__metric_points') }}
select distinct touched.group_key as group_key
from {{ touched_groups() }} as touched
