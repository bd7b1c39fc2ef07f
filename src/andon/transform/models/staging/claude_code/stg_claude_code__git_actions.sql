with actions as (
    select
        records.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind,
        coalesce(
            {{ json_text('records.attributes', 'vcs.ref.head.revision') }},
            {{ json_text('records.attributes', 'git_commit_id') }}
        ) as revision
    from {{ claude_code_logs(['tool_result']) }} as records
    {{ join_json_items(json_value('records.attributes', 'andon.git_actions'), 'listed') }}
    where {{ json_text('records.attributes', 'success') }} = 'true'
),

span_actions as (
    select
        spans.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind
    from {{ ref('stg_claude_code__tool_spans') }} as spans
    {{ join_json_items(json_value('spans.attributes', 'andon.git_actions'), 'listed') }}
    where spans.outcome = 'ok'
),

-- Without tool details only the counters know; they are on by default.
points as (
    select
        told.*,
        case
            when told.metric_name = 'claude_code.commit.count' then 'commit'
            else 'pull_request'
        end as git_kind
    from {{ claude_code_points(['claude_code.commit.count', 'claude_code.pull_request.count']) }} as told
)

select
    {{ fact_columns('actions', "'logs'", 1, "'claude-code'", 'actions.client',
        "concat(" ~ claude_code_call_key('actions') ~ ", '|', actions.git_kind, '|', actions.position)") }},
    actions.git_kind as git_kind,
    case when actions.git_kind = 'commit' and actions.revision is not null then 'exact' else 'parsed' end as confidence
from actions
where actions.git_kind in ('commit', 'pull_request')
union all
select
    {{ fact_columns('span_actions', "'spans'", 2, "'claude-code'", 'span_actions.client',
        "concat(" ~ claude_code_call_key('span_actions') ~ ", '|', span_actions.git_kind, '|', span_actions.position)") }},
    span_actions.git_kind as git_kind,
    'parsed' as confidence
from span_actions
where span_actions.git_kind in ('commit', 'pull_request')
union all
select
    {{ point_fact_columns('points', "'claude-code'", 'points.client') }},
    points.git_kind as git_kind,
    'exact' as confidence
from points
