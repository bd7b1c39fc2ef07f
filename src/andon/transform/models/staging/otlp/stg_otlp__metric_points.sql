{{ config(materialized='view') }}
select records.*
from {{ ref('base_otlp__metric_points') }} as records
