{{ config(
    materialized=kept_from_build_to_build(),
    remade='true',
    noted='changed_tools',
    of_came='changed.org_id, changed.reported_name, changed.tool_kind, changed.reported_server, changed.reported_tool',
) }}
{#- Every way in which an organisation's agents named their tools, and the one name that reports use. -#}
with reported as (
    select
        calls.org_id as org_id,
        nullif(calls.tool_name, '') as reported_name,
        nullif(calls.tool_kind, '') as tool_kind,
        nullif(calls.mcp_server, '') as reported_server,
        nullif(calls.mcp_tool, '') as reported_tool,
        {{ repaired_tool_name('calls.tool_name') }} as repaired_name,
        sum(calls.uses) as uses
    from {{ ref('int_tool_names') }} as calls
    group by
        calls.org_id,
        nullif(calls.tool_name, ''),
        nullif(calls.tool_kind, ''),
        nullif(calls.mcp_server, ''),
        nullif(calls.mcp_tool, ''),
        {{ repaired_tool_name('calls.tool_name') }}
),

-- A digest whose name nobody knows keeps its first digits, so that two servers never become one.
named as (
    select
        reported.org_id as org_id,
        reported.reported_name as reported_name,
        reported.tool_kind as tool_kind,
        reported.reported_server as reported_server,
        reported.reported_tool as reported_tool,
        reported.repaired_name as repaired_name,
        reported.uses as uses,
        case
            when length(reported.reported_server) = 64
                then coalesce(servers.name, concat('(hashed ', left(reported.reported_server, 8), ')'))
            else reported.reported_server
        end as clear_server,
        case
            when length(reported.reported_tool) = 64
                then coalesce(tools.name, concat('(hashed ', left(reported.reported_tool, 8), ')'))
            else reported.reported_tool
        end as clear_tool
    from reported
    left join {{ ref('int_mcp_names') }} as servers
        on
            reported.org_id = servers.org_id
            and reported.reported_server = servers.digest
    left join {{ ref('int_mcp_names') }} as tools
        on
            reported.org_id = tools.org_id
            and reported.reported_tool = tools.digest
),

-- `mcp__server__tool` says both where the agent did not say them apart.
parts as (
    select
        named.*,
        nullif(named.clear_server, '(redacted)') as told_server,
        case
            when named.repaired_name like {{ pattern('mcp__%__%') }}
                then substr(named.repaired_name, 6, {{ position_of('__', 'substr(named.repaired_name, 6)') }} - 1)
        end as glued_server,
        case
            when named.repaired_name like {{ pattern('mcp__%__%') }}
                then substr(named.repaired_name, 7 + {{ position_of('__', 'substr(named.repaired_name, 6)') }})
        end as glued_tool
    from named
),

spelled as (
    select
        parts.org_id as org_id,
        coalesce(parts.told_server, parts.glued_server) as server,
        sum(parts.uses) as uses
    from parts
    where coalesce(parts.told_server, parts.glued_server) is not null
    group by parts.org_id, coalesce(parts.told_server, parts.glued_server)
),

-- Servers are the same whatever the case of their letters; the commonest spelling is shown.
servers as (
    select
        ranked.org_id as org_id,
        ranked.server_key as server_key,
        ranked.server as server
    from (
        select
            spelled.org_id as org_id,
            lower(spelled.server) as server_key,
            spelled.server as server,
            row_number() over (
                partition by spelled.org_id, lower(spelled.server)
                order by spelled.uses desc, spelled.server
            ) as place
        from spelled
    ) as ranked
    where ranked.place = 1
),

-- `mcp__demoecho`, server and tool without a seam: cut where a known server ends, the longest that fits.
seams as (
    select
        cut.org_id as org_id,
        cut.repaired_name as repaired_name,
        cut.server_key as server_key,
        cut.tool as tool
    from (
        select
            parts.org_id as org_id,
            parts.repaired_name as repaired_name,
            servers.server_key as server_key,
            substr(parts.repaired_name, 6 + length(servers.server_key)) as tool,
            row_number() over (
                partition by parts.org_id, parts.repaired_name
                order by length(servers.server_key) desc, servers.server_key
            ) as place
        from (
            select distinct
                unseamed.org_id as org_id,
                unseamed.repaired_name as repaired_name
            from parts as unseamed
            where
                unseamed.repaired_name like {{ pattern('mcp__%') }}
                and coalesce(unseamed.told_server, unseamed.glued_server) is null
        ) as parts
        inner join servers
            on parts.org_id = servers.org_id
            and substr(lower(parts.repaired_name), 6, length(servers.server_key)) = servers.server_key
            and length(parts.repaired_name) > 5 + length(servers.server_key)
    ) as cut
    where cut.place = 1
),

settled as (
    select
        parts.org_id as org_id,
        parts.reported_name as reported_name,
        parts.tool_kind as tool_kind,
        parts.reported_server as reported_server,
        parts.reported_tool as reported_tool,
        parts.clear_server as clear_server,
        coalesce(parts.repaired_name, '(unknown)') as repaired_name,
        coalesce(lower(parts.told_server), lower(parts.glued_server), seams.server_key) as server_key,
        coalesce(seams.tool, parts.clear_tool, parts.glued_tool) as mcp_tool,
        coalesce(parts.tool_kind, '') = 'mcp'
        or coalesce(parts.repaired_name, '') like {{ pattern('mcp__%') }} as is_mcp
    from parts
    left join seams
        on
            parts.org_id = seams.org_id
            and parts.repaired_name = seams.repaired_name
            and coalesce(parts.told_server, parts.glued_server) is null
)

select
    settled.org_id as org_id,
    settled.reported_name as reported_name,
    settled.tool_kind as tool_kind,
    settled.reported_server as reported_server,
    settled.reported_tool as reported_tool,
    case
        when settled.is_mcp and servers.server is not null and settled.mcp_tool is not null
            then concat('mcp__', servers.server, '__', settled.mcp_tool)
        else settled.repaired_name
    end as tool,
    settled.is_mcp as is_mcp,
    case when settled.is_mcp then coalesce(servers.server, settled.clear_server, '(unknown)') end as mcp_server,
    case when settled.is_mcp then settled.mcp_tool end as mcp_tool
from settled
left join servers
    on settled.org_id = servers.org_id and settled.server_key = servers.server_key
