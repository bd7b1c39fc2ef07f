with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'tool_use_id') }} as tool_use_id,
        {{ json_text('records.attributes', 'tool_name') }} as tool_name,
        {{ json_text('records.attributes', 'decision') }} as decision,
        {{ json_text('records.attributes', 'permission_mode') }} as permission_mode,
        {{ json_text('records.attributes', 'tool_source') }} as tool_source,
        {{ json_text('records.attributes', 'success') }} as success
    from {{ claude_code_logs(['tool_result', 'tool_decision']) }} as records
),

-- A call may be decided more than once; the last word holds.
decisions as (
    select
        told.*,
        row_number() over (
            partition by told.org_id, told.session_id, told.tool_use_id
            order by told.occurred_at_unix_nano desc, told.sequence desc, told.record_id
        ) as place
    from told
    where
        told.event_name = 'tool_decision'
        and told.tool_use_id is not null
),

results as (
    select told.*
    from told
    where told.event_name = 'tool_result'
),

spans as (
    select
        tools.*,
        {{ json_text('tools.attributes', 'tool_name') }} as tool_name,
        case when executions.record_id is null then 0 else 1 end as failed
    from {{ ref('stg_otlp__spans') }} as tools
    left join {{ ref('stg_otlp__spans') }} as executions
        on
            tools.org_id = executions.org_id
            and tools.trace_id = executions.trace_id
            and tools.span_id = executions.parent_span_id
            and executions.name = 'claude_code.tool.execution'
            and {{ json_text('executions.attributes', 'success') }} = 'false'
    where
        tools.dialect = 'claude_code'
        and tools.name = 'claude_code.tool'
),

-- A refused call has no result: the refusal is all there is.
calls as (
    select
        results.*,
        decisions.decision as last_decision,
        coalesce(results.permission_mode, decisions.permission_mode) as mode,
        coalesce(results.tool_source, decisions.tool_source) as source_of_tool
    from results
    left join decisions
        on
            results.org_id = decisions.org_id
            and results.session_id = decisions.session_id
            and results.tool_use_id = decisions.tool_use_id
            and decisions.place = 1
    union all
    select
        refusals.*,
        refusals.decision as last_decision,
        refusals.permission_mode as mode,
        refusals.tool_source as source_of_tool
    from told as refusals
    inner join decisions
        on
            refusals.org_id = decisions.org_id
            and refusals.record_id = decisions.record_id
            and decisions.place = 1
    left join results
        on
            refusals.org_id = results.org_id
            and refusals.session_id = results.session_id
            and refusals.tool_use_id = results.tool_use_id
    where
        decisions.decision = 'reject'
        and results.record_id is null
),

named as (
    select
        calls.*,
        case
            when
                calls.source_of_tool = 'mcp'
                or calls.tool_name = 'mcp_tool'
                or calls.tool_name like 'mcp\_\_%' escape '\'
                or {{ json_text('calls.attributes', 'mcp.server.name') }} is not null
                then 'mcp'
            when calls.tool_name = 'Skill' then 'skill'
            when calls.tool_name in ('Agent', 'Task') then 'subagent'
            else 'builtin'
        end as tool_kind
    from calls
)

select
    {{ fact_columns('named', "'logs'", 1, "'claude-code'", 'named.client', claude_code_call_key('named')) }},
    named.tool_name as tool_name,
    named.tool_use_id as call_id,
    named.tool_kind as tool_kind,
    case
        when named.tool_kind = 'mcp' then coalesce(
            nullif({{ json_text('named.attributes', 'mcp.server.name') }}, 'custom'),
            {{ mcp_server_of('named.tool_name') }},
            '(redacted)'
        )
    end as mcp_server,
    case
        when named.tool_kind = 'mcp' then coalesce(
            nullif({{ json_text('named.attributes', 'andon.mcp.tool') }}, 'custom'),
            {{ mcp_tool_of('named.tool_name') }},
            '(redacted)'
        )
    end as mcp_tool,
    case
        when named.last_decision = 'reject' and coalesce(named.success, 'false') = 'false' then 'denied'
        when named.success = 'false' then 'error'
        else 'ok'
    end as outcome,
    {{ claude_code_autonomy('named.mode') }} as autonomy_level,
    {{ json_float('named.attributes', 'duration_ms') }} as duration_ms
from named
union all
-- Traces alone tell of tools too.
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'",
        'coalesce(spans.client_declared, ' ~ claude_code_client(json_text('spans.attributes', 'app.entrypoint')) ~ ')',
        claude_code_call_key('spans')) }},
    spans.tool_name as tool_name,
    {{ json_text('spans.attributes', 'tool_use_id') }} as call_id,
    case
        when spans.tool_name = 'mcp_tool' or spans.tool_name like 'mcp\_\_%' escape '\' then 'mcp'
        when spans.tool_name = 'Skill' then 'skill'
        when spans.tool_name in ('Agent', 'Task') then 'subagent'
        else 'builtin'
    end as tool_kind,
    case
        when spans.tool_name = 'mcp_tool' or spans.tool_name like 'mcp\_\_%' escape '\' then coalesce(
            nullif({{ json_text('spans.attributes', 'anthropic.mcp.server.name') }}, 'custom'),
            {{ mcp_server_of('spans.tool_name') }},
            '(redacted)'
        )
    end as mcp_server,
    case
        when spans.tool_name = 'mcp_tool' or spans.tool_name like 'mcp\_\_%' escape '\'
            then coalesce({{ mcp_tool_of('spans.tool_name') }}, '(redacted)')
    end as mcp_tool,
    case when spans.failed = 1 then 'error' else 'ok' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    spans.duration_ms as duration_ms
from spans
where spans.tool_name is not null
