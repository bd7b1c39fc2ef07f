select
    {{ gemini_fact_columns('gemini_cli', 'runs', 'runs.record_id') }},
    coalesce(nullif({{ json_text('runs.attributes', 'hook_event_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    coalesce({{ json_text('runs.attributes', 'hook_name') }}, '') as hook_command
from {{ gemini_family_logs('gemini_cli', ['hook_call']) }} as runs
union all
select
    {{ gemini_point_columns('gemini_cli', 'points') }},
    coalesce(nullif({{ json_text('points.attributes', 'hook_event_name') }}, ''), '(unknown)') as hook_event,
    '' as hook_matcher,
    coalesce({{ json_text('points.attributes', 'hook_name') }}, '') as hook_command
from {{ gemini_family_points('gemini_cli', ['gemini_cli.hook_call.count']) }} as points
