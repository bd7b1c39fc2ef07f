{{ config(materialized=kept_by_day(), day='event_date') }}
select
    told.org_id as org_id,
    told.event_date as event_date,
    told.agent as agent,
    {{ or_unknown('told.agent_version') }} as agent_version,
    told.session_id as session_id,
    told.user_id as user_id,
    {{ whole_sum('told.facts') }} as facts
from {{ ref('int_session_days') }} as told
where
    told.is_told = 1
    and {{ is_remade('told') }}
group by
    told.org_id,
    told.event_date,
    told.agent,
    {{ or_unknown('told.agent_version') }},
    told.session_id,
    told.user_id
