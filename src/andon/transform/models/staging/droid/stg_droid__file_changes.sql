select
    {{ droid_point_columns('points') }},
    case {{ json_text('points.attributes', 'operation') }}
        when 'create' then 'create'
        when 'delete' then 'delete'
        else 'edit'
    end as operation,
    {{ file_extension("coalesce(" ~ json_text('points.attributes', 'file.extension') ~ ", '')") }} as extension,
    -- Lines are counted by extension, not by file.
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ droid_points(['droid.code.files_modified']) }} as points
where {{ json_text('points.attributes', 'operation') }} in ('create', 'update', 'edit', 'delete')
