select
    listed.key_id as key_id,
    listed.org_id as org_id,
    listed.owner_identity as owner_identity
from {{ source('directory', 'ingest_keys') }} as listed
