select
    {{ opencode_fact_columns('runs', 'runs.call_key') }},
    coalesce(runs.skill_name, '(unknown)') as skill_name
from {{ ref('stg_opencode__tool_runs') }} as runs
where
    runs.tool_kind = 'skill'
    and runs.outcome <> 'denied'
