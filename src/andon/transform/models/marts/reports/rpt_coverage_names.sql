-- Names of described dialects that no description knows.
with unknown as (
    select
        seen.org_id as org_id,
        seen.agent as agent,
        seen.signal as signal,
        seen.name as name,
        seen.agent_version as agent_version,
        min(seen.first_seen_at) as first_seen_at,
        max(seen.last_seen_at) as last_seen_at,
        {{ whole_sum('seen.records') }} as records
    from {{ ref('int_record_names') }} as seen
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on seen.org_id = organisations.org_id
    where
        seen.dialect in (select names.dialect from {{ ref('dim_agent_names') }} as names)
        and not exists (
            select 1
            from {{ ref('dim_agent_names') }} as names
            where
                seen.dialect = names.dialect
                and seen.signal = names.signal
                and (
                    seen.name = names.name
                    or (
                        right(names.name, 1) = '%'
                        and left(seen.name, length(names.name) - 1) = left(names.name, length(names.name) - 1)
                    )
                )
        )
    group by
        seen.org_id,
        seen.agent,
        seen.signal,
        seen.name,
        seen.agent_version
),

versions as (
    select
        unknown.*,
        row_number() over (
            partition by unknown.org_id, unknown.agent, unknown.signal, unknown.name
            order by unknown.first_seen_at, unknown.agent_version
        ) as version_place
    from unknown
),

names as (
    select
        versions.org_id as org_id,
        versions.agent as agent,
        versions.signal as signal,
        versions.name as name,
        max(case when versions.version_place = 1 then versions.agent_version end) as first_version,
        min(versions.first_seen_at) as first_seen_at,
        max(versions.last_seen_at) as last_seen_at,
        {{ whole_sum('versions.records') }} as records
    from versions
    group by versions.org_id, versions.agent, versions.signal, versions.name
),

ranked as (
    select
        names.*,
        row_number() over (
            partition by names.org_id
            order by names.records desc, names.agent, names.signal, names.name
        ) as place
    from names
)

select
    ranked.org_id as org_id,
    ranked.agent as agent,
    ranked.signal as signal,
    case when ranked.place <= 200 then ranked.name else '(other)' end as name,
    {{ whole_sum('ranked.records') }} as records,
    cast(count(*) as {{ int64() }}) as names,
    case when min(ranked.place) <= 200 then max(ranked.first_version) end as first_version,
    min(ranked.first_seen_at) as first_seen_at,
    max(ranked.last_seen_at) as last_seen_at
from ranked
group by
    ranked.org_id,
    ranked.agent,
    ranked.signal,
    case when ranked.place <= 200 then ranked.name else '(other)' end
