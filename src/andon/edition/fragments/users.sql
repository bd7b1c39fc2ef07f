-- Grain: (org_id, user_id, report_date). One UserDay of contract/reports.py each.
with languages as (
    select
        org_id,
        user_id,
        report_date,
        list(language order by language = '(other)', files desc, language) as languages
    from rpt_users_languages
    group by org_id, user_id, report_date
)

select
    days.org_id,
    days.user_id,
    days.report_date,
    encode(to_json({
        'user_id': days.user_id,
        'user_email': days.user_email,
        'date': days.report_date,
        'tool_calls': days.tool_calls::bigint,
        'billable_tokens': days.billable_tokens::bigint,
        'primary_model': days.primary_model,
        'primary_model_tier': days.primary_model_tier,
        'files_created': days.files_created::bigint,
        'files_edited': days.files_edited::bigint,
        'git_commits': days.git_commits::bigint,
        'git_prs_created': days.git_prs_created::bigint,
        'mcp_calls': days.mcp_calls::bigint,
        'skill_calls': days.skill_calls::bigint,
        'slash_commands': days.slash_commands::bigint,
        'hooks': days.hooks::bigint,
        'sessions': days.sessions::bigint,
        'messages': days.messages::bigint,
        'user_messages': days.user_messages::bigint,
        'assistant_messages': days.assistant_messages::bigint,
        'autonomy_ratio': days.autonomy_ratio::double,
        'delegation_level': days.delegation_level,
        'languages': coalesce(languages.languages, [])
    })::varchar) as fragment
from rpt_users_daily as days
left join languages using (org_id, user_id, report_date)
order by days.org_id, days.user_id, days.report_date
