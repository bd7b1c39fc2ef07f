with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'tool_use_id') }} as tool_use_id,
        {{ json_text('records.attributes', 'tool_name') }} as tool_name,
        {{ json_text('records.attributes', 'decision') }} as decision,
        {{ json_text('records.attributes', 'permission_mode') }} as permission_mode,
        {{ json_text('records.attributes', 'tool_source') }} as tool_source,
        {{ json_text('records.attributes', 'success') }} as success,
        -- Where decisions do not tell the mode, the latest change of it does.
        {{ last_in_window(json_text('records.attributes', 'to_mode')) }} over (
            partition by records.org_id, records.session_id
            order by records.occurred_at_unix_nano, records.sequence, records.record_id
            rows between unbounded preceding and current row
        ) as mode_in_force
    from {{ claude_code_logs(['tool_result', 'tool_decision', 'permission_mode_changed']) }} as records
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

-- A refused call has no result: the refusal is all there is.
calls as (
    select
        results.*,
        decisions.decision as last_decision,
        coalesce(results.permission_mode, decisions.permission_mode, results.mode_in_force) as mode,
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
        coalesce(refusals.permission_mode, refusals.mode_in_force) as mode,
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
            when calls.source_of_tool = 'mcp' or {{ json_text('calls.attributes', 'mcp.server.name') }} is not null then 'mcp'
            else {{ claude_code_tool_kind('calls.tool_name') }}
        end as tool_kind,
        {{ claude_code_told_name(json_text('calls.attributes', 'mcp.server.name')) }} as told_server,
        {{ claude_code_told_name(json_text('calls.attributes', 'andon.mcp.tool')) }} as told_tool
    from calls
)

select
    {{ fact_columns('named', "'logs'", 1, "'claude-code'", 'named.client', claude_code_call_key('named')) }},
    {{ claude_code_tool_name('named.tool_name', 'named.told_tool') }} as tool_name,
    named.tool_use_id as call_id,
    named.tool_kind as tool_kind,
    case
        when named.tool_kind = 'mcp' then coalesce(
            named.told_server,
            {{ mcp_server_of('named.tool_name') }},
            '(redacted)'
        )
    end as mcp_server,
    case
        when named.tool_kind = 'mcp' then coalesce(
            named.told_tool,
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
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client', claude_code_call_key('spans')) }},
    {{ claude_code_tool_name('spans.tool_name', 'null') }} as tool_name,
    {{ json_text('spans.attributes', 'tool_use_id') }} as call_id,
    {{ claude_code_tool_kind('spans.tool_name') }} as tool_kind,
    case
        when {{ claude_code_tool_kind('spans.tool_name') }} = 'mcp' then coalesce(
            {{ claude_code_told_name(json_text('spans.attributes', 'anthropic.mcp.server.name')) }},
            {{ mcp_server_of('spans.tool_name') }},
            '(redacted)'
        )
    end as mcp_server,
    case
        when {{ claude_code_tool_kind('spans.tool_name') }} = 'mcp' then coalesce(
            {{ claude_code_told_name(json_text('spans.attributes', 'gen_ai.tool.name')) }},
            {{ mcp_tool_of('spans.tool_name') }},
            '(redacted)'
        )
    end as mcp_tool,
    spans.outcome as outcome,
    {{ claude_code_autonomy('spans.permission_mode') }} as autonomy_level,
    spans.duration_ms as duration_ms
from {{ ref('stg_claude_code__tool_spans') }} as spans
