{{ config(materialized='view') }}
select records.*
from {{ ref('base_otlp__log_records') }} as records
