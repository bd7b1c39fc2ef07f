select
    {{ gemini_fact_columns('gemini_cli', 'calls', 'calls.record_id') }},
    coalesce({{ json_text('calls.attributes', 'andon.skill.name') }}, '(redacted)') as skill_name
from {{ gemini_family_logs('gemini_cli', ['tool_call']) }} as calls
where
    {{ json_text('calls.attributes', 'function_name') }} = 'activate_skill'
    and {{ json_text('calls.attributes', 'success') }} = 'true'
union all
select
    {{ gemini_fact_columns('gemini_cli', 'spans', 'spans.record_id', 'spans') }},
    '(redacted)' as skill_name
from {{ gemini_family_spans('gemini_cli', ['tool_call']) }} as spans
where
    {{ json_text('spans.attributes', 'gen_ai.tool.name') }} = 'activate_skill'
    and coalesce(spans.status_code, 0) <> 2
union all
{{ gemini_skill_points_query('gemini_cli', 'activate_skill') }}
