with told as (
    select
        known.org_id as org_id,
        known.agent as agent,
        known.agent_version as agent_version,
        {{ whole_sum('known.facts') }} as facts,
        count(distinct known.session_id) as sessions,
        count(distinct nullif(known.user_id, {{ unattributed_user_id() }})) as people,
        max(known.event_date) as last_fact_date
    from {{ ref('agg_agent_days') }} as known
    group by known.org_id, known.agent, known.agent_version
),

-- The days on which an agent was in use, up to thirty before it was heard last.
use_days as (
    select
        used.org_id as org_id,
        used.agent as agent,
        cast(count(distinct used.event_date) as {{ int64() }}) as days
    from {{ ref('agg_agent_days') }} as used
    inner join (
        select
            latest.org_id as org_id,
            latest.agent as agent,
            max(latest.last_fact_date) as event_date
        from told as latest
        group by latest.org_id, latest.agent
    ) as last_use
        on
            used.org_id = last_use.org_id
            and used.agent = last_use.agent
    where used.event_date > {{ day_plus('last_use.event_date', -30) }}
    group by used.org_id, used.agent
),

received as (
    select
        seen.org_id as org_id,
        seen.agent as agent,
        seen.agent_version as agent_version,
        {{ whole_sum("case when seen.signal = 'logs' then seen.records end") }} as log_records,
        {{ whole_sum("case when seen.signal = 'spans' then seen.records end") }} as spans,
        {{ whole_sum("case when seen.signal = 'metrics' then seen.records end") }} as metric_points,
        {{ whole_sum('seen.records') }} as records,
        min(seen.first_seen_at) as first_seen_at,
        max(seen.last_seen_at) as last_seen_at
    from {{ ref('int_record_names') }} as seen
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on seen.org_id = organisations.org_id
    group by seen.org_id, seen.agent, seen.agent_version
),

agents as (
    select
        received.*,
        max({{ day_of('received.last_seen_at') }}) over (
            partition by received.org_id, received.agent
        ) as agent_last_date
    from received
)

select
    agents.org_id as org_id,
    agents.agent as agent,
    agents.agent_version as agent_version,
    case
        when {{ days_from('agents.agent_last_date', last_day()) }} < 7 then 'active'
        when coalesce(use_days.days, 0) >= 5 and {{ days_from('agents.agent_last_date', last_day()) }} < 37 then 'silent'
        else 'quiet'
    end as agent_status,
    agents.agent in (select fields.agent from {{ ref('dim_agent_fields') }} as fields) as is_described,
    agents.records >= 20 and coalesce(told.facts, 0) = 0 as is_mute,
    agents.log_records as log_records,
    agents.spans as spans,
    agents.metric_points as metric_points,
    agents.records as records,
    {{ whole('told.facts') }} as facts,
    {{ whole('told.sessions') }} as sessions,
    {{ whole('told.people') }} as people,
    agents.first_seen_at as first_seen_at,
    agents.last_seen_at as last_seen_at,
    told.last_fact_date as last_fact_date
from agents
left join told
    on
        agents.org_id = told.org_id
        and agents.agent = told.agent
        and agents.agent_version = told.agent_version
left join use_days
    on
        agents.org_id = use_days.org_id
        and agents.agent = use_days.agent
