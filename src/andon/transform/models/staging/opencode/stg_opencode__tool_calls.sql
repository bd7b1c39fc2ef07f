select
    {{ opencode_fact_columns('runs', 'runs.call_key') }},
    runs.tool_name as tool_name,
    runs.call_id as call_id,
    runs.tool_kind as tool_kind,
    case when runs.tool_kind = 'mcp' then {{ text_before('runs.tool_name', '_') }} end as mcp_server,
    case when runs.tool_kind = 'mcp' then {{ text_after('runs.tool_name', '_') }} end as mcp_tool,
    runs.outcome as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    coalesce(runs.run_ms, runs.duration_ms) as duration_ms
from {{ ref('stg_opencode__tool_runs') }} as runs
