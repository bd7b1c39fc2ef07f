-- Content spans know no autonomy mode, and the counter knows all else that they do: calls are told by the counter.
with points as (
    select
        counted.*,
        {{ json_text('counted.attributes', 'tool.name') }} as tool_name
    from {{ droid_points(['droid.tool.invocations']) }} as counted
)

select
    {{ droid_point_columns('points') }},
    points.tool_name as tool_name,
    cast(null as {{ text() }}) as call_id,
    case
        -- The counter of MCP calls counts the same calls once more.
        when points.tool_name like {{ pattern('%___%') }} or points.tool_name like {{ pattern('mcp__%') }} then 'mcp'
        when points.tool_name = 'Skill' then 'skill'
        when points.tool_name in ('Task', 'Agent') then 'subagent'
        else 'builtin'
    end as tool_kind,
    case
        when points.tool_name like {{ pattern('%___%') }} then {{ text_before('points.tool_name', '___') }}
        else {{ mcp_server_of('points.tool_name') }}
    end as mcp_server,
    case
        when points.tool_name like {{ pattern('%___%') }} then {{ text_after('points.tool_name', '___') }}
        else {{ mcp_tool_of('points.tool_name') }}
    end as mcp_tool,
    case when {{ json_text('points.attributes', 'tool.succeeded') }} = 'false' then 'error' else 'ok' end as outcome,
    {{ droid_autonomy(json_text('points.attributes', 'session.autonomy_mode')) }} as autonomy_level,
    {{ safe_float('null') }} as duration_ms
from points
