-- One row: the person of an id or of an address, as JSON of their id and address; none when nobody was seen.
-- $org_id, $user_id, $email: one of the last two is null.
select encode(to_json({'user_id': user_id, 'user_email': max(user_email)})::varchar) as fragment
from rpt_users_daily
where org_id = $org_id and (user_id = $user_id or user_email = $email)
group by user_id
order by user_id
limit 1
