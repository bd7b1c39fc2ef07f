with ranked as (
    select
        records.org_id as org_id,
        records.agent as agent,
        records.session_id as session_id,
        records.identity as identity,
        min(records.identity_rank) as identity_rank,
        row_number() over (
            partition by records.org_id, records.agent, records.session_id
            order by min(records.identity_rank), count(*) desc, records.identity
        ) as place
    from {{ ref('int_record_identities') }} as records
    where
        records.session_id is not null
        and records.identity is not null
    group by records.org_id, records.agent, records.session_id, records.identity
)

select
    ranked.org_id as org_id,
    ranked.agent as agent,
    ranked.session_id as session_id,
    coalesce(aliases.canonical_identity, ranked.identity) as identity,
    ranked.identity_rank as identity_rank,
    {{ user_id('ranked.org_id', 'coalesce(aliases.canonical_identity, ranked.identity)') }} as user_id
from ranked
left join {{ ref('int_identity_aliases') }} as aliases
    on
        ranked.org_id = aliases.org_id
        and ranked.identity = aliases.identity
where ranked.place = 1
