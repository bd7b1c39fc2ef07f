{{ gemini_tool_calls_query('qwen_code') }}
union all
select
    {{ gemini_fact_columns('qwen_code', 'spans',
        gemini_call_key('spans', json_text('spans.attributes', 'gen_ai.tool.call.id')), 'spans') }},
    {{ json_text('spans.attributes', 'gen_ai.tool.name') }} as tool_name,
    {{ json_text('spans.attributes', 'gen_ai.tool.call.id') }} as call_id,
    {{ gemini_tool_kind(json_text('spans.attributes', 'gen_ai.tool.name'), 'null') }} as tool_kind,
    {{ glued_mcp_server(json_text('spans.attributes', 'gen_ai.tool.name')) }} as mcp_server,
    {{ mcp_tool_of(json_text('spans.attributes', 'gen_ai.tool.name')) }} as mcp_tool,
    case
        when {{ json_text('spans.attributes', 'tool.failure_kind') }} in ('permission_denied', 'cancelled') then 'denied'
        when {{ json_text('spans.attributes', 'success') }} = 'false' or spans.status_code = 2 then 'error'
        else 'ok'
    end as outcome,
    -- The turn that a call belongs to states the mode, but ends after it: its span alone cannot be asked.
    cast(null as {{ text() }}) as autonomy_level,
    spans.duration_ms as duration_ms
from {{ gemini_family_spans('qwen_code', ['qwen-code.tool']) }} as spans
where {{ json_text('spans.attributes', 'gen_ai.tool.name') }} is not null
