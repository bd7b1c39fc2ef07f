-- Grain: a UTC day with any fact of one person. One PersonDay of contract/people.py each.
-- $org_id, $user_id, $start, $end.
with languages as (
    select
        report_date,
        list(language order by files desc, language) as languages
    from rpt_users_languages
    where org_id = $org_id and user_id = $user_id and report_date between $start and $end
    group by report_date
)

select
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
        'languages': coalesce(languages.languages, []),
        'input_tokens': days.input_tokens::bigint,
        'output_tokens': days.output_tokens::bigint,
        'cache_read_tokens': days.cache_read_tokens::bigint,
        'cache_write_tokens': days.cache_write_tokens::bigint
    })::varchar) as fragment
from rpt_users_daily as days
left join languages on days.report_date = languages.report_date
where
    days.org_id = $org_id
    and days.user_id = $user_id
    and days.report_date between $start and $end
order by days.report_date
