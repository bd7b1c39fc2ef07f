with told as (
    select
        facts.*,
        facts.file_operation as operation
    from {{ native_facts('file_change') }} as facts
),

read_from_calls as (
    select
        calls.*,
        listed.position as position,
        listed.item as item,
        {{ json_text('listed.item', 'operation') }} as operation
    from {{ native_tool_calls('file_changes') }} as calls
    {{ join_json_items('calls.file_changes', 'listed') }}
)

select
    {{ native_fact_columns('told') }},
    told.operation as operation,
    {{ file_extension('told.file_extension') }} as extension,
    told.lines_added as lines_added,
    told.lines_removed as lines_removed
from told
where told.operation in ('create', 'edit', 'delete')
union all
select
    {{ native_fact_columns('read_from_calls', "concat(read_from_calls.dedupe_key, '|', read_from_calls.position)", 2) }},
    read_from_calls.operation as operation,
    {{ file_extension(json_text('read_from_calls.item', 'extension')) }} as extension,
    {{ json_int('read_from_calls.item', 'lines_added') }} as lines_added,
    {{ json_int('read_from_calls.item', 'lines_removed') }} as lines_removed
from read_from_calls
where read_from_calls.operation in ('create', 'edit', 'delete')
