{{ config(materialized=kept_by_day(), day='report_date', reach=1) }}
-- Trailing people without looking back: each day of a person adds one, and takes it away when the window has
-- passed or the person's next day adds it again. A running sum of these is the count of distinct people.
with person_days as (
    select distinct
        acts.org_id as org_id,
        acts.user_id as user_id,
        acts.event_date as event_date
    from {{ ref('agg_acts_daily') }} as acts
    where
        acts.user_id <> {{ unattributed_user_id() }}
        and {{ is_remade('acts', reach=2) }}
),

visits as (
    select
        person_days.org_id as org_id,
        person_days.event_date as event_date,
        lead(person_days.event_date) over (
            partition by person_days.org_id, person_days.user_id
            order by person_days.event_date
        ) as next_date
    from person_days
),

steps as (
    select
        visits.org_id as org_id,
        visits.event_date as event_date,
        1 as daily,
        1 as weekly,
        1 as monthly
    from visits

    union all

    select
        visits.org_id as org_id,
        case
            when visits.next_date < {{ day_plus('visits.event_date', 7) }} then visits.next_date
            else {{ day_plus('visits.event_date', 7) }}
        end as event_date,
        0 as daily,
        -1 as weekly,
        0 as monthly
    from visits

    union all

    select
        visits.org_id as org_id,
        case
            when visits.next_date < {{ day_plus('visits.event_date', 30) }} then visits.next_date
            else {{ day_plus('visits.event_date', 30) }}
        end as event_date,
        0 as daily,
        0 as weekly,
        -1 as monthly
    from visits
),

stepped as (
    select
        org_days.org_id as org_id,
        org_days.day as day,
        coalesce(sum(steps.daily), 0) as daily,
        coalesce(sum(steps.weekly), 0) as weekly,
        coalesce(sum(steps.monthly), 0) as monthly
    from {{ org_days(reach=none) }} as org_days
    left join steps
        on
            org_days.org_id = steps.org_id
            and org_days.day = steps.event_date
    group by org_days.org_id, org_days.day
),

people as (
    select
        stepped.org_id as org_id,
        stepped.day as day,
        stepped.daily as daily,
        sum(stepped.weekly) over (
            partition by stepped.org_id
            order by stepped.day
            rows between unbounded preceding and current row
        ) as weekly,
        sum(stepped.monthly) over (
            partition by stepped.org_id
            order by stepped.day
            rows between unbounded preceding and current row
        ) as monthly
    from stepped
),

counted as (
    select
        days.org_id as org_id,
        days.event_date as event_date,
        sum(days.sessions) as sessions,
        sum(days.user_messages) as user_messages,
        sum(days.assistant_messages) as assistant_messages
    from {{ ref('agg_users_daily') }} as days
    where {{ is_remade('days', reach=1) }}
    group by days.org_id, days.event_date
)

select
    people.org_id as org_id,
    people.day as report_date,
    {{ whole('people.daily') }} as daily_active_users,
    {{ whole('people.weekly') }} as weekly_active_users,
    {{ whole('people.monthly') }} as monthly_active_users,
    {{ whole('counted.sessions') }} as sessions,
    {{ whole('counted.user_messages + counted.assistant_messages') }} as messages,
    {{ whole('counted.user_messages') }} as user_messages
from people
left join counted
    on
        people.org_id = counted.org_id
        and people.day = counted.event_date
where {{ is_remade('people', 'day', reach=1) }}
