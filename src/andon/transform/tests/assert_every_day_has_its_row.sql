-- Every organisation has exactly the days from the start of history to the last complete one.
{% for relation in ['rpt_tokens_daily', 'rpt_tools_daily', 'rpt_activity_daily', 'rpt_productivity_daily'] %}
select
    '{{ relation }}' as told_by,
    org_days.org_id as org_id,
    org_days.day as day
from {{ org_days() }} as org_days
left join (
    select told.*
    from {{ ref(relation) }} as told
    where {{ is_remade('told', 'report_date') }}
) as days
    on
        org_days.org_id = days.org_id
        and org_days.day = days.report_date
where days.report_date is null

union all
{% endfor %}
{% for relation in [
    'rpt_tokens_daily', 'rpt_tokens_by_model', 'rpt_tokens_by_user', 'rpt_tools_daily', 'rpt_tools_by_tool',
    'rpt_tools_by_mcp_server', 'rpt_tools_by_skill', 'rpt_tools_by_slash_command', 'rpt_tools_by_hook',
    'rpt_activity_daily', 'rpt_activity_by_client', 'rpt_productivity_daily', 'rpt_productivity_by_extension',
    'rpt_productivity_by_language', 'rpt_users_daily', 'rpt_users_languages',
] %}
select
    '{{ relation }}' as told_by,
    days.org_id as org_id,
    days.report_date as day
from {{ ref(relation) }} as days
where
    {{ is_remade('days', 'report_date') }}
    and not ({{ reported('days.report_date') }})
{{ 'union all' if not loop.last }}
{% endfor %}
