{{ config(materialized=kept_as_slice(), of=['base_otlp__spans'], ids=['record_id', 'trace_id', 'span_id', 'parent_span_id', 'native_own_id']) }}
select told.*
from {{ each_record('spans', to_stage=true) }} as told
