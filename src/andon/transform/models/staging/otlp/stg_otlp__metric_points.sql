{{ config(materialized=kept_as_slice(), of=['base_otlp__metric_points'], ids=['record_id']) }}
select told.*
from {{ each_record('metric_points', to_stage=true) }} as told
