-- People of the directory who sent nothing yet are people too; a merged one is the person they were merged into.
with identities as (
    select distinct
        seen.org_id as org_id,
        seen.identity as canonical_identity
    from {{ ref('int_identities') }} as seen
    where seen.identity is not null

    union distinct

    select
        people.org_id as org_id,
        coalesce(aliases.canonical_identity, people.identity) as canonical_identity
    from {{ ref('stg_directory__people') }} as people
    left join {{ ref('int_identity_aliases') }} as aliases
        on
            people.org_id = aliases.org_id
            and people.identity = aliases.identity
)

select
    {{ user_id('identities.org_id', 'identities.canonical_identity') }} as user_id,
    identities.org_id as org_id,
    identities.canonical_identity as canonical_identity,
    case
        when identities.canonical_identity like 'email:%' then substr(identities.canonical_identity, 7)
    end as user_email,
    people.display_name as display_name
from identities
left join {{ ref('stg_directory__people') }} as people
    on
        identities.org_id = people.org_id
        and identities.canonical_identity = people.identity
