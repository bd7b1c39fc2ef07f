with actions as (
    select
        facts.*,
        lower({{ json_text('facts.attributes', 'andon.git.kind') }}) as git_kind
    from {{ native_facts('git_action') }} as facts
)

select
    {{ native_fact_columns('actions') }},
    actions.git_kind as git_kind,
    'exact' as confidence,
    cast(1 as {{ int64() }}) as change_count
from actions
where actions.git_kind in ('commit', 'pull_request')
