select
    listed.org_id as org_id,
    listed.name as name
from {{ source('directory', 'organisations') }} as listed
