with starts as (
    select
        records.*,
        row_number() over (
            partition by records.org_id, records.session_id, records.source_rank
            order by records.occurred_at_unix_nano, records.event_id
        ) as place
    from {{ codex_events(['codex.conversation_starts']) }} as records
    where records.is_title_thread = 0
),

points as (
    select
        told.*,
        coalesce({{ json_text('told.attributes', 'phase') }}, '') as phase
    from {{ codex_points(['codex.thread.started', 'codex.startup.phase.duration_ms']) }} as told
    where told.session_source not like 'subagent%'
),

-- A resumed thread is started again. Versions that time the creation of threads time no resumption.
timed as (
    select distinct
        points.org_id as org_id,
        coalesce(points.service_version, '') as service_version
    from points
    where points.phase = 'thread_start_create_thread'
)

select
    {{ fact_columns('starts', 'starts.source_signal', 'starts.source_rank', "'codex'", 'starts.client', 'starts.event_id') }},
    case when starts.place = 1 then 'fresh' else 'resume' end as start_type
from starts
union all
select
    {{ point_fact_columns('points', "'codex'", 'points.client',
        count="case when points.metric_name = 'codex.thread.started' then points.increment else points.count_increment end") }},
    'fresh' as start_type
from points
left join timed
    on
        points.org_id = timed.org_id
        and coalesce(points.service_version, '') = timed.service_version
where
    points.phase = 'thread_start_create_thread'
    or (points.metric_name = 'codex.thread.started' and timed.org_id is null)
