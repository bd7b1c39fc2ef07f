{{ config(materialized=kept_by_day(), day='report_date') }}
with counted as (
    select
        days.org_id as org_id,
        days.event_date as event_date,
        sum(days.tool_calls) as tool_calls,
        sum(days.user_messages) as user_messages,
        sum(days.skill_calls) as skills_invocations,
        sum(days.slash_commands) as slash_commands_invocations,
        sum(days.hooks) as hooks_invocations,
        sum(
            case
                when days.mcp_calls > 0 and days.user_id <> {{ unattributed_user_id() }} then 1
                else 0
            end
        ) as mcp_users
    from {{ ref('agg_users_daily') }} as days
    where {{ is_remade('days') }}
    group by days.org_id, days.event_date
),

session_days as (
    select
        acts.org_id as org_id,
        acts.event_date as event_date,
        acts.session_fact_id as session_fact_id,
        sum(acts.tool_calls) as tool_calls,
        sum(acts.user_messages) as user_messages
    from {{ ref('agg_acts_daily') }} as acts
    where
        acts.session_fact_id is not null
        and {{ is_remade('acts') }}
    group by acts.org_id, acts.event_date, acts.session_fact_id
),

active as (
    select
        session_days.org_id as org_id,
        session_days.event_date as event_date,
        count(*) as sessions
    from session_days
    group by session_days.org_id, session_days.event_date
),

ranked as (
    select
        session_days.org_id as org_id,
        session_days.event_date as event_date,
        {{ ratio('session_days.tool_calls', 'session_days.user_messages') }} as autonomy_ratio,
        row_number() over (
            partition by session_days.org_id, session_days.event_date
            order by
                {{ ratio('session_days.tool_calls', 'session_days.user_messages') }},
                session_days.session_fact_id
        ) as place,
        count(*) over (
            partition by session_days.org_id, session_days.event_date
        ) as sessions
    from session_days
    where session_days.user_messages > 0
),

percentiles as (
    select
        ranked.org_id as org_id,
        ranked.event_date as event_date,
        {{ percentile_of_ranked('ranked.autonomy_ratio', 'ranked.place', 'ranked.sessions', 50) }} as p50,
        {{ percentile_of_ranked('ranked.autonomy_ratio', 'ranked.place', 'ranked.sessions', 90) }} as p90
    from ranked
    group by ranked.org_id, ranked.event_date
),

web as (
    select
        acts.org_id as org_id,
        acts.event_date as event_date,
        count(distinct acts.user_id) as people
    from {{ ref('agg_acts_daily') }} as acts
    where
        acts.client = 'web'
        and {{ is_remade('acts') }}
        and acts.user_id <> {{ unattributed_user_id() }}
    group by acts.org_id, acts.event_date
),

levels as (
    select
        calls.org_id as org_id,
        calls.event_date as event_date,
        sum(calls.fact_count) as known,
        sum(case when calls.autonomy_level = 'auto-high' then calls.fact_count else 0 end) as auto_high,
        sum(case when calls.autonomy_level = 'auto-medium' then calls.fact_count else 0 end) as auto_medium,
        sum(case when calls.autonomy_level = 'auto-low' then calls.fact_count else 0 end) as auto_low,
        sum(case when calls.autonomy_level = 'spec' then calls.fact_count else 0 end) as spec,
        sum(case when calls.autonomy_level = 'manual' then calls.fact_count else 0 end) as manual
    from {{ ref('fct_tool_calls') }} as calls
    where
        {{ reported('calls.event_date') }}
        and {{ is_remade('calls') }}
        and calls.is_executed
        and calls.autonomy_level is not null
    group by calls.org_id, calls.event_date
)

select
    org_days.org_id as org_id,
    org_days.day as report_date,
    {{ whole('counted.tool_calls') }} as tool_calls,
    {{ whole('counted.mcp_users') }} as mcp_users_with_mcp,
    {{ whole('counted.skills_invocations') }} as skills_invocations,
    {{ whole('counted.slash_commands_invocations') }} as slash_commands_invocations,
    {{ whole('counted.hooks_invocations') }} as hooks_invocations,
    {{ whole('web.people') }} as web_users,
    {{ ratio('counted.tool_calls', 'counted.user_messages') }} as autonomy_ratio_avg,
    cast(coalesce(percentiles.p50, 0) as {{ float64() }}) as autonomy_ratio_p50,
    cast(coalesce(percentiles.p90, 0) as {{ float64() }}) as autonomy_ratio_p90,
    {{ ratio('counted.tool_calls', 'active.sessions') }} as tool_calls_per_session_avg,
    {{ ratio('counted.user_messages', 'active.sessions') }} as user_turns_per_session_avg,
    {{ ratio('levels.auto_high', 'levels.known') }} as auto_high_ratio,
    {{ ratio('levels.auto_medium', 'levels.known') }} as auto_medium_ratio,
    {{ ratio('levels.auto_low', 'levels.known') }} as auto_low_ratio,
    {{ ratio('levels.spec', 'levels.known') }} as spec_ratio,
    {{ ratio('levels.manual', 'levels.known') }} as manual_ratio
from {{ org_days() }} as org_days
left join counted
    on
        org_days.org_id = counted.org_id
        and org_days.day = counted.event_date
left join active
    on
        org_days.org_id = active.org_id
        and org_days.day = active.event_date
left join percentiles
    on
        org_days.org_id = percentiles.org_id
        and org_days.day = percentiles.event_date
left join levels
    on
        org_days.org_id = levels.org_id
        and org_days.day = levels.event_date
left join web
    on
        org_days.org_id = web.org_id
        and org_days.day = web.event_date
