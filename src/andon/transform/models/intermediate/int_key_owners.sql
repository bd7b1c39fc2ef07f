{{ config(
    materialized=kept_from_build_to_build(),
    remade='true',
    noted='changed_directory',
    of_came='changed.org_id, null, changed.key_id',
) }}
select
    ingest_keys.org_id as org_id,
    ingest_keys.key_id as key_id,
    ingest_keys.owner_identity as owner_identity
from {{ ref('stg_directory__ingest_keys') }} as ingest_keys
where ingest_keys.owner_identity is not null
