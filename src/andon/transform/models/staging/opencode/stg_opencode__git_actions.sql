with actions as (
    select
        runs.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind
    from {{ ref('stg_opencode__tool_runs') }} as runs
    {{ join_json_items(json_value('runs.attributes', 'andon.git_actions'), 'listed') }}
    where
        runs.outcome = 'ok'
        -- A command whose end nobody told proves nothing.
        and runs.exit_code = 0
)

select
    {{ opencode_fact_columns('actions', "concat(actions.call_key, '|', actions.git_kind, '|', actions.position)") }},
    actions.git_kind as git_kind,
    'parsed' as confidence
from actions
where actions.git_kind in ('commit', 'pull_request')
union all
-- A pull request opened through a server's own tool leaves no command.
select
    {{ opencode_fact_columns('runs', "concat(runs.call_key, '|pull_request')") }},
    'pull_request' as git_kind,
    'parsed' as confidence
from {{ ref('stg_opencode__tool_runs') }} as runs
where
    runs.outcome = 'ok'
    and runs.tool_kind = 'mcp'
    and runs.tool_name like {{ pattern('%_create_pull_request') }}
