with surrounded as (
    select
        told.org_id as org_id,
        told.record_id as record_id,
        max(case when around.name = 'Tool.execute' then 1 else 0 end) as within_task,
        max(case when around.name = 'SessionPrompt.command' then 1 else 0 end) as within_command
    from {{ opencode_spans(['SessionPrompt.createUserMessage']) }} as told
    inner join {{ opencode_spans(['Tool.execute', 'SessionPrompt.command']) }} as around
        on
            told.org_id = around.org_id
            and told.trace_id = around.trace_id
            and told.started_unix_nano >= around.started_unix_nano
            and told.occurred_at_unix_nano <= around.occurred_at_unix_nano
    where
        around.name <> 'Tool.execute'
        or {{ json_text('around.attributes', 'tool.name') }} = 'task'
    group by told.org_id, told.record_id
)

select
    {{ opencode_fact_columns('messages', "concat(messages.trace_id, '|', messages.span_id)") }},
    case
        when surrounded.within_task = 1 then 'synthetic'
        when surrounded.within_command = 1 then 'command'
        else 'human'
    end as origin
from {{ opencode_spans(['SessionPrompt.createUserMessage']) }} as messages
left join surrounded
    on
        messages.org_id = surrounded.org_id
        and messages.record_id = surrounded.record_id
where coalesce(messages.status_code, 0) <> 2
