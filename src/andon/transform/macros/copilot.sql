{# What the two Copilots have in common: GenAI spans, and span events for what has no span. #}

{% macro copilot_cli_recognised(name, scope_name, service_name) -%}
    coalesce({{ service_name }}, '') <> 'copilot-chat'
        and (
            {{ service_name }} = 'github-copilot'
            or {{ scope_name }} = 'github.copilot'
            or {{ name }} like 'github.copilot.%'
        )
{%- endmacro %}

{% macro vscode_copilot_chat_recognised(name, scope_name, service_name) -%}
    {{ service_name }} = 'copilot-chat'
        or {{ scope_name }} = 'copilot-chat'
        or {{ name }} like {{ pattern('copilot_chat.%') }}
{%- endmacro %}

{% macro copilot_agent(dialect) -%} '{{ dialect | replace('_', '-') }}' {%- endmacro %}

{# Where the person met the agent: the editor's is the editor; the command line does not say whether it had a terminal. #}
{% macro copilot_client(dialect, rows) -%}
    {{ "coalesce(" ~ rows ~ ".client_declared, 'ide')" if dialect == 'vscode_copilot_chat' else rows ~ '.client_declared' }}
{%- endmacro %}

{# Spans come first for the editor too: its log records tell less. #}
{% macro copilot_rank(dialect, signal) -%}
    {{ return({'spans': 1, 'logs': 2, 'metrics': 3}[signal] if dialect == 'vscode_copilot_chat' else {'spans': 2, 'metrics': 3}[signal]) }}
{%- endmacro %}

{% macro copilot_fact_columns(dialect, rows, dedupe_key, signal='spans') -%}
    {{ fact_columns(rows, "'" ~ signal ~ "'", copilot_rank(dialect, signal), copilot_agent(dialect),
        copilot_client(dialect, rows), dedupe_key) }}
{%- endmacro %}

{% macro copilot_point_columns(dialect, rows) -%}
    {{ point_fact_columns(rows, copilot_agent(dialect), copilot_client(dialect, rows)) }}
{%- endmacro %}

{# Finished spans of one GenAI operation. #}
{% macro copilot_spans(dialect, operation) -%}
    (
        select finished.*
        from {{ ref('stg_otlp__spans') }} as finished
        where
            finished.dialect = '{{ dialect }}'
            and finished.operation_name = '{{ operation }}'
    )
{%- endmacro %}

{# Span events of one name: columns of their span, `position` and `event_attributes`. #}
{% macro copilot_events(dialect, name) -%}
    (
        select
            spans.*,
            listed.position as position,
            {{ json_value('listed.item', 'attributes') }} as event_attributes
        from {{ ref('stg_otlp__spans') }} as spans
        {{ join_json_items('spans.events', 'listed') }}
        where
            spans.dialect = '{{ dialect }}'
            and {{ json_text('listed.item', 'name') }} = '{{ name }}'
    )
{%- endmacro %}

{# A call's own id within its conversation, else its span's. #}
{% macro copilot_call_key(rows, call_id) -%}
    coalesce({{ id_within(rows ~ '.session_id', call_id) }}, concat({{ rows }}.trace_id, '|', {{ rows }}.span_id))
{%- endmacro %}

{# Whether a tool's name is two SHA-256 digests in hex: a server's and a tool's. #}
{% macro copilot_is_hashed(tool_name) -%}
    (length({{ tool_name }}) = 129 and substr({{ tool_name }}, 65, 1) = '/')
{%- endmacro %}

{# What a tool is; the editor and the command line name theirs differently. #}
{% macro copilot_tool_kind(tool_name, mcp_server) -%}
    case
        when {{ mcp_server }} is not null or {{ copilot_is_hashed(tool_name) }} or {{ tool_name }} like {{ pattern('mcp_%') }}
            then 'mcp'
        when {{ tool_name }} = 'skill' then 'skill'
        when {{ tool_name }} in ('task', 'runSubagent', 'search_subagent') then 'subagent'
        else 'builtin'
    end
{%- endmacro %}

{# Requests to a model by `chat` spans: `invoke_agent` repeats the sum of its own. #}
{% macro copilot_model_calls_query(dialect) %}
with calls as (
    select
        spans.*,
        {{ tokens(json_int('spans.attributes', 'gen_ai.usage.input_tokens')) }} as prompt,
        {{ tokens(json_int('spans.attributes', 'gen_ai.usage.cache_read.input_tokens')) }} as cached,
        {{ tokens(
            'coalesce(' ~ json_int('spans.attributes', 'gen_ai.usage.cache_creation.input_tokens') ~ ', '
            ~ json_int('spans.attributes', 'gen_ai.usage.cache_write.input_tokens') ~ ')'
        ) }} as written,
        {{ tokens(json_int('spans.attributes', 'gen_ai.usage.output_tokens')) }} as output,
        {{ tokens(
            'coalesce(' ~ json_int('spans.attributes', 'gen_ai.usage.reasoning.output_tokens') ~ ', '
            ~ json_int('spans.attributes', 'gen_ai.usage.reasoning_tokens') ~ ')'
        ) }} as reasoning
    from {{ copilot_spans(dialect, 'chat') }} as spans
    where {{ json_text('spans.attributes', 'gen_ai.usage.input_tokens') }} is not null
)

select
    {{ copilot_fact_columns(dialect, 'calls',
        copilot_call_key('calls', json_text('calls.attributes', 'gen_ai.response.id'))) }},
    coalesce(
        {{ json_text('calls.attributes', 'gen_ai.response.model') }}, {{ json_text('calls.attributes', 'gen_ai.request.model') }}
    ) as model,
    {{ model_tier('calls.reasoning', json_text('calls.attributes', 'gen_ai.request.reasoning.level')) }} as model_tier,
    case
        when {{ json_text('calls.attributes', 'github.copilot.initiator') }} = 'sub-agent' then 'subagent'
        else 'main'
    end as purpose,
    {{ tokens('calls.prompt - calls.cached - calls.written') }} as input_tokens,
    calls.output as output_tokens,
    calls.cached as cache_read_tokens,
    calls.written as cache_write_tokens,
    calls.reasoning as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from calls
{% endmacro %}

{# Calls of tools by `execute_tool` spans. #}
{% macro copilot_tool_calls_query(dialect) %}
with calls as (
    select
        spans.*,
        {{ json_text('spans.attributes', 'gen_ai.tool.name') }} as tool_name,
        {{ json_text('spans.attributes', 'gen_ai.tool.call.id') }} as call_id,
        coalesce(
            {{ json_text('spans.attributes', 'mcp.server.name') }},
            {{ json_text('spans.attributes', 'github.copilot.tool.parameters.mcp_server_name') }},
            {{ json_text('spans.attributes', 'github.copilot.tool.parameters.mcp_server_name_hash') }},
            {{ json_text('spans.attributes', 'github.copilot.mcp_server_name_hash') }}
        ) as mcp_server
    from {{ copilot_spans(dialect, 'execute_tool') }} as spans
    where {{ json_text('spans.attributes', 'gen_ai.tool.name') }} is not null
),

sorted as (
    select
        calls.*,
        {{ copilot_tool_kind('calls.tool_name', 'calls.mcp_server') }} as tool_kind
    from calls
)

select
    {{ copilot_fact_columns(dialect, 'sorted', copilot_call_key('sorted', 'sorted.call_id')) }},
    sorted.tool_name as tool_name,
    sorted.call_id as call_id,
    sorted.tool_kind as tool_kind,
    case
        when sorted.tool_kind = 'mcp' then coalesce(
            sorted.mcp_server,
            case when {{ copilot_is_hashed('sorted.tool_name') }} then left(sorted.tool_name, 64) end,
            {{ glued_mcp_server('sorted.tool_name') }},
            '(redacted)'
        )
    end as mcp_server,
    case
        when sorted.tool_kind = 'mcp' then coalesce(
            {{ json_text('sorted.attributes', 'andon.mcp.tool') }},
            {{ json_text('sorted.attributes', 'github.copilot.mcp_tool_name') }},
            case when {{ copilot_is_hashed('sorted.tool_name') }} then substr(sorted.tool_name, 66) end,
            {{ glued_mcp_tool('sorted.tool_name', 'sorted.mcp_server') }}
        )
    end as mcp_tool,
    case
        when {{ json_text('sorted.attributes', 'error.type') }} in ('denied', 'rejected', 'permission_denied', 'PermissionDenied')
            then 'denied'
        when {{ json_text('sorted.attributes', 'error.type') }} is not null or sorted.status_code = 2 then 'error'
        else 'ok'
    end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    sorted.duration_ms as duration_ms
from sorted
{% endmacro %}

{# Files by the arguments that ingest read, else by the names of tools that change one file. #}
{% macro copilot_file_changes_query(dialect, create_tools, edit_tools) %}
with calls as (
    select
        spans.*,
        {{ json_text('spans.attributes', 'gen_ai.tool.name') }} as tool_name,
        {{ json_value('spans.attributes', 'andon.file_changes') }} as file_changes,
        {{ json_text('spans.attributes', 'github.copilot.tool.parameters.edit_type') }} as edit_type
    from {{ copilot_spans(dialect, 'execute_tool') }} as spans
    where
        {{ json_text('spans.attributes', 'error.type') }} is null
        and coalesce(spans.status_code, 0) <> 2
),

changes as (
    select
        calls.*,
        listed.position as position,
        {{ json_text('listed.item', 'operation') }} as operation,
        {{ json_text('listed.item', 'extension') }} as extension,
        {{ json_int('listed.item', 'lines_added') }} as lines_added,
        {{ json_int('listed.item', 'lines_removed') }} as lines_removed
    from calls
    {{ join_json_items('calls.file_changes', 'listed') }}
    where calls.file_changes is not null
    union all
    select
        calls.*,
        1 as position,
        case
            when calls.edit_type is not null then case calls.edit_type when 'create' then 'create' else 'edit' end
            when calls.tool_name in ('{{ create_tools | join("', '") }}') then 'create'
            else 'edit'
        end as operation,
        {{ json_text('calls.attributes', 'file.extension') }} as extension,
        cast(null as {{ int64() }}) as lines_added,
        cast(null as {{ int64() }}) as lines_removed
    from calls
    where
        calls.file_changes is null
        and calls.tool_name in ('{{ (create_tools + edit_tools) | join("', '") }}')
)

select
    {{ copilot_fact_columns(dialect, 'changes',
        "concat(" ~ copilot_call_key('changes', json_text('changes.attributes', 'gen_ai.tool.call.id'))
        ~ ", '|', changes.position)") }},
    changes.operation as operation,
    {{ file_extension('changes.extension') }} as extension,
    changes.lines_added as lines_added,
    changes.lines_removed as lines_removed
from changes
where changes.operation in ('create', 'edit', 'delete')
{% endmacro %}

{# Commits and pull requests in commands that ended well. #}
{% macro copilot_git_actions_query(dialect) %}
with actions as (
    select
        spans.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind
    from {{ copilot_spans(dialect, 'execute_tool') }} as spans
    {{ join_json_items(json_value('spans.attributes', 'andon.git_actions'), 'listed') }}
    where
        {{ json_text('spans.attributes', 'error.type') }} is null
        and coalesce({{ json_int('spans.attributes', 'process.exit.code') }}, 0) = 0
)

select
    {{ copilot_fact_columns(dialect, 'actions',
        "concat(" ~ copilot_call_key('actions', json_text('actions.attributes', 'gen_ai.tool.call.id'))
        ~ ", '|', actions.git_kind, '|', actions.position)") }},
    actions.git_kind as git_kind,
    'parsed' as confidence
from actions
where actions.git_kind in ('commit', 'pull_request')
{% endmacro %}

{# Responses that hold text: known where content is captured, else those that did not end in a call of a tool. #}
{% macro copilot_assistant_messages_query(dialect) %}
select
    {{ copilot_fact_columns(dialect, 'spans',
        copilot_call_key('spans', json_text('spans.attributes', 'gen_ai.response.id'))) }},
    coalesce(
        {{ json_text('spans.attributes', 'gen_ai.response.model') }}, {{ json_text('spans.attributes', 'gen_ai.request.model') }}
    ) as model
from {{ copilot_spans(dialect, 'chat') }} as spans
where
    case {{ json_text('spans.attributes', 'andon.response.has_text') }}
        when 'true' then 1
        when 'false' then 0
        else
            case
                when {{ json_text('spans.attributes', 'error.type') }} is not null then 0
                when {{ json_value('spans.attributes', 'gen_ai.response.finish_reasons') }} like {{ pattern('%tool_call%') }} then 0
                else 1
            end
    end = 1
{% endmacro %}

{# Nothing is looked up in other records. #}
{% macro copilot_cli_groups(signal) -%}
    {{ return(groups_by_record(signal)) }}
{%- endmacro %}

{% macro vscode_copilot_chat_groups(signal) -%}
    {{ return(groups_by_record(signal)) }}
{%- endmacro %}
