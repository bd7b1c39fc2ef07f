select
    listed.org_id as org_id,
    listed.email as email,
    listed.display_name as display_name,
    listed.identity as identity
from {{ source('directory', 'people') }} as listed
