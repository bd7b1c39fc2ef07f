select
    {{ copilot_fact_columns('vscode_copilot_chat', 'begun', "concat(begun.session_id, '|start')") }},
    cast(null as {{ text() }}) as start_type
from {{ copilot_spans('vscode_copilot_chat', 'invoke_agent') }} as begun
where begun.session_id is not null
union all
select
    {{ copilot_fact_columns('vscode_copilot_chat', 'logged', "concat(logged.session_id, '|start')", 'logs') }},
    cast(null as {{ text() }}) as start_type
from {{ ref('stg_otlp__log_records') }} as logged
where
    logged.dialect = 'vscode_copilot_chat'
    and logged.event_name = 'copilot_chat.session.start'
    and logged.session_id is not null
union all
select
    {{ copilot_point_columns('vscode_copilot_chat', 'points') }},
    cast(null as {{ text() }}) as start_type
from {{ counted_points('vscode_copilot_chat', ['copilot_chat.session.count']) }} as points
