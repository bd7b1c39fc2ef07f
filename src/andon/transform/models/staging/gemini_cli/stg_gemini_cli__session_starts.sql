{{ gemini_session_starts_query('gemini_cli', 'config') }}
union all
select
    {{ gemini_fact_columns('gemini_cli', 'spans', "concat(spans.session_id, '|start')", 'spans') }},
    cast(null as {{ text() }}) as start_type
from {{ gemini_family_spans('gemini_cli', ['user_prompt', 'llm_call']) }} as spans
where spans.session_id is not null
