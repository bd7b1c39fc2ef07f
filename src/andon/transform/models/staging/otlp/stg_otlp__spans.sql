{{ config(materialized=kept_as_slice()) }}
select told.*
from {{ each_record('spans', to_stage=true) }} as told
