{% for report in reports_by_day() %}
select
    '{{ report }}' as relation,
    reports.org_id as org_id,
    reports.report_date as report_date,
    {{ rows_digest('reports') }} as digest
from {{ ref(report) }} as reports
group by reports.org_id, reports.report_date
{{ 'union all' if not loop.last }}
{% endfor %}
