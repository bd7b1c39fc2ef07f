{%- set shared = [
    'org_id', 'record_id', 'ingest_key_id', 'event_date', 'occurred_at', 'occurred_at_unix_nano', 'service_version',
    'attributes', 'session_id', 'identity_email', 'identity_account', 'identity_user', 'identity_install', 'team',
    'repository', 'client_declared', 'trace_id', 'span_id',
] -%}
with told as (
    select
        {%- for column in shared %}
        spans.{{ column }} as {{ column }},
        {%- endfor %}
        coalesce(spans.agent_declared, {{ known('spans.service_name') }}, '(unknown)') as agent,
        'spans' as source_signal,
        1 as is_span,
        spans.name as name,
        spans.operation_name as operation_name,
        spans.duration_ms as duration_ms,
        spans.status_code as status_code
    from {{ ref('stg_otlp__spans') }} as spans
    where spans.dialect = 'native'
    union all
    select
        {%- for column in shared %}
        logged.{{ column }} as {{ column }},
        {%- endfor %}
        coalesce(logged.agent_declared, {{ known('logged.service_name') }}, '(unknown)') as agent,
        'logs' as source_signal,
        0 as is_span,
        logged.event_name as name,
        null as operation_name,
        {{ json_float('logged.attributes', 'duration_ms') }} as duration_ms,
        null as status_code
    from {{ ref('stg_otlp__log_records') }} as logged
    where
        logged.dialect = 'native'
        and logged.event_name like 'andon.%'
),

sorted as (
    select
        told.*,
        case
            when told.name = 'andon.session' then 'session_start'
            when told.name = 'andon.user_message' then 'user_message'
            when told.name = 'andon.assistant_message' then 'assistant_message'
            when told.name = 'andon.model_call' then 'model_call'
            when told.name = 'andon.tool_call' then 'tool_call'
            when told.name = 'andon.file_change' then 'file_change'
            when told.name = 'andon.git_action' then 'git_action'
            when told.name = 'andon.skill' then 'skill_activation'
            when told.name = 'andon.slash_command' then 'slash_command'
            when told.name = 'andon.hook' then 'hook_run'
            when told.operation_name in ('chat', 'generate_content', 'text_completion') then 'model_call'
            when told.operation_name = 'execute_tool' then 'tool_call'
        end as fact
    from told
)

select sorted.*
from sorted
where sorted.fact is not null
