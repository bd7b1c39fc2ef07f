select
    {{ droid_point_columns('points') }},
    coalesce(nullif({{ json_text('points.attributes', 'hook.event_name') }}, ''), '(unknown)') as hook_event,
    coalesce({{ json_text('points.attributes', 'hook.matcher') }}, '') as hook_matcher,
    '' as hook_command
from {{ droid_points(['droid.hook.invocations']) }} as points
