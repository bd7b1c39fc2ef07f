-- What makes a session is a person's or a model's act, not a title written in the background.
with starts as (
    {{ facts_of('session_starts') }}
),

acts as (
    {% for kind, is_session in [
        ('user_messages', "acts.origin in ('human', 'command')"),
        ('assistant_messages', 'false'),
        ('model_calls', "acts.purpose in ('main', 'subagent')"),
        ('tool_calls', 'true'),
        ('file_changes', 'false'),
        ('git_actions', 'false'),
        ('skill_activations', 'false'),
        ('slash_commands', 'false'),
        ('hook_runs', 'false'),
    ] %}
    select
        acts.org_id as org_id,
        acts.agent as agent,
        acts.session_id as session_id,
        acts.user_id as user_id,
        acts.client as client,
        acts.agent_version as agent_version,
        acts.repository as repository,
        acts.team as team,
        acts.occurred_at as occurred_at,
        acts.occurred_at_unix_nano as nanos,
        acts.event_date as event_date,
        acts.record_id as record_id,
        {{ is_session }} as is_session
    from {{ ref('fct_' ~ kind) }} as acts
    where acts.session_id is not null

    union all
    {% endfor %}
    select
        starts.org_id as org_id,
        starts.agent as agent,
        starts.session_id as session_id,
        starts.user_id as user_id,
        starts.client as client,
        starts.agent_version as agent_version,
        starts.repository as repository,
        starts.team as team,
        starts.occurred_at as occurred_at,
        starts.occurred_at_unix_nano as nanos,
        starts.event_date as event_date,
        starts.record_id as record_id,
        true as is_session
    from starts
    where starts.session_id is not null
),

sessions as (
    select
        acts.org_id as org_id,
        acts.agent as agent,
        acts.session_id as session_id,
        min(acts.occurred_at) as occurred_at,
        max(acts.occurred_at) as ended_at,
        min(acts.nanos) as occurred_at_unix_nano,
        min(acts.event_date) as event_date,
        {{ earliest_known("nullif(acts.user_id, " ~ unattributed_user_id() ~ ")", 'acts') }} as user_id,
        {{ earliest_known('acts.client', 'acts') }} as client,
        {{ earliest_known('acts.agent_version', 'acts') }} as agent_version,
        {{ earliest_known('acts.repository', 'acts') }} as repository,
        {{ earliest_known('acts.team', 'acts') }} as team,
        {{ earliest_known('acts.record_id', 'acts') }} as record_id,
        max(case when acts.is_session then 1 else 0 end) as is_session
    from acts
    group by acts.org_id, acts.agent, acts.session_id
)

select
    {{ md5_hex("concat(sessions.org_id, '|', sessions.agent, '|session|', sessions.session_id)") }} as fact_id,
    sessions.org_id as org_id,
    coalesce(sessions.user_id, {{ unattributed_user_id() }}) as user_id,
    sessions.session_id as session_id,
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
