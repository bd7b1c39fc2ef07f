select
    listed.org_id as org_id,
    listed.name as name
from {{ source('directory', 'mcp_names') }} as listed
