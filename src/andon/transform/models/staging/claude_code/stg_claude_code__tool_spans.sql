{{ config(materialized='table') }}
with tools as (
    select
        spans.*,
        {{ json_text('spans.attributes', 'tool_name') }} as tool_name
    from {{ claude_code_spans(['claude_code.tool']) }} as spans
),

-- A tool's span has parts: how long a person was asked, and the execution. They may have been sent apart.
parts as (
    select
        children.org_id as org_id,
        children.trace_id as trace_id,
        children.parent_span_id as tool_span_id,
        max(case when {{ json_text('children.attributes', 'success') }} = 'false' then 1 else 0 end) as failed,
        max(case when {{ json_text('children.attributes', 'decision') }} = 'reject' then 1 else 0 end) as refused,
        max({{ json_text('children.attributes', 'permission_mode') }}) as permission_mode
    from {{ ref('stg_otlp__spans') }} as children
    where
        children.dialect = 'claude_code'
        and children.name in ('claude_code.tool.execution', 'claude_code.tool.blocked_on_user')
    group by children.org_id, children.trace_id, children.parent_span_id
)

select
    tools.*,
    case
        when coalesce(parts.refused, 0) = 1 then 'denied'
        when coalesce(parts.failed, 0) = 1 or {{ json_text('tools.attributes', 'success') }} = 'false' then 'error'
        else 'ok'
    end as outcome,
    coalesce({{ json_text('tools.attributes', 'permission_mode') }}, parts.permission_mode) as permission_mode
from tools
left join parts
    on
        tools.org_id = parts.org_id
        and tools.trace_id = parts.trace_id
        and tools.span_id = parts.tool_span_id
where tools.tool_name is not null
