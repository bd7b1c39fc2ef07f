with changes as (
    select
        results.*,
        listed.position as position,
        {{ json_text('listed.item', 'operation') }} as operation,
        {{ json_text('listed.item', 'extension') }} as extension,
        {{ json_int('listed.item', 'lines_added') }} as lines_added,
        {{ json_int('listed.item', 'lines_removed') }} as lines_removed
    from {{ ref('stg_codex__tool_results') }} as results
    {{ join_json_items(json_value('results.attributes', 'andon.file_changes'), 'listed') }}
    where results.had_effect = 1
)

select
    {{ fact_columns('changes', 'changes.source_signal', 'changes.source_rank', "'codex'", 'changes.client',
        "concat(coalesce(changes.call_key, changes.event_id), '|', changes.position)") }},
    changes.operation as operation,
    {{ file_extension('changes.extension') }} as extension,
    changes.lines_added as lines_added,
    changes.lines_removed as lines_removed
from changes
where changes.operation in ('create', 'edit', 'delete')
