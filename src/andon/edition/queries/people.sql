-- Grain: a person who was seen by the last day. One PersonRow of contract/people.py each.
-- $org_id, $start, $end; $email narrows it to one person's own row, null gives all.
with people as (
    select
        user_id,
        max(user_email) as user_email,
        count(*) filter (report_date >= $start) as days,
        sum(sessions) filter (report_date >= $start) as sessions,
        sum(messages) filter (report_date >= $start) as messages,
        sum(user_messages) filter (report_date >= $start) as user_messages,
        sum(tool_calls) filter (report_date >= $start) as tool_calls,
        sum(billable_tokens) filter (report_date >= $start) as billable_tokens,
        sum(input_tokens) filter (report_date >= $start) as input_tokens,
        sum(output_tokens) filter (report_date >= $start) as output_tokens,
        sum(cache_read_tokens) filter (report_date >= $start) as cache_read_tokens,
        sum(cache_write_tokens) filter (report_date >= $start) as cache_write_tokens,
        sum(files_created) filter (report_date >= $start) as files_created,
        sum(files_edited) filter (report_date >= $start) as files_edited,
        sum(git_commits) filter (report_date >= $start) as git_commits,
        sum(git_prs_created) filter (report_date >= $start) as git_prs_created,
        count(*) filter (is_active and report_date >= $start) as active_days,
        min(report_date) filter (is_active) as first_seen_date,
        max(report_date) filter (is_active) as last_seen_date
    from rpt_users_daily
    where org_id = $org_id and report_date <= $end
    group by user_id
)

select
    encode(to_json({
        'user_id': user_id,
        'user_email': user_email,
        'sessions': coalesce(sessions, 0)::bigint,
        'messages': coalesce(messages, 0)::bigint,
        'user_messages': coalesce(user_messages, 0)::bigint,
        'tool_calls': coalesce(tool_calls, 0)::bigint,
        'autonomy_ratio': case when user_messages > 0 then tool_calls / user_messages else 0 end::double,
        'billable_tokens': coalesce(billable_tokens, 0)::bigint,
        'input_tokens': coalesce(input_tokens, 0)::bigint,
        'output_tokens': coalesce(output_tokens, 0)::bigint,
        'cache_read_tokens': coalesce(cache_read_tokens, 0)::bigint,
        'cache_write_tokens': coalesce(cache_write_tokens, 0)::bigint,
        'files_created': coalesce(files_created, 0)::bigint,
        'files_edited': coalesce(files_edited, 0)::bigint,
        'git_commits': coalesce(git_commits, 0)::bigint,
        'git_prs_created': coalesce(git_prs_created, 0)::bigint,
        'active_days': active_days::bigint,
        'first_seen_date': first_seen_date,
        'last_seen_date': last_seen_date,
        'lifecycle': case
            when first_seen_date >= $start then 'new'
            when active_days > 0 then 'returning'
            when first_seen_date is not null then 'dormant'
        end
    })::varchar) as fragment
from people
where
    (days > 0 or first_seen_date is not null)
    and ($email is null or user_email = $email)
order by user_id
