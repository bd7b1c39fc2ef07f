-- An agent that nothing else called was called by a person.
select
    {{ copilot_fact_columns('vscode_copilot_chat', 'asked', "concat(asked.trace_id, '|', asked.span_id)") }},
    'human' as origin
from {{ copilot_spans('vscode_copilot_chat', 'invoke_agent') }} as asked
where asked.parent_span_id is null
union all
select
    {{ copilot_fact_columns('vscode_copilot_chat', 'turns', 'turns.record_id', 'logs') }},
    'human' as origin
from {{ ref('stg_otlp__log_records') }} as turns
where
    turns.dialect = 'vscode_copilot_chat'
    and turns.event_name = 'copilot_chat.agent.turn'
    and coalesce({{ json_int('turns.attributes', 'turn.index') }}, 0) = 0
