select
    {{ copilot_fact_columns('copilot_cli', 'invoked', "concat(invoked.trace_id, '|', invoked.span_id, '|', invoked.position)") }},
    coalesce(nullif({{ json_text('invoked.event_attributes', 'gen_ai.skill.name') }}, ''), '(redacted)') as skill_name
from {{ copilot_events('copilot_cli', 'github.copilot.skill.invoked') }} as invoked
union all
select
    {{ copilot_point_columns('copilot_cli', 'points') }},
    '(redacted)' as skill_name
from {{ counted_points('copilot_cli', ['github.copilot.tool.call.count']) }} as points
where
    {{ json_text('points.attributes', 'gen_ai.tool.name') }} = 'skill'
    and coalesce({{ json_text('points.attributes', 'success') }}, 'true') = 'true'
