{{ config(materialized='table') }}
-- With tool details the changes are known; without, one tool call stands for one file of an unknown kind.
with results as (
    select
        records.*,
        {{ json_text('records.attributes', 'tool_name') }} as tool_name,
        {{ json_value('records.attributes', 'andon.file_changes') }} as file_changes
    from {{ claude_code_logs(['tool_result']) }} as records
    where {{ json_text('records.attributes', 'success') }} = 'true'
),

changes as (
    select
        results.*,
        listed.position as position,
        {{ json_text('listed.item', 'operation') }} as operation,
        {{ json_text('listed.item', 'extension') }} as extension,
        {{ json_int('listed.item', 'lines_added') }} as lines_added,
        {{ json_int('listed.item', 'lines_removed') }} as lines_removed
    from results
    {{ join_json_items('results.file_changes', 'listed') }}
    where results.file_changes is not null
    union all
    select
        results.*,
        1 as position,
        {{ claude_code_file_operation('results.tool_name') }} as operation,
        {{ json_text('results.attributes', 'file.extension') }} as extension,
        cast(null as {{ int64() }}) as lines_added,
        cast(null as {{ int64() }}) as lines_removed
    from results
    where
        results.file_changes is null
        and {{ claude_code_file_operation('results.tool_name') }} is not null
),

-- The decision counter is on by default and tells files whose change was allowed.
points as (
    select
        told.*,
        {{ claude_code_file_operation(json_text('told.attributes', 'tool_name')) }} as operation
    from {{ claude_code_points(['claude_code.code_edit_tool.decision']) }} as told
    where {{ json_text('told.attributes', 'decision') }} = 'accept'
)

select
    {{ fact_columns('changes', "'logs'", 1, "'claude-code'", 'changes.client',
        "concat(" ~ claude_code_call_key('changes') ~ ", '|', changes.position)") }},
    changes.operation as operation,
    {{ file_extension('changes.extension') }} as extension,
    changes.lines_added as lines_added,
    changes.lines_removed as lines_removed,
    cast(null as {{ text() }}) as language
from changes
where changes.operation in ('create', 'edit', 'delete')
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client',
        "concat(" ~ claude_code_call_key('spans') ~ ", '|1')") }},
    {{ claude_code_file_operation('spans.tool_name') }} as operation,
    {{ file_extension(json_text('spans.attributes', 'file.extension')) }} as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed,
    cast(null as {{ text() }}) as language
from {{ ref('stg_claude_code__tool_spans') }} as spans
where
    spans.outcome = 'ok'
    and {{ claude_code_file_operation('spans.tool_name') }} is not null
union all
select
    {{ point_fact_columns('points', "'claude-code'", 'points.client') }},
    points.operation as operation,
    '(unknown)' as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed,
    {{ known(json_text('points.attributes', 'language')) }} as language
from points
where points.operation is not null
