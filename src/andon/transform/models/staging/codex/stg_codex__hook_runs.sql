-- Hooks are told by a counter alone, without session and person.
select
    {{ fact_columns('points', "'metrics'", 3, "'codex'",
        'coalesce(points.client_declared, '
        ~ codex_client(json_text('points.attributes', 'originator'), 'points.service_name') ~ ')',
        "concat(points.series_id, '|', points.start_time_unix_nano, '|', points.time_unix_nano)") }},
    coalesce(nullif({{ json_text('points.attributes', 'hook_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    '' as hook_command,
    cast(points.increment as {{ int64() }}) as run_count
from {{ ref('int_metric_increments') }} as points
where
    points.dialect = 'codex'
    and points.metric_name = 'codex.hooks.run'
    and points.increment >= 1
