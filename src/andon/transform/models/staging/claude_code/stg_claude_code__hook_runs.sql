with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'hook_event') }} as hook_event,
        {{ json_text('records.attributes', 'hook_name') }} as hook_name,
        {{ json_text('records.attributes', 'hook_matcher') }} as hook_matcher
    from {{ claude_code_logs(['hook_registered', 'hook_execution_complete']) }} as records
),

registered as (
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.hook_event as hook_event,
        case when count(distinct coalesce(told.hook_matcher, '')) = 1 then min(told.hook_matcher) end as only_matcher
    from told
    where told.event_name = 'hook_registered'
    group by told.org_id, told.session_id, told.hook_event
)

select
    {{ fact_columns('told', "'logs'", 1, "'claude-code'", 'told.client', 'told.record_id') }},
    coalesce(told.hook_event, {{ text_before('told.hook_name', ':') }}, '(unknown)') as hook_event,
    -- The tool in a hook's name is what matched; the matcher that was configured is known with tool details only.
    coalesce(registered.only_matcher, {{ text_after('told.hook_name', ':') }}, '') as hook_matcher,
    '' as hook_command
from told
left join registered
    on
        told.org_id = registered.org_id
        and told.session_id = registered.session_id
        and told.hook_event = registered.hook_event
where told.event_name = 'hook_execution_complete'
union all
select
    {{ fact_columns('spans', "'spans'", 2, "'claude-code'", 'spans.client', 'spans.record_id') }},
    coalesce(
        {{ json_text('spans.attributes', 'hook_event') }},
        {{ text_before(json_text('spans.attributes', 'hook_name'), ':') }},
        '(unknown)'
    ) as hook_event,
    coalesce({{ text_after(json_text('spans.attributes', 'hook_name'), ':') }}, '') as hook_matcher,
    '' as hook_command
from {{ claude_code_spans(['claude_code.hook']) }} as spans
