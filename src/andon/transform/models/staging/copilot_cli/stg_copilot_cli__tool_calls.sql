{{ copilot_tool_calls_query('copilot_cli') }}
union all
select
    {{ copilot_point_columns('copilot_cli', 'points') }},
    {{ json_text('points.attributes', 'gen_ai.tool.name') }} as tool_name,
    cast(null as {{ text() }}) as call_id,
    {{ copilot_tool_kind(json_text('points.attributes', 'gen_ai.tool.name'), 'null') }} as tool_kind,
    case
        when {{ copilot_is_hashed(json_text('points.attributes', 'gen_ai.tool.name')) }}
            then left({{ json_text('points.attributes', 'gen_ai.tool.name') }}, 64)
    end as mcp_server,
    case
        when {{ copilot_is_hashed(json_text('points.attributes', 'gen_ai.tool.name')) }}
            then substr({{ json_text('points.attributes', 'gen_ai.tool.name') }}, 66)
    end as mcp_tool,
    case when {{ json_text('points.attributes', 'success') }} = 'false' then 'error' else 'ok' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    {{ safe_float('null') }} as duration_ms
from {{ counted_points('copilot_cli', ['github.copilot.tool.call.count']) }} as points
