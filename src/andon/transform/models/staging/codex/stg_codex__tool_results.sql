{{ config(materialized='table') }}
-- Code-mode models call one `exec` that runs a script; the calls inside it are told too, under ids of their own.
with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'call_id') }} as call_id,
        {{ json_text('records.attributes', 'tool_name') }} as tool_name,
        {{ json_text('records.attributes', 'success') }} as success,
        {{ json_int('records.attributes', 'process.exit.code') }} as exit_code,
        {{ json_float('records.attributes', 'duration_ms') }} as duration_ms
    from {{ codex_events(['codex.tool_result']) }} as records
),

wrappers as (
    select distinct
        outer_calls.org_id as org_id,
        outer_calls.event_id as event_id
    from told as outer_calls
    inner join told as inner_calls
        on
            outer_calls.org_id = inner_calls.org_id
            and outer_calls.session_id = inner_calls.session_id
            and outer_calls.source_rank = inner_calls.source_rank
            and inner_calls.call_id like 'exec-%'
            -- A second of slack: durations are whole milliseconds of another clock.
            and inner_calls.occurred_at_unix_nano
            between outer_calls.occurred_at_unix_nano - cast(coalesce(outer_calls.duration_ms, 0) * 1000000 as {{ int64() }}) - 1000000000
            and outer_calls.occurred_at_unix_nano + 1000000000
    where
        outer_calls.tool_name = 'exec'
        and outer_calls.call_id not like 'exec-%'
)

select
    told.*,
    {{ id_within('told.session_id', 'told.call_id') }} as call_key,
    case when coalesce(told.exit_code, 0) = 0 and coalesce(told.success, 'true') = 'true' then 1 else 0 end as had_effect
from told
left join wrappers
    on
        told.org_id = wrappers.org_id
        and told.event_id = wrappers.event_id
where wrappers.event_id is null
