{{ config(
    materialized=kept_by_day(),
    day='report_date',
    reach="case when kept.relation = 'rpt_activity_daily' then 1 else 0 end",
) }}
{% for report in reports_by_day() %}
select
    '{{ report }}' as relation,
    reports.org_id as org_id,
    reports.report_date as report_date,
    {{ rows_digest('reports') }} as digest
from {{ ref(report) }} as reports
where {{ is_remade('reports', 'report_date', reach=1 if report == 'rpt_activity_daily' else 0) }}
group by reports.org_id, reports.report_date
{{ 'union all' if not loop.last }}
{% endfor %}
