{{ copilot_tool_calls_query('vscode_copilot_chat') }}
union all
select
    {{ copilot_fact_columns('vscode_copilot_chat', 'logged', 'logged.record_id', 'logs') }},
    coalesce(
        {{ json_text('logged.attributes', 'gen_ai.tool.name') }}, {{ json_text('logged.attributes', 'tool_name') }}, '(unknown)'
    ) as tool_name,
    {{ json_text('logged.attributes', 'gen_ai.tool.call.id') }} as call_id,
    {{ copilot_tool_kind(
        "coalesce(" ~ json_text('logged.attributes', 'gen_ai.tool.name') ~ ", " ~ json_text('logged.attributes', 'tool_name') ~ ")",
        'null'
    ) }} as tool_kind,
    cast(null as {{ text() }}) as mcp_server,
    cast(null as {{ text() }}) as mcp_tool,
    case when {{ json_text('logged.attributes', 'success') }} = 'false' then 'error' else 'ok' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    {{ json_float('logged.attributes', 'duration_ms') }} as duration_ms
from {{ ref('stg_otlp__log_records') }} as logged
where
    logged.dialect = 'vscode_copilot_chat'
    and logged.event_name = 'copilot_chat.tool.call'
union all
select
    {{ copilot_point_columns('vscode_copilot_chat', 'points') }},
    {{ json_text('points.attributes', 'gen_ai.tool.name') }} as tool_name,
    cast(null as {{ text() }}) as call_id,
    {{ copilot_tool_kind(json_text('points.attributes', 'gen_ai.tool.name'), 'null') }} as tool_kind,
    cast(null as {{ text() }}) as mcp_server,
    cast(null as {{ text() }}) as mcp_tool,
    case when {{ json_text('points.attributes', 'success') }} = 'false' then 'error' else 'ok' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    {{ safe_float('null') }} as duration_ms
from {{ counted_points('vscode_copilot_chat', ['copilot_chat.tool.call.count']) }} as points
