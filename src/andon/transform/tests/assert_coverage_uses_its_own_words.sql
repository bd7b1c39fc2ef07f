-- What seeds/coverage says is said in words that the reports know.
select
    fields.dialect as dialect,
    fields.agent as agent,
    fields.field as said
from {{ ref('dim_agent_fields') }} as fields
where
    fields.agent is null
    or fields.field is null
    or fields.field not in ('{{ coverage_fields() | join("', '") }}')
    or coalesce(fields.quality, '') not in ('exact', 'approximate', 'switch', 'not_sent')
union all
select
    names.dialect as dialect,
    names.agent as agent,
    names.name as said
from {{ ref('dim_agent_names') }} as names
where
    names.name is null
    or coalesce(names.signal, '') not in ('logs', 'spans', 'metrics')
    or coalesce(names.use, '') not in ('read', 'ignored')
