{{ gemini_tool_calls_query('gemini_cli') }}
union all
select
    {{ gemini_fact_columns('gemini_cli', 'spans', 'spans.record_id', 'spans') }},
    {{ json_text('spans.attributes', 'gen_ai.tool.name') }} as tool_name,
    {{ json_text('spans.attributes', 'gen_ai.tool.call_id') }} as call_id,
    {{ gemini_tool_kind(json_text('spans.attributes', 'gen_ai.tool.name'), 'null') }} as tool_kind,
    {{ glued_mcp_server(json_text('spans.attributes', 'gen_ai.tool.name')) }} as mcp_server,
    case
        when {{ glued_mcp_server(json_text('spans.attributes', 'gen_ai.tool.name')) }} is not null
            then {{ glued_mcp_tool(
                json_text('spans.attributes', 'gen_ai.tool.name'),
                glued_mcp_server(json_text('spans.attributes', 'gen_ai.tool.name'))
            ) }}
    end as mcp_tool,
    case when spans.status_code = 2 then 'error' else 'ok' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    spans.duration_ms as duration_ms
from {{ gemini_family_spans('gemini_cli', ['tool_call']) }} as spans
where {{ json_text('spans.attributes', 'gen_ai.tool.name') }} is not null
