with resolved as (
    select
        records.org_id as org_id,
        records.record_id as record_id,
        coalesce(
            aliases.canonical_identity,
            -- An installation is somebody's: where the session says whose, that is who.
            case when sessions.identity_rank < records.identity_rank and records.identity_rank = 5 then sessions.identity end,
            records.identity,
            sessions.identity
        ) as identity
    from {{ ref('int_record_identities') }} as records
    left join {{ ref('int_session_identities') }} as sessions
        on
            records.org_id = sessions.org_id
            and records.agent = sessions.agent
            and records.session_id = sessions.session_id
    left join {{ ref('int_identity_aliases') }} as aliases
        on
            records.org_id = aliases.org_id
            and records.identity = aliases.identity
)

select
    resolved.org_id as org_id,
    resolved.record_id as record_id,
    resolved.identity as identity,
    {{ user_id('resolved.org_id', 'resolved.identity') }} as user_id
from resolved
