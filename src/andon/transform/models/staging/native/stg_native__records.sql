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
        {{ native_operation('spans') }} as operation_name,
        spans.parent_span_id as parent_span_id,
        -- The receiving end of a request is told by the server, not by who asked.
        case when spans.kind = 2 then 1 else 0 end as is_server,
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
        coalesce({{ json_text('logged.attributes', 'gen_ai.operation.name') }}, 'chat') as operation_name,
        cast(null as {{ text() }}) as parent_span_id,
        0 as is_server,
        {{ json_float('logged.attributes', 'duration_ms') }} as duration_ms,
        cast(null as {{ int64() }}) as status_code
    from {{ ref('stg_otlp__log_records') }} as logged
    where
        logged.dialect = 'native'
        and (logged.event_name like 'andon.%' or logged.event_name = 'gen_ai.client.inference.operation.details')
),

sorted as (
    select
        told.*,
        {{ json_text('told.attributes', 'mcp.method.name') }} as mcp_method,
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
            when told.name like 'andon.%' then null
            when told.operation_name in ('chat', 'generate_content', 'text_completion', 'embeddings') then 'model_call'
            when told.operation_name = 'execute_tool' and told.is_server = 0 then 'tool_call'
        end as fact
    from told
),

-- Where two libraries watch one program, the outer one's call repeats the inner one's.
wrappers as (
    select distinct
        outer_calls.org_id as org_id,
        outer_calls.record_id as record_id
    from sorted as outer_calls
    inner join sorted as inner_calls
        on
            outer_calls.org_id = inner_calls.org_id
            and outer_calls.trace_id = inner_calls.trace_id
            and outer_calls.span_id = inner_calls.parent_span_id
            and outer_calls.agent = inner_calls.agent
    where
        outer_calls.is_span = 1
        and outer_calls.fact = 'model_call'
        and inner_calls.fact = 'model_call'
        and outer_calls.name <> 'andon.model_call'
),

-- A tool's call and the request that it makes to its server are one call: the outer one keeps what both know.
requests as (
    select
        inner_calls.org_id as org_id,
        inner_calls.record_id as record_id,
        outer_calls.record_id as outer_record_id,
        {{ known(json_text('inner_calls.attributes', 'mcp.server.name')) }} as server_beneath
    from sorted as inner_calls
    inner join sorted as outer_calls
        on
            inner_calls.org_id = outer_calls.org_id
            and inner_calls.trace_id = outer_calls.trace_id
            and inner_calls.parent_span_id = outer_calls.span_id
            and inner_calls.agent = outer_calls.agent
    where
        inner_calls.mcp_method = 'tools/call'
        and inner_calls.fact = 'tool_call'
        and outer_calls.fact = 'tool_call'
        and outer_calls.is_span = 1
),

requests_of_calls as (
    select
        requests.org_id as org_id,
        requests.outer_record_id as record_id,
        max(requests.server_beneath) as server_beneath
    from requests
    group by requests.org_id, requests.outer_record_id
)

select
    {%- for column in shared + [
        'agent', 'source_signal', 'is_span', 'name', 'operation_name', 'parent_span_id', 'is_server', 'duration_ms', 'status_code',
        'mcp_method', 'fact',
    ] %}
    sorted.{{ column }} as {{ column }},
    {%- endfor %}
    requests_of_calls.server_beneath as server_beneath,
    case when sorted.mcp_method = 'tools/call' or requests_of_calls.record_id is not null then 1 else 0 end as is_request
from sorted
left join wrappers
    on
        sorted.org_id = wrappers.org_id
        and sorted.record_id = wrappers.record_id
left join requests
    on
        sorted.org_id = requests.org_id
        and sorted.record_id = requests.record_id
left join requests_of_calls
    on
        sorted.org_id = requests_of_calls.org_id
        and sorted.record_id = requests_of_calls.record_id
where
    sorted.fact is not null
    and wrappers.record_id is null
    and requests.record_id is null
