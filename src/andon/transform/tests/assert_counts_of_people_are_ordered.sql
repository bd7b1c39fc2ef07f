-- A day's people are among the week's, the week's among the month's; no client has more people than the day has,
-- and every person of the day was on some client.
with clients as (
    select
        parts.org_id as org_id,
        parts.report_date as report_date,
        max(parts.daily_active_users) as most,
        sum(parts.daily_active_users) as summed
    from {{ ref('rpt_activity_by_client') }} as parts
    where {{ is_remade('parts', 'report_date', reach=1) }}
    group by parts.org_id, parts.report_date
)

select
    days.org_id as org_id,
    days.report_date as report_date,
    days.daily_active_users as daily_active_users,
    days.weekly_active_users as weekly_active_users,
    days.monthly_active_users as monthly_active_users,
    clients.most as most,
    clients.summed as summed
from {{ ref('rpt_activity_daily') }} as days
inner join clients
    on
        days.org_id = clients.org_id
        and days.report_date = clients.report_date
where
    {{ is_remade('days', 'report_date', reach=1) }}
    and (
        days.daily_active_users > days.weekly_active_users
        or days.weekly_active_users > days.monthly_active_users
        or clients.most > days.daily_active_users
        or clients.summed < days.daily_active_users
    )
