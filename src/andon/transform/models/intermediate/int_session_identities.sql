{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_of_owned_sessions(),
) }}
with named as (
    select
        told.org_id as org_id,
        told.agent as agent,
        told.session_id as session_id,
        told.session_key as session_key,
        told.identity as identity,
        min(told.identity_rank) as identity_rank
    from {{ ref('int_told_identities') }} as told
    where
        told.session_id is not null
        and told.identity is not null
        and {{ of_owners('told') }}
    group by told.org_id, told.agent, told.session_id, told.session_key, told.identity
),

best as (
    select
        ranked.*,
        count(*) over (partition by ranked.org_id, ranked.agent, ranked.session_id) as rivals
    from (
        select
            named.*,
            min(named.identity_rank) over (partition by named.org_id, named.agent, named.session_id) as best_rank
        from named
    ) as ranked
    where ranked.identity_rank = ranked.best_rank
),

-- Of equally good identities the one of more records is the session's; few sessions have several, and only their
-- records are counted.
disputed as (
    select distinct
        best.org_id as org_id,
        best.agent as agent,
        best.session_id as session_id
    from best
    where best.rivals > 1
),

records as (
    {%- for kind in fact_kinds() %}
    select
        {%- for key in identity_keys() %}
        {{ kind }}.{{ key }} as {{ key }},
        {%- endfor %}
        {{ kind }}.record_id as record_id
    from {{ ref('int_' ~ kind ~ '_unioned') }} as {{ kind }}
    inner join disputed
        on
            {{ kind }}.org_id = disputed.org_id
            and {{ kind }}.agent = disputed.agent
            and {{ kind }}.session_id = disputed.session_id
    where {{ of_owners(kind, dated=true) }}
    {{ 'union distinct' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        told.org_id as org_id,
        told.agent as agent,
        told.session_id as session_id,
        told.identity as identity,
        count(*) as records
    from records
    inner join (
        select distinct
            {%- for key in identity_keys() %}
            days.{{ key }} as {{ key }},
            {%- endfor %}
            days.identity as identity
        from {{ ref('int_told_identities') }} as days
        where {{ of_owners('days') }}
    ) as told
        on {{ same_identity_keys('records', 'told') }}
    group by told.org_id, told.agent, told.session_id, told.identity
),

chosen as (
    select
        best.*,
        row_number() over (
            partition by best.org_id, best.agent, best.session_id
            order by coalesce(counted.records, 0) desc, best.identity
        ) as place
    from best
    left join counted
        on
            best.org_id = counted.org_id
            and best.agent = counted.agent
            and best.session_id = counted.session_id
            and best.identity = counted.identity
)

select
    chosen.org_id as org_id,
    chosen.agent as agent,
    chosen.session_id as session_id,
    chosen.session_key as session_key,
    coalesce(aliases.canonical_identity, chosen.identity) as identity,
    chosen.identity_rank as identity_rank
from chosen
left join {{ ref('int_identity_aliases') }} as aliases
    on
        chosen.org_id = aliases.org_id
        and chosen.identity = aliases.identity
where chosen.place = 1
