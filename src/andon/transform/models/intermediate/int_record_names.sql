with records as (
    select days.*
    from {{ ref('stg_otlp__name_days') }} as days
    union all
    {{ records_by_name_query([('logs', 'stg_otlp__timeless_records', 'event_name')]) }}
),

named as (
    select
        records.org_id as org_id,
        records.dialect as dialect,
        case
            when records.dialect <> 'native' then replace(records.dialect, '_', '-')
            else coalesce(records.agent_declared, {{ known('records.service_name') }}, '(unknown)')
        end as agent,
        {{ or_unknown(version_of_record('records')) }} as agent_version,
        records.signal as signal,
        coalesce(nullif(records.name, ''), '(unnamed)') as name,
        records.first_seen_at as first_seen_at,
        records.last_seen_at as last_seen_at,
        records.records as records
    from records
)

select
    named.org_id as org_id,
    named.dialect as dialect,
    named.agent as agent,
    named.agent_version as agent_version,
    named.signal as signal,
    named.name as name,
    min(named.first_seen_at) as first_seen_at,
    max(named.last_seen_at) as last_seen_at,
    {{ whole_sum('named.records') }} as records
from named
group by
    named.org_id,
    named.dialect,
    named.agent,
    named.agent_version,
    named.signal,
    named.name
