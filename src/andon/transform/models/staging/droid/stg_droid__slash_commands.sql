select
    {{ droid_point_columns('points') }},
    coalesce(
        ltrim(coalesce(
            {{ json_text('points.attributes', 'slash_command.name') }}, {{ json_text('points.attributes', 'command.name') }}
        ), '/'),
        '(redacted)'
    ) as command_name
from {{ droid_points(['droid.slash_command.invocations']) }} as points
