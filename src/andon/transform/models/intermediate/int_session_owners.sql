{{ config(materialized=kept_from_build_to_build(), remade=remade_of_owned_sessions()) }}
select
    identities.session_key as session_key,
    min(identities.user_id) as user_id
from {{ ref('int_identities') }} as identities
where
    identities.session_key is not null
    and {{ of_owned_sessions('identities') }}
group by identities.session_key
having min(identities.user_id) = max(identities.user_id)
