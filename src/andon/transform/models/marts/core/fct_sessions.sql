{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_of_acts(),
    noted='changed_sessions',
    of_came="'came', changed.session_key, changed.org_id, changed.event_date, changed.client",
    of_went="'went', changed.session_key, changed.org_id, changed.event_date, changed.client",
) }}
-- What makes a session is a person's or a model's act, not a title written in the background.
with starts as (
    {{ facts_of('session_starts') }}
    where {{ of_acts('chosen') }}
),

acts as (
    select
        days.*,
        {{ moment('days') }} as earliest
    from {{ ref('int_session_days') }} as days
    where
        days.session_id is not null
        and {{ of_acts('days') }}
),

sessions as (
    select
        acts.org_id as org_id,
        acts.agent as agent,
        acts.session_id as session_id,
        acts.session_key as session_key,
        min(acts.occurred_at) as occurred_at,
        max(acts.ended_at) as ended_at,
        min(acts.occurred_at_unix_nano) as occurred_at_unix_nano,
        min(acts.event_date) as event_date,
        {{ earliest_known("nullif(acts.user_id, " ~ unattributed_user_id() ~ ")", 'acts.earliest') }} as user_id,
        {{ earliest_known('acts.client', 'acts.earliest') }} as client,
        {{ earliest_known('acts.agent_version', 'acts.earliest') }} as agent_version,
        {{ earliest_known('acts.repository', 'acts.earliest') }} as repository,
        {{ earliest_known('acts.team', 'acts.earliest') }} as team,
        substr(min(acts.earliest), 53) as record_id,
        max(greatest(acts.is_active, acts.is_started)) as is_session
    from acts
    group by acts.org_id, acts.agent, acts.session_id, acts.session_key
)

select
    {{ md5_hex("concat(sessions.org_id, '|', sessions.agent, '|session|', sessions.session_id)") }} as fact_id,
    sessions.org_id as org_id,
    coalesce(sessions.user_id, {{ unattributed_user_id() }}) as user_id,
    sessions.session_id as session_id,
    sessions.session_key as session_key,
    sessions.agent as agent,
    sessions.agent_version as agent_version,
    sessions.client as client,
    sessions.occurred_at as occurred_at,
    sessions.occurred_at_unix_nano as occurred_at_unix_nano,
    sessions.event_date as event_date,
    sessions.ended_at as ended_at,
    sessions.repository as repository,
    sessions.team as team,
    sessions.record_id as record_id,
    cast(1 as {{ int64() }}) as fact_count
from sessions
where sessions.is_session = 1
union all
-- A counter that names no session tells only how many began.
select
    starts.fact_id as fact_id,
    starts.org_id as org_id,
    starts.user_id as user_id,
    starts.session_id as session_id,
    starts.session_key as session_key,
    starts.agent as agent,
    starts.agent_version as agent_version,
    starts.client as client,
    starts.occurred_at as occurred_at,
    starts.occurred_at_unix_nano as occurred_at_unix_nano,
    starts.event_date as event_date,
    starts.occurred_at as ended_at,
    starts.repository as repository,
    starts.team as team,
    starts.record_id as record_id,
    {{ whole('starts.fact_count') }} as fact_count
from starts
where starts.session_id is null
