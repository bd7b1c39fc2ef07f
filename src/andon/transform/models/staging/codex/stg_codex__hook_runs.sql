-- Hooks are told by a counter alone, without session and person.
select
    {{ point_fact_columns('points', "'codex'",
        'coalesce(points.client_declared, '
        ~ codex_client(json_text('points.attributes', 'originator'), 'points.service_name') ~ ')') }},
    coalesce(nullif({{ json_text('points.attributes', 'hook_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    '' as hook_command
from {{ ref('int_metric_increments') }} as points
where
    points.dialect = 'codex'
    and points.metric_name = 'codex.hooks.run'
    and points.increment >= 1
