{{ config(materialized=kept_by_day(), day='event_date') }}
-- What makes a person or a session active: a message of theirs, a call to a model, a call of a tool.
select
    acts.org_id as org_id,
    acts.event_date as event_date,
    acts.user_id as user_id,
    acts.agent as agent,
    acts.session_id as session_id,
    sessions.fact_id as session_fact_id,
    coalesce(acts.client, sessions.client) as client,
    {{ whole_sum('acts.tool_calls') }} as tool_calls,
    {{ whole_sum('acts.user_messages') }} as user_messages
from {{ ref('int_session_days') }} as acts
left join {{ ref('fct_sessions') }} as sessions
    on acts.org_id = sessions.org_id
    and acts.agent = sessions.agent
    and acts.session_id = sessions.session_id
where
    (acts.is_active = 1 or acts.has_model_call = 1)
    and {{ is_remade('acts') }}
    and {{ reported('acts.event_date') }}
group by
    acts.org_id,
    acts.event_date,
    acts.user_id,
    acts.agent,
    acts.session_id,
    sessions.fact_id,
    coalesce(acts.client, sessions.client)
