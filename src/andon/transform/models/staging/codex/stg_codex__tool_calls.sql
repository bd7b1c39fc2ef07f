with decisions as (
    select
        decided.*,
        row_number() over (
            partition by decided.org_id, decided.session_id, decided.source_rank, decided.call_id
            order by decided.occurred_at_unix_nano desc, decided.event_id
        ) as place
    from (
        select
            records.*,
            {{ json_text('records.attributes', 'call_id') }} as call_id,
            {{ json_text('records.attributes', 'tool_name') }} as tool_name,
            lower({{ json_text('records.attributes', 'decision') }}) as decision
        from {{ codex_events(['codex.tool_decision']) }} as records
    ) as decided
    where decided.call_id is not null
),

refusals as (
    select decisions.*
    from decisions
    where
        decisions.place = 1
        and (decisions.decision like 'denied%' or decisions.decision in ('abort', 'aborted', 'rejected', 'timed_out'))
),

results as (
    select results.*
    from {{ ref('stg_codex__tool_results') }} as results
),

calls as (
    select
        results.org_id as org_id,
        results.event_id as event_id,
        results.call_id as call_id,
        results.tool_name as tool_name,
        results.duration_ms as duration_ms,
        case
            when results.success <> 'false' or results.success is null then 'ok'
            when refusals.event_id is not null then 'denied'
            else 'error'
        end as outcome
    from results
    left join refusals
        on
            results.org_id = refusals.org_id
            and results.session_id = refusals.session_id
            and results.source_rank = refusals.source_rank
            and results.call_id = refusals.call_id
    union all
    select
        refusals.org_id as org_id,
        refusals.event_id as event_id,
        refusals.call_id as call_id,
        refusals.tool_name as tool_name,
        cast(null as {{ float64() }}) as duration_ms,
        'denied' as outcome
    from refusals
    left join results
        on
            refusals.org_id = results.org_id
            and refusals.session_id = results.session_id
            and refusals.source_rank = results.source_rank
            and refusals.call_id = results.call_id
    where results.event_id is null
),

records as (
    select records.*
    from {{ codex_events(['codex.tool_result', 'codex.tool_decision']) }} as records
),

starts as (
    select
        records.org_id as org_id,
        records.session_id as session_id,
        records.source_rank as source_rank,
        records.occurred_at_unix_nano as occurred_at_unix_nano,
        {{ json_text('records.attributes', 'sandbox_policy') }} as sandbox_policy,
        {{ json_text('records.attributes', 'approval_policy') }} as approval_policy
    from {{ codex_events(['codex.conversation_starts']) }} as records
),

-- A resumed conversation states its policies again: the latest statement before the call holds.
governed as (
    select
        made.*,
        starts.sandbox_policy as sandbox_policy,
        starts.approval_policy as approval_policy,
        coalesce(
            nullif({{ json_text('made.attributes', 'mcp_server') }}, ''),
            nullif({{ json_text('made.attributes', 'mcp.server.name') }}, ''),
            case
                when {{ json_text('made.attributes', 'tool_namespace') }} like {{ pattern('mcp__%') }}
                    then rtrim(substr({{ json_text('made.attributes', 'tool_namespace') }}, 6), '_')
            end,
            {{ mcp_server_of('made.tool_name') }}
        ) as server,
        row_number() over (
            partition by made.org_id, made.event_id
            order by
                starts.occurred_at_unix_nano desc,
                coalesce(starts.sandbox_policy, ''),
                coalesce(starts.approval_policy, '')
        ) as place
    from (
        select
            records.*,
            calls.call_id as call_id,
            calls.tool_name as tool_name,
            calls.duration_ms as duration_ms,
            calls.outcome as outcome
        from records
        inner join calls
            on
                records.org_id = calls.org_id
                and records.event_id = calls.event_id
    ) as made
    left join starts
        on
            made.org_id = starts.org_id
            and made.session_id = starts.session_id
            and made.source_rank = starts.source_rank
            and starts.occurred_at_unix_nano <= made.occurred_at_unix_nano
),

points as (
    select
        told.*,
        {{ json_text('told.attributes', 'tool') }} as tool_name,
        {{ json_text('told.attributes', 'server') }} as server,
        {{ json_text('told.attributes', 'sandbox_policy') }} as sandbox_policy,
        lower(coalesce({{ json_text('told.attributes', 'status') }}, {{ json_text('told.attributes', 'success') }})) as result
    from {{ codex_points(['codex.tool.call', 'codex.mcp.call']) }} as told
),

-- Processes that count calls of servers by themselves, and those that count more than a script's calls.
processes as (
    select
        points.org_id as org_id,
        points.resource_attributes as resource_attributes,
        points.event_date as event_date,
        max(case when points.metric_name = 'codex.mcp.call' then 1 else 0 end) as tells_servers,
        max(case when points.metric_name = 'codex.tool.call' and points.tool_name <> 'exec' then 1 else 0 end) as tells_others,
        case when count(distinct points.sandbox_policy) = 1 then min(points.sandbox_policy) end as only_policy
    from points
    group by points.org_id, points.resource_attributes, points.event_date
),

counted as (
    select
        points.*,
        coalesce(points.sandbox_policy, processes.only_policy) as known_policy
    from points
    inner join processes
        on
            points.org_id = processes.org_id
            and points.resource_attributes = processes.resource_attributes
            and points.event_date = processes.event_date
    where
        points.metric_name = 'codex.mcp.call'
        or (
            not (points.tool_name like {{ pattern('mcp__%') }} and processes.tells_servers = 1)
            and not (points.tool_name = 'exec' and processes.tells_others = 1)
        )
)

select
    {{ fact_columns('governed', 'governed.source_signal', 'governed.source_rank', "'codex'", 'governed.client',
        "coalesce(" ~ id_within('governed.session_id', 'governed.call_id') ~ ", governed.event_id)") }},
    governed.tool_name as tool_name,
    governed.call_id as call_id,
    case
        when governed.server is not null then 'mcp'
        when governed.tool_name = 'spawn_agent' then 'subagent'
        else 'builtin'
    end as tool_kind,
    governed.server as mcp_server,
    case
        when governed.server is not null
            then coalesce({{ mcp_tool_of('governed.tool_name') }}, governed.tool_name)
    end as mcp_tool,
    governed.outcome as outcome,
    {{ codex_autonomy('governed.sandbox_policy', 'governed.approval_policy') }} as autonomy_level,
    governed.duration_ms as duration_ms
from governed
where governed.place = 1
union all
select
    {{ point_fact_columns('counted', "'codex'", 'counted.client') }},
    counted.tool_name as tool_name,
    cast(null as {{ text() }}) as call_id,
    case
        when counted.metric_name = 'codex.mcp.call' or counted.tool_name like {{ pattern('mcp__%') }} then 'mcp'
        when counted.tool_name = 'spawn_agent' then 'subagent'
        else 'builtin'
    end as tool_kind,
    coalesce(counted.server, {{ mcp_server_of('counted.tool_name') }}) as mcp_server,
    case
        when counted.metric_name = 'codex.mcp.call' then counted.tool_name
        else {{ mcp_tool_of('counted.tool_name') }}
    end as mcp_tool,
    case when counted.result in ('true', 'ok', 'success') or counted.result is null then 'ok' else 'error' end as outcome,
    {{ codex_autonomy('counted.known_policy') }} as autonomy_level,
    cast(null as {{ float64() }}) as duration_ms
from counted
