-- One row: the people of the whole range, each counted once. $org_id, $start, $end.
with people as (
    select
        min(report_date) as first_seen_date,
        max(report_date) as last_seen_date
    from rpt_users_daily
    where org_id = $org_id and report_date <= $end and is_active
    group by user_id
)

select
    encode(to_json({
        'active_people': count(*) filter (last_seen_date >= $start),
        'new': count(*) filter (first_seen_date >= $start),
        'returning': count(*) filter (first_seen_date < $start and last_seen_date >= $start),
        'dormant': count(*) filter (last_seen_date < $start)
    })::varchar) as fragment
from people
