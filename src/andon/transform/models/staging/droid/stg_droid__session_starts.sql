select
    {{ droid_point_columns('points') }},
    cast(null as {{ text() }}) as start_type
from {{ droid_points(['droid.session.count']) }} as points
