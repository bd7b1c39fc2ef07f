{{ gemini_file_changes_query('gemini_cli') }}
union all
-- An edit by `replace` emits no file operation: the call tells it, with its extension where prompts are logged.
select
    {{ gemini_fact_columns('gemini_cli', 'replaced', "concat(replaced.record_id, '|1')") }},
    'edit' as operation,
    {{ file_extension(json_text('listed.item', 'extension')) }} as extension,
    {{ json_int('listed.item', 'lines_added') }} as lines_added,
    {{ json_int('listed.item', 'lines_removed') }} as lines_removed
from {{ gemini_family_logs('gemini_cli', ['tool_call']) }} as replaced
{{ join_json_items(json_value('replaced.attributes', 'andon.file_changes'), 'listed', outer=true) }}
where
    coalesce(listed.position, 1) = 1
    and {{ json_text('replaced.attributes', 'function_name') }} = 'replace'
    and {{ json_text('replaced.attributes', 'success') }} = 'true'
union all
select
    {{ gemini_point_columns('gemini_cli', 'counted') }},
    'edit' as operation,
    '(unknown)' as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ gemini_family_points('gemini_cli', ['gemini_cli.tool.call.count']) }} as counted
where
    {{ json_text('counted.attributes', 'function_name') }} = 'replace'
    and {{ json_text('counted.attributes', 'success') }} = 'true'
