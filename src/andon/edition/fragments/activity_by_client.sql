-- Grain: (org_id, report_date). Every ActivityByClient of the day with at least one person, joined by commas.
select
    org_id,
    report_date,
    encode(string_agg(to_json({
        'date': report_date,
        'group_key': client,
        'daily_active_users': daily_active_users::bigint
    })::varchar, ',' order by client = '(other)', daily_active_users desc, client)) as fragment
from rpt_activity_by_client
where daily_active_users > 0
group by org_id, report_date
order by org_id, report_date
