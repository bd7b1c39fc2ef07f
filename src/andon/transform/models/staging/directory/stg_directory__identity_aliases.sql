select
    listed.org_id as org_id,
    listed.identity as identity,
    listed.canonical_identity as canonical_identity
from {{ source('directory', 'identity_aliases') }} as listed
