{%- set signals = [
    ('logs', 'log_records', 'event_name'),
    ('spans', 'spans', 'name'),
    ('metrics', 'metric_points', 'metric_name'),
] -%}
with records as (
    {%- for signal, table, name in signals %}
    select
        {{ signal }}_received.org_id as org_id,
        {{ signal }}_received.dialect as dialect,
        {{ signal }}_received.agent_declared as agent_declared,
        {{ signal }}_received.service_name as service_name,
        {{ signal }}_received.service_version as service_version,
        '{{ signal }}' as signal,
        {{ signal }}_received.{{ name }} as name,
        min({{ signal }}_received.occurred_at) as first_seen_at,
        max({{ signal }}_received.occurred_at) as last_seen_at,
        count(*) as records
    from {{ each_record(table) }} as {{ signal }}_received
    group by
        {{ signal }}_received.org_id,
        {{ signal }}_received.dialect,
        {{ signal }}_received.agent_declared,
        {{ signal }}_received.service_name,
        {{ signal }}_received.service_version,
        {{ signal }}_received.{{ name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select
        records.org_id as org_id,
        records.dialect as dialect,
        case
            when records.dialect <> 'native' then replace(records.dialect, '_', '-')
            else coalesce(records.agent_declared, {{ known('records.service_name') }}, '(unknown)')
        end as agent,
        coalesce(nullif({{ version_of_record('records') }}, ''), '(unknown)') as agent_version,
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
