-- Grain: (org_id, agent). One AgentCoverage of contract/coverage.py each.
with versions as (
    select
        org_id,
        agent,
        any_value(agent_status) as status,
        any_value(is_described) as is_described,
        max(last_seen_at) as last_seen_at,
        list({
            'version': agent_version,
            'is_mute': is_mute,
            'signals': {'logs': log_records::bigint, 'spans': spans::bigint, 'metrics': metric_points::bigint},
            'facts': facts::bigint,
            'sessions': sessions::bigint,
            'people': people::bigint,
            'first_seen_at': strftime(first_seen_at, '%Y-%m-%dT%H:%M:%SZ'),
            'last_seen_at': strftime(last_seen_at, '%Y-%m-%dT%H:%M:%SZ')
        } order by last_seen_at desc, agent_version) as versions
    from rpt_coverage_agents
    group by org_id, agent
),

fields as (
    select
        org_id,
        agent,
        list({
            'field': field,
            'quality': quality,
            'status': status,
            'occasions': occasions_30_days::bigint,
            'known_ratio': known_30_days::double / nullif(occasions_30_days, 0),
            'known_ratio_7_days': known_7_days::double / nullif(occasions_7_days, 0),
            'last_known_date': last_known_date,
            'lost_since': lost_since,
            'lost_version': lost_version,
            'reason': reason,
            'improved_by': improved_by
        } order by place) as fields
    from rpt_coverage_fields
    group by org_id, agent
),

names as (
    select
        org_id,
        agent,
        list({
            'signal': signal,
            'name': name,
            'records': records::bigint,
            'first_version': first_version,
            'first_seen_at': strftime(first_seen_at, '%Y-%m-%dT%H:%M:%SZ'),
            'last_seen_at': strftime(last_seen_at, '%Y-%m-%dT%H:%M:%SZ')
        } order by name = '(other)', records desc, signal, name) as unknown_names
    from rpt_coverage_names
    group by org_id, agent
)

select
    versions.org_id,
    versions.agent,
    encode(to_json({
        'agent': versions.agent,
        'status': versions.status,
        'is_described': versions.is_described,
        'last_seen_at': strftime(versions.last_seen_at, '%Y-%m-%dT%H:%M:%SZ'),
        'versions': versions.versions,
        'fields': coalesce(fields.fields, []),
        'unknown_names': coalesce(names.unknown_names, [])
    })::varchar) as fragment
from versions
left join fields using (org_id, agent)
left join names using (org_id, agent)
order by versions.org_id, versions.agent
