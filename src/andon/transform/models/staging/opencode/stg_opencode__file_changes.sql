with told as (
    select
        runs.*,
        listed.position as position,
        listed.item as item,
        {{ json_text('listed.item', 'operation') }} as operation
    from {{ ref('stg_opencode__tool_runs') }} as runs
    {{ join_json_items(json_value('runs.attributes', 'andon.file_changes'), 'listed') }}
    where runs.outcome = 'ok'
)

select
    {{ opencode_fact_columns('told', "concat(told.call_key, '|', told.position)") }},
    told.operation as operation,
    {{ file_extension(json_text('told.item', 'extension')) }} as extension,
    {{ json_int('told.item', 'lines_added') }} as lines_added,
    {{ json_int('told.item', 'lines_removed') }} as lines_removed
from told
where told.operation in ('create', 'edit', 'delete')
union all
-- Without the arguments the tool's name says that a file changed, though not which; patches change any number.
select
    {{ opencode_fact_columns('runs', "concat(runs.call_key, '|1')", 3) }},
    case when runs.tool_name = 'write' then 'create' else 'edit' end as operation,
    '(unknown)' as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ ref('stg_opencode__tool_runs') }} as runs
where
    runs.name = 'Tool.execute'
    and runs.outcome = 'ok'
    and runs.tool_name in ('write', 'edit', 'multiedit')
