{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_of_owners(),
    noted='changed_owners',
    of_came='changed.session_key, changed.org_id, changed.agent, changed.event_date',
) }}
with resolved as (
    select
        {%- for key in identity_keys() %}
        told.{{ key }} as {{ key }},
        {%- endfor %}
        told.session_key as session_key,
        told.event_date as event_date,
        coalesce(
            aliases.canonical_identity,
            -- An installation is somebody's: where the session says whose, that is who.
            case when sessions.identity_rank < told.identity_rank and told.identity_rank = 5 then sessions.identity end,
            told.identity,
            sessions.identity
        ) as identity
    from {{ ref('int_told_identities') }} as told
    left join {{ ref('int_session_identities') }} as sessions
        on
            told.org_id = sessions.org_id
            and told.agent = sessions.agent
            and told.session_id = sessions.session_id
    left join {{ ref('int_identity_aliases') }} as aliases
        on
            told.org_id = aliases.org_id
            and told.identity = aliases.identity
    where {{ of_owners('told') }}
)

select
    {%- for key in identity_keys() %}
    resolved.{{ key }} as {{ key }},
    {%- endfor %}
    resolved.session_key as session_key,
    resolved.event_date as event_date,
    resolved.identity as identity,
    {{ user_id('resolved.org_id', 'resolved.identity') }} as user_id
from resolved
