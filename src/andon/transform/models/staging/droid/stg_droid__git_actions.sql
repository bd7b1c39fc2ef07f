select
    {{ droid_point_columns('points') }},
    case points.metric_name when 'droid.git.commits' then 'commit' else 'pull_request' end as git_kind,
    'exact' as confidence
from {{ droid_points(['droid.git.commits', 'droid.git.pull_requests']) }} as points
