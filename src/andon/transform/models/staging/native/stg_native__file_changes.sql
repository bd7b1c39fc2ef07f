with changes as (
    select
        facts.*,
        lower({{ json_text('facts.attributes', 'andon.file.operation') }}) as operation
    from {{ native_facts('file_change') }} as facts
)

select
    {{ native_fact_columns('changes') }},
    changes.operation as operation,
    {{ file_extension(json_text('changes.attributes', 'file.extension')) }} as extension,
    {{ json_int('changes.attributes', 'andon.lines.added') }} as lines_added,
    {{ json_int('changes.attributes', 'andon.lines.removed') }} as lines_removed
from changes
where changes.operation in ('create', 'edit', 'delete')
