-- Grain: a UTC day that the reports cover. One AdoptionDay of contract/people.py each.
-- $org_id, $start, $end. Somebody who was active on day d is in monthly_active_users through d + 29, so that
-- monthly_active_users changes from one day to the next by new + resurrected - dormant.
with visits as (
    select
        report_date,
        lag(report_date) over person as before,
        lead(report_date) over person as after
    from rpt_users_daily
    where org_id = $org_id and report_date <= $end and is_active
    window person as (partition by user_id order by report_date)
),

steps as (
    select
        report_date,
        count(*) filter (before is null) as new_people,
        count(*) filter (report_date - before <= 30) as returning_people,
        count(*) filter (report_date - before > 30) as resurrected_people,
        0 as dormant_people
    from visits
    where report_date >= $start
    group by report_date

    union all

    select
        report_date + 30 as report_date,
        0 as new_people,
        0 as returning_people,
        0 as resurrected_people,
        count(*) as dormant_people
    from visits
    where (after is null or after - report_date > 30) and report_date + 30 between $start and $end
    group by report_date
)

select
    encode(to_json({
        'date': days.report_date,
        'new': coalesce(sum(steps.new_people), 0)::bigint,
        'returning': coalesce(sum(steps.returning_people), 0)::bigint,
        'resurrected': coalesce(sum(steps.resurrected_people), 0)::bigint,
        'dormant': coalesce(sum(steps.dormant_people), 0)::bigint
    })::varchar) as fragment
from rpt_activity_daily as days
left join steps on days.report_date = steps.report_date
where days.org_id = $org_id and days.report_date between $start and $end
group by days.report_date
order by days.report_date
