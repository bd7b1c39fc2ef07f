{{ config(materialized=kept_by_day(), day='report_date') }}
select
    org_days.org_id as org_id,
    org_days.day as report_date,
    {{ whole_sum('people.files_created') }} as files_created,
    {{ whole_sum('people.files_edited') }} as files_edited,
    {{ whole_sum('people.git_commits') }} as git_commits,
    {{ whole_sum('people.git_prs_created') }} as git_prs_created
from {{ org_days() }} as org_days
left join (
    select days.*
    from {{ ref('agg_users_daily') }} as days
    where {{ is_remade('days') }}
) as people
    on
        org_days.org_id = people.org_id
        and org_days.day = people.event_date
group by org_days.org_id, org_days.day
