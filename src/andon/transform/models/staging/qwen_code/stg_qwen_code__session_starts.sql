{{ gemini_session_starts_query('qwen_code', 'session.start') }}
union all
select
    {{ gemini_fact_columns('qwen_code', 'interactions', "concat(interactions.session_id, '|start')", 'spans') }},
    cast(null as {{ text() }}) as start_type
from {{ gemini_family_spans('qwen_code', ['qwen-code.interaction']) }} as interactions
where interactions.session_id is not null
