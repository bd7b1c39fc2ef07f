-- Grain: (org_id, report_date). One ActivityDay of contract/reports.py each.
with always as (
    select
        days.org_id,
        days.report_date,
        clients.client,
        0 as daily_active_users,
        clients.place
    from rpt_activity_daily as days
    cross join (values ('terminal-ui', 1), ('web', 2), ('non-interactive-cli', 3)) as clients (client, place)
),

-- The contract's three clients come first and are always there; others follow, the most used first.
clients as (
    select
        org_id,
        report_date,
        client,
        sum(daily_active_users)::bigint as daily_active_users,
        min(place) as place
    from (
        select * from always
        union all
        select
            org_id,
            report_date,
            client,
            daily_active_users,
            null as place
        from rpt_activity_by_client
    ) as both_sources
    group by org_id, report_date, client
),

by_client as (
    select
        org_id,
        report_date,
        map(
            list(client order by place nulls last, client = '(other)', daily_active_users desc, client),
            list(daily_active_users order by place nulls last, client = '(other)', daily_active_users desc, client)
        ) as daily_active_users_by_client
    from clients
    group by org_id, report_date
)

select
    days.org_id,
    days.report_date,
    encode(to_json({
        'date': days.report_date,
        'daily_active_users': days.daily_active_users::bigint,
        'weekly_active_users': days.weekly_active_users::bigint,
        'monthly_active_users': days.monthly_active_users::bigint,
        'daily_active_users_by_client': by_client.daily_active_users_by_client,
        'sessions': days.sessions::bigint,
        'messages': days.messages::bigint,
        'user_messages': days.user_messages::bigint
    })::varchar) as fragment
from rpt_activity_daily as days
left join by_client using (org_id, report_date)
order by days.org_id, days.report_date
