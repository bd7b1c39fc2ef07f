select
    {{ droid_point_columns('points') }},
    coalesce(nullif({{ json_text('points.attributes', 'skill.name') }}, ''), '(redacted)') as skill_name
from {{ droid_points(['droid.skill.invocations']) }} as points
