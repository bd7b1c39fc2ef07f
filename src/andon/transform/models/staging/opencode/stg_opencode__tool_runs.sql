{{ config(materialized='table') }}
-- A call is told by OpenCode (Tool.execute), and by the model's library (ai.toolCall) when that is switched on.
with named as (
    select
        told.*,
        coalesce(
            {{ json_text('told.attributes', 'tool.name') }}, {{ json_text('told.attributes', 'ai.toolCall.name') }}, '(unknown)'
        ) as tool_name,
        coalesce(
            {{ json_text('told.attributes', 'tool.call_id') }}, {{ json_text('told.attributes', 'ai.toolCall.id') }}
        ) as call_id,
        {{ json_int('told.attributes', 'process.exit.code') }} as told_exit_code,
        {{ json_text('told.attributes', 'andon.skill.name') }} as told_skill,
        case
            when
                told.events like '%RejectedError%' or told.events like '%DeniedError%'
                or told.events like '%CorrectedError%'
                then 1
            else 0
        end as told_refused
    from {{ opencode_spans(['Tool.execute', 'ai.toolCall']) }} as told
),

keyed as (
    select
        named.*,
        coalesce(
            {{ id_within('named.own_session_id', 'named.call_id') }}, concat(named.trace_id, '|', named.span_id)
        ) as call_key
    from named
    where
        -- A file that a person attached is read by the same tool, for no call of a model's.
        not (named.call_id is null and named.tool_name in ('read', 'list'))
        -- A wrapper: the calls within it are told one by one.
        and named.tool_name <> 'batch'
),

-- OpenCode shortens what an installation's own tool gives within the tool's span, a server's after it.
own_tools as (
    select distinct
        named.org_id as org_id,
        named.tool_name as tool_name
    from named
    inner join {{ ref('stg_otlp__spans') }} as within_it
        on
            named.org_id = within_it.org_id
            and named.trace_id = within_it.trace_id
            and named.span_id = within_it.parent_span_id
            and within_it.name in ('Truncate.output', 'Agent.get')
    where named.name = 'Tool.execute'
)

select
    keyed.*,
    max(keyed.told_skill) over of_the_call as skill_name,
    max(keyed.told_exit_code) over of_the_call as exit_code,
    max(case when keyed.name = 'Tool.execute' then keyed.duration_ms end) over of_the_call as run_ms,
    case
        when max(keyed.told_refused) over of_the_call = 1 then 'denied'
        when max(coalesce(keyed.status_code, 0)) over of_the_call = 2 then 'error'
        else 'ok'
    end as outcome,
    case
        when keyed.tool_name = 'skill' then 'skill'
        when keyed.tool_name = 'task' then 'subagent'
        when keyed.tool_name in ('{{ opencode_builtin_tools() | join("', '") }}') then 'builtin'
        when own_tools.tool_name is not null then 'builtin'
        when keyed.tool_name like {{ pattern('%_%') }} then 'mcp'
        else 'builtin'
    end as tool_kind
from keyed
left join own_tools
    on
        keyed.org_id = own_tools.org_id
        and keyed.tool_name = own_tools.tool_name
window of_the_call as (partition by keyed.org_id, keyed.call_key)
