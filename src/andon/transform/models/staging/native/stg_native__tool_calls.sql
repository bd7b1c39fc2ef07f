with facts as (
    select
        told.*,
        coalesce(
            told.tool_name,
            -- The conventions name a span for its operation and tool.
            case
                when told.name like {{ pattern('execute_tool %') }} or told.name like 'tools/call %'
                    then {{ text_after('told.name', ' ') }}
            end,
            '(unknown)'
        ) as known_tool_name
    from {{ native_facts('tool_call', native_call_id()) }} as told
),

sorted as (
    select
        facts.*,
        coalesce(facts.mcp_server, facts.server_beneath, {{ mcp_server_of('facts.known_tool_name') }}) as server,
        case
            when facts.tool_kind in ('builtin', 'mcp', 'skill', 'subagent') then facts.tool_kind
            when facts.mcp_server is not null or facts.is_request = 1 then 'mcp'
            when facts.known_tool_name like {{ pattern('mcp__%') }} then 'mcp'
            else 'builtin'
        end as known_tool_kind
    from facts
)

select
    {{ native_fact_columns('sorted') }},
    sorted.known_tool_name as tool_name,
    sorted.call_id as call_id,
    sorted.known_tool_kind as tool_kind,
    case when sorted.known_tool_kind = 'mcp' then coalesce(sorted.server, '(unknown)') end as mcp_server,
    case
        when sorted.known_tool_kind = 'mcp'
            then coalesce(sorted.mcp_tool, {{ mcp_tool_of('sorted.known_tool_name') }}, sorted.known_tool_name)
    end as mcp_tool,
    case
        when sorted.tool_outcome in ('ok', 'error', 'denied') then sorted.tool_outcome
        when sorted.error_type is not null or sorted.status_code = 2 then 'error'
        else 'ok'
    end as outcome,
    case
        when sorted.autonomy_level in ('auto-high', 'auto-medium', 'auto-low', 'spec', 'manual') then sorted.autonomy_level
        when sorted.autonomy_level = 'off' then 'manual'
    end as autonomy_level,
    sorted.duration_ms as duration_ms
from sorted
union all
-- Where neither spans nor records come: how often the conventions' histogram was added to.
select
    {{ point_fact_columns('counted', "coalesce(counted.agent_declared, " ~ known('counted.service_name') ~ ", '(unknown)')",
        'counted.client_declared', count='counted.count_increment') }},
    coalesce({{ json_text('counted.attributes', 'gen_ai.tool.name') }}, '(unknown)') as tool_name,
    cast(null as {{ text() }}) as call_id,
    case
        when {{ mcp_server_of(json_text('counted.attributes', 'gen_ai.tool.name')) }} is not null then 'mcp'
        else 'builtin'
    end as tool_kind,
    {{ mcp_server_of(json_text('counted.attributes', 'gen_ai.tool.name')) }} as mcp_server,
    {{ mcp_tool_of(json_text('counted.attributes', 'gen_ai.tool.name')) }} as mcp_tool,
    case when {{ json_text('counted.attributes', 'error.type') }} is null then 'ok' else 'error' end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    cast(null as {{ float64() }}) as duration_ms
from {{ counted_points('native', ['gen_ai.execute_tool.duration']) }} as counted
where counted.count_increment > 0
