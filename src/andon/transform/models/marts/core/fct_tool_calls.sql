{{ config(materialized='view') }}
with facts as (
    {{ facts_of('tool_calls') }}
)

select
    {{ fact_keys('facts') }},
    tools.tool as tool,
    facts.tool_name as reported_name,
    facts.call_id as call_id,
    case when tools.is_mcp then 'mcp' else coalesce(facts.tool_kind, 'builtin') end as tool_kind,
    tools.mcp_server as mcp_server,
    tools.mcp_tool as mcp_tool,
    facts.outcome as outcome,
    coalesce(facts.outcome, 'ok') <> 'denied' as is_executed,
    facts.autonomy_level as autonomy_level,
    facts.duration_ms as duration_ms
from facts
left join {{ ref('dim_tools') }} as tools
    on facts.org_id = tools.org_id
    and coalesce(facts.tool_name, '') = coalesce(tools.reported_name, '')
    and coalesce(facts.tool_kind, '') = coalesce(tools.tool_kind, '')
    and coalesce(facts.mcp_server, '') = coalesce(tools.reported_server, '')
    and coalesce(facts.mcp_tool, '') = coalesce(tools.reported_tool, '')
