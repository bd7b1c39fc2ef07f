with actions as (
    select
        results.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind
    from {{ ref('stg_codex__tool_results') }} as results
    {{ join_json_items(json_value('results.attributes', 'andon.git_actions'), 'listed') }}
    where
        results.had_effect = 1
        -- A command whose end nobody told proves nothing.
        and results.exit_code = 0
)

select
    {{ fact_columns('actions', 'actions.source_signal', 'actions.source_rank', "'codex'", 'actions.client',
        "concat(coalesce(actions.call_key, actions.event_id), '|', actions.git_kind, '|', actions.position)") }},
    actions.git_kind as git_kind,
    'parsed' as confidence
from actions
where actions.git_kind in ('commit', 'pull_request')
union all
-- A pull request opened through a server's own tool leaves no command.
select
    {{ fact_columns('results', 'results.source_signal', 'results.source_rank', "'codex'", 'results.client',
        "concat(coalesce(results.call_key, results.event_id), '|pull_request')") }},
    'pull_request' as git_kind,
    'parsed' as confidence
from {{ ref('stg_codex__tool_results') }} as results
where
    results.had_effect = 1
    and results.tool_name = 'create_pull_request'
