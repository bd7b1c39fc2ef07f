{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_on_changed_days('tool_calls'),
) }}
select
    calls.org_id as org_id,
    calls.event_date as event_date,
    calls.tool_name as tool_name,
    calls.tool_kind as tool_kind,
    calls.mcp_server as mcp_server,
    calls.mcp_tool as mcp_tool,
    {{ whole_sum('calls.fact_count') }} as uses
from {{ ref('int_tool_calls_chosen') }} as calls
where {{ on_changed_days('calls', 'tool_calls') }}
group by
    calls.org_id,
    calls.event_date,
    calls.tool_name,
    calls.tool_kind,
    calls.mcp_server,
    calls.mcp_tool
