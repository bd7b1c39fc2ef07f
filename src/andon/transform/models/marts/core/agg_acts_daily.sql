{{ config(materialized=kept_by_day(), day='event_date') }}
-- What makes a person or a session active: a message of theirs, a call to a model, a call of a tool.
with acts as (
    select
        messages.org_id as org_id,
        messages.event_date as event_date,
        messages.user_id as user_id,
        messages.agent as agent,
        messages.session_id as session_id,
        messages.client as client,
        0 as tool_calls,
        messages.fact_count as user_messages
    from {{ ref('fct_user_messages') }} as messages
    where
        messages.origin in ('human', 'command')
        and {{ is_remade('messages') }}

    union all

    select
        calls.org_id as org_id,
        calls.event_date as event_date,
        calls.user_id as user_id,
        calls.agent as agent,
        calls.session_id as session_id,
        calls.client as client,
        case when calls.is_executed then calls.fact_count else 0 end as tool_calls,
        0 as user_messages
    from {{ ref('fct_tool_calls') }} as calls
    where {{ is_remade('calls') }}

    union all

    select
        calls.org_id as org_id,
        calls.event_date as event_date,
        calls.user_id as user_id,
        calls.agent as agent,
        calls.session_id as session_id,
        calls.client as client,
        0 as tool_calls,
        0 as user_messages
    from {{ ref('fct_model_calls') }} as calls
    where {{ is_remade('calls') }}
)

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
from acts
left join {{ ref('fct_sessions') }} as sessions
    on acts.org_id = sessions.org_id
    and acts.agent = sessions.agent
    and acts.session_id = sessions.session_id
where {{ reported('acts.event_date') }}
group by
    acts.org_id,
    acts.event_date,
    acts.user_id,
    acts.agent,
    acts.session_id,
    sessions.fact_id,
    coalesce(acts.client, sessions.client)
