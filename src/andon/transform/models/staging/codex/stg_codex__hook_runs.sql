-- Logs tell no hooks; spans name their conversation, the counter names neither session nor person.
select
    {{ fact_columns('runs', "'spans'", 2, "'codex'", 'runs.client', 'runs.record_id') }},
    coalesce(nullif({{ json_text('runs.attributes', 'hook.event_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    '' as hook_command
from {{ ref('stg_codex__turn_spans') }} as runs
where runs.name = 'codex.hooks.command'
union all
select
    {{ point_fact_columns('points', "'codex'", 'points.client') }},
    coalesce(nullif({{ json_text('points.attributes', 'hook_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    '' as hook_command
from {{ codex_points(['codex.hooks.run']) }} as points
