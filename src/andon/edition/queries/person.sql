-- Grain: a UTC day with any fact of one person. One PersonDay of contract/people.py each: what /users tells of the
-- day, and its tokens in parts.
-- $org_id, $user_id, $start, $end.
select
    encode(json_merge_patch(
        decode(told.fragment)::json,
        to_json({
            'input_tokens': days.input_tokens::bigint,
            'output_tokens': days.output_tokens::bigint,
            'cache_read_tokens': days.cache_read_tokens::bigint,
            'cache_write_tokens': days.cache_write_tokens::bigint
        })
    )::varchar) as fragment
from fragments.users as told
inner join rpt_users_daily as days using (org_id, user_id, report_date)
where
    days.org_id = $org_id
    and days.user_id = $user_id
    and days.report_date between $start and $end
order by days.report_date
