-- Grain: (org_id, report_date). One ProductivityDay of contract/reports.py each.
with extensions as (
    select
        org_id,
        report_date,
        list({'extension': extension, 'count': files::bigint} order by extension = '(other)', files desc, extension) as by_extension
    from rpt_productivity_by_extension
    group by org_id, report_date
),

languages as (
    select
        org_id,
        report_date,
        list({'language': language, 'count': files::bigint} order by language = '(other)', files desc, language) as by_language
    from rpt_productivity_by_language
    group by org_id, report_date
)

select
    days.org_id,
    days.report_date,
    encode(to_json({
        'date': days.report_date,
        'files_created': days.files_created::bigint,
        'files_edited': days.files_edited::bigint,
        'by_extension': coalesce(extensions.by_extension, []),
        'by_language': coalesce(languages.by_language, []),
        'git_commits': days.git_commits::bigint,
        'git_prs_created': days.git_prs_created::bigint
    })::varchar) as fragment
from rpt_productivity_daily as days
left join extensions using (org_id, report_date)
left join languages using (org_id, report_date)
order by days.org_id, days.report_date
