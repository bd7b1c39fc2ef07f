{{ config(materialized=kept_as_slice()) }}
select told.*
from {{ each_record('metric_points', to_stage=true) }} as told
