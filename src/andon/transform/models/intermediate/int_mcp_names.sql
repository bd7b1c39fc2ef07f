-- Only organisations with a digest to explain are asked what they know.
with hashed as (
    select distinct calls.org_id as org_id
    from {{ ref('int_tool_names') }} as calls
    where
        length(calls.mcp_server) = 64
        or length(calls.mcp_tool) = 64
),

known as (
    select
        listed.org_id as org_id,
        listed.name as name
    from {{ ref('stg_directory__mcp_names') }} as listed
    union distinct
    select
        calls.org_id as org_id,
        calls.mcp_server as name
    from {{ ref('int_tool_names') }} as calls
    where
        length(calls.mcp_server) <> 64
        and calls.mcp_server <> '(redacted)'
    union distinct
    select
        calls.org_id as org_id,
        calls.mcp_tool as name
    from {{ ref('int_tool_names') }} as calls
    where
        length(calls.mcp_tool) <> 64
        and calls.mcp_tool <> '(redacted)'
    union distinct
    select
        hashed.org_id as org_id,
        public_names.name as name
    from hashed
    cross join {{ ref('mcp_public_names') }} as public_names
)

select
    known.org_id as org_id,
    {{ sha256_hex('known.name') }} as digest,
    known.name as name
from known
inner join hashed
    on known.org_id = hashed.org_id
