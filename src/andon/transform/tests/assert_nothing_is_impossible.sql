-- No more people than there are, and no part that is more than its whole.
with people as (
    select
        users.org_id as org_id,
        count(*) as known
    from {{ ref('dim_users') }} as users
    group by users.org_id
)

select
    'people' as what,
    days.org_id as org_id,
    days.report_date as report_date
from {{ ref('rpt_activity_daily') }} as days
left join people
    on days.org_id = people.org_id
where
    {{ is_remade('days', 'report_date', reach=1) }}
    and (days.monthly_active_users > coalesce(people.known, 0) or days.user_messages > days.messages)

union all

select
    'users of something' as what,
    days.org_id as org_id,
    days.report_date as report_date
from {{ ref('rpt_activity_daily') }} as days
inner join {{ ref('rpt_tools_daily') }} as tools
    on
        days.org_id = tools.org_id
        and days.report_date = tools.report_date
where
    {{ is_remade('days', 'report_date') }}
    and {{ is_remade('tools', 'report_date') }}
    and (tools.web_users > days.daily_active_users or tools.mcp_users_with_mcp > days.daily_active_users)

union all

select
    'messages of a person' as what,
    rows_of_people.org_id as org_id,
    rows_of_people.report_date as report_date
from {{ ref('rpt_users_daily') }} as rows_of_people
where
    {{ is_remade('rows_of_people', 'report_date') }}
    and rows_of_people.user_messages + rows_of_people.assistant_messages > rows_of_people.messages
