with points as (
    select told.*
    from {{ codex_points(['codex.turn.e2e_duration_ms']) }} as told
    -- Only there each turn answers one prompt of somebody's: elsewhere titles are turns too.
    where told.session_source = 'exec'
)

select
    {{ fact_columns('prompts', 'prompts.source_signal', 'prompts.source_rank', "'codex'", 'prompts.client', 'prompts.event_id') }},
    case when prompts.is_title_thread = 1 then 'synthetic' else 'human' end as origin
from {{ codex_events(['codex.user_prompt']) }} as prompts
union all
select
    {{ point_fact_columns('points', "'codex'", 'points.client', count='points.count_increment') }},
    'human' as origin
from points
