{{ config(materialized=kept_as_slice(), of=['base_otlp__log_records'], ids=['record_id', 'native_own_id']) }}
select told.*
from {{ each_record('log_records', to_stage=true) }} as told
