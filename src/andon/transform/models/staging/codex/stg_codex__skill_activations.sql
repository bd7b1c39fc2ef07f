select
    {{ fact_columns('records', 'records.source_signal', 'records.source_rank', "'codex'", 'records.client', 'records.event_id') }},
    coalesce(nullif({{ json_text('records.attributes', 'skill.name') }}, ''), '(redacted)') as skill_name
from {{ codex_events(['codex.skill_invocation']) }} as records
union all
select
    {{ point_fact_columns('points', "'codex'", 'points.client') }},
    coalesce(nullif({{ json_text('points.attributes', 'skill') }}, ''), '(redacted)') as skill_name
from {{ codex_points(['codex.skill.injected']) }} as points
where coalesce({{ json_text('points.attributes', 'status') }}, 'ok') = 'ok'
