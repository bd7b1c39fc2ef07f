{{ config(materialized=kept_as_slice()) }}
select told.*
from {{ each_record('log_records', to_stage=true) }} as told
