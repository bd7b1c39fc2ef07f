with points as (
    select
        told.*,
        {{ json_text('told.attributes', 'start_type') }} as start_type
    from {{ claude_code_points(['claude_code.session.count']) }} as told
),

logs as (
    select records.*
    from {{ claude_code_logs(['user_prompt', 'api_request']) }} as records
    where
        records.session_id is not null
        and {{ json_text('records.attributes', 'command_source') }} is distinct from 'builtin'
        and (
            records.event_name = 'user_prompt'
            or {{ claude_code_purpose(
                json_text('records.attributes', 'query_source'), json_text('records.attributes', 'agent_id')
            ) }} <> 'auxiliary'
        )
),

spans as (
    select requests.*
    from {{ claude_code_spans(['claude_code.llm_request']) }} as requests
    where
        requests.session_id is not null
        and {{ claude_code_purpose(
            json_text('requests.attributes', 'query_source_safe'), json_text('requests.attributes', 'agent_id')
        ) }} <> 'auxiliary'
)

select
    {{ fact_columns('logs', "'logs'", 1, "'claude-code'", 'logs.client', "concat('session|', logs.session_id)") }},
    cast(null as {{ text() }}) as start_type
from logs
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client', "concat('session|', spans.session_id)") }},
    cast(null as {{ text() }}) as start_type
from spans
union all
-- Who continues or resumes begins nothing: the start-up record carries a session id that is thrown away.
select
    {{ point_fact_columns('points', "'claude-code'", 'points.client') }},
    points.start_type as start_type
from points
where coalesce(points.start_type, 'fresh') not in ('continue', 'resume')
