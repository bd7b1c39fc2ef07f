{{ config(materialized='view') }}
select records.*
from {{ ref('base_otlp__spans') }} as records
