with told as (
    select
        facts.*
    from {{ native_facts('git_action') }} as facts
),

read_from_calls as (
    select
        calls.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as listed_kind
    from {{ native_tool_calls('git_actions') }} as calls
    {{ join_json_items('calls.git_actions', 'listed') }}
)

select
    {{ native_fact_columns('told') }},
    told.git_kind as git_kind,
    'exact' as confidence
from told
where told.git_kind in ('commit', 'pull_request')
union all
select
    {{ native_fact_columns('read_from_calls', "concat(read_from_calls.dedupe_key, '|', read_from_calls.position)", 2) }},
    read_from_calls.listed_kind as git_kind,
    'parsed' as confidence
from read_from_calls
where read_from_calls.listed_kind in ('commit', 'pull_request')
