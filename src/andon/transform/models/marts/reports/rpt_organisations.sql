select
    organisations.org_id as org_id,
    organisations.name as name
from {{ ref('stg_directory__organisations') }} as organisations
