{# The facts that Gemini CLI and Qwen Code tell in the same way: whole queries, one a kind. #}

{# Sessions that an event or the counter says have begun. #}
{% macro gemini_session_starts_query(dialect, start_event) %}
with starts as (
    select
        records.*,
        row_number() over (
            partition by records.org_id, records.session_id
            order by records.occurred_at_unix_nano, records.record_id
        ) as place
    from {{ gemini_family_logs(dialect, [start_event]) }} as records
)

select
    {{ gemini_fact_columns(dialect, 'starts', 'starts.record_id') }},
    case when starts.place = 1 then 'fresh' else 'resume' end as start_type
from starts
union all
select
    {{ gemini_point_columns(dialect, 'points') }},
    cast(null as {{ text() }}) as start_type
from {{ gemini_family_points(dialect, [gemini_prefix(dialect) ~ '.session.count']) }} as points
{% endmacro %}

{#
    Messages by log records. A custom command in the terminal is told as a command alone; what tells it from a
    built-in one is that the model is asked next.
#}
{% macro gemini_user_messages_query(dialect) %}
with told as (
    select records.*
    from {{ gemini_family_logs(dialect, ['user_prompt', 'slash_command', 'api_request']) }} as records
    where
        records.event <> 'api_request'
        or {{ gemini_purpose(
            json_text('records.attributes', 'role'), json_text('records.attributes', 'subagent_name')
        ) }} = 'main'
),

followed as (
    select
        told.*,
        lead(told.event) over (
            partition by told.org_id, told.session_id
            order by told.occurred_at_unix_nano, told.record_id
        ) as next_event
    from told
)

select
    {{ gemini_fact_columns(dialect, 'followed', 'followed.record_id') }},
    case
        when {{ json_text('followed.attributes', 'andon.message.origin') }} = 'synthetic' then 'synthetic'
        when followed.event = 'slash_command' then 'command'
        else 'human'
    end as origin
from followed
where
    followed.event = 'user_prompt'
    or (followed.event = 'slash_command' and followed.next_event = 'api_request')
{% endmacro %}

{#
    Answers. Nobody says which responses held text: one that was followed by a call of a tool may have held none, so
    the last response to each prompt is taken for its answer.
#}
{% macro gemini_assistant_messages_query(dialect) %}
with responses as (
    select
        records.*,
        row_number() over (
            partition by
                records.org_id, records.session_id,
                coalesce({{ json_text('records.attributes', 'prompt_id') }}, records.record_id)
            order by records.occurred_at_unix_nano desc, records.record_id desc
        ) as place
    from {{ gemini_family_logs(dialect, ['api_response']) }} as records
    where
        {{ gemini_purpose(
            json_text('records.attributes', 'role'), json_text('records.attributes', 'subagent_name')
        ) }} <> 'auxiliary'
)

select
    {{ gemini_fact_columns(dialect, 'responses', 'responses.record_id') }},
    {{ json_text('responses.attributes', 'model') }} as model
from responses
where responses.place = 1
{% endmacro %}

{#
    Requests to a model, by log records and by the counter.

    thoughts_are_output: whether the output holds the thoughts already.
#}
{% macro gemini_model_calls_query(dialect, thoughts_are_output) %}
with calls as (
    select
        records.*,
        {{ tokens(json_int('records.attributes', 'cached_content_token_count')) }} as cached,
        {{ tokens(json_int('records.attributes', 'input_token_count')) }} as prompt,
        {{ tokens(json_int('records.attributes', 'output_token_count')) }} as output,
        {{ tokens(json_int('records.attributes', 'thoughts_token_count')) }} as thoughts
    from {{ gemini_family_logs(dialect, ['api_response']) }} as records
)

select
    {{ gemini_fact_columns(dialect, 'calls', gemini_call_key('calls', json_text('calls.attributes', 'response_id'))) }},
    {{ json_text('calls.attributes', 'model') }} as model,
    {{ model_tier('calls.thoughts', 'null') }} as model_tier,
    {{ gemini_purpose(
        json_text('calls.attributes', 'role'), json_text('calls.attributes', 'subagent_name')
    ) }} as purpose,
    {{ tokens('calls.prompt - calls.cached') }} as input_tokens,
    {{ 'calls.output' if thoughts_are_output else 'calls.output + calls.thoughts' }} as output_tokens,
    calls.cached as cache_read_tokens,
    {{ tokens('null') }} as cache_write_tokens,
    calls.thoughts as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from calls
union all
select
    {{ fact_columns('points', "'metrics'", 3, gemini_agent(dialect), 'points.client_declared', 'points.dedupe_key',
        agent_version=gemini_version(dialect, 'points')) }},
    points.model as model,
    {{ model_tier('points.thoughts', 'null') }} as model_tier,
    'main' as purpose,
    {{ tokens('points.prompt - points.cached') }} as input_tokens,
    {{ 'points.output' if thoughts_are_output else 'points.output + points.thoughts' }} as output_tokens,
    points.cached as cache_read_tokens,
    {{ tokens('null') }} as cache_write_tokens,
    points.thoughts as reasoning_tokens,
    {{ safe_float('null') }} as cost_usd
from {{ token_points(dialect, [gemini_prefix(dialect) ~ '.token.usage'], 'model', 'type',
    {'input': 'prompt', 'output': 'output', 'cache': 'cached', 'thought': 'thoughts'}) }} as points
{% endmacro %}

{# Calls of tools by log records and by the counter; the mode that was stated last before a call governs it. #}
{% macro gemini_tool_calls_query(dialect) %}
with told as (
    select
        records.*,
        {{ json_text('records.attributes', 'function_name') }} as tool_name,
        {{ json_text('records.attributes', 'call_id') }} as call_id,
        nullif({{ json_text('records.attributes', 'mcp_server_name') }}, '') as mcp_server,
        {{ gemini_tool_kind(
            json_text('records.attributes', 'function_name'),
            "nullif(" ~ json_text('records.attributes', 'mcp_server_name') ~ ", '')",
            json_text('records.attributes', 'tool_type')
        ) }} as tool_kind,
        coalesce(
            {{ json_text('records.attributes', 'to_mode') }}, {{ json_text('records.attributes', 'approval_mode') }}
        ) as mode
    from {{ gemini_family_logs(dialect, [
        'config', 'plan.approval_mode_switch', 'approval_mode_switch', 'model_routing', 'tool_call'
    ]) }} as records
),

calls as (
    select
        told.*,
        {{ last_in_window('told.mode') }} over (
            partition by told.org_id, told.session_id
            order by told.occurred_at_unix_nano, told.record_id
            rows between unbounded preceding and current row
        ) as governing_mode
    from told
),

points as (
    select
        counted.*,
        {{ json_text('counted.attributes', 'function_name') }} as tool_name,
        {{ gemini_tool_kind(
            json_text('counted.attributes', 'function_name'), 'null', json_text('counted.attributes', 'tool_type')
        ) }} as tool_kind
    from {{ gemini_family_points(dialect, [gemini_prefix(dialect) ~ '.tool.call.count']) }} as counted
)

select
    {{ gemini_fact_columns(dialect, 'calls', gemini_call_key('calls', 'calls.call_id')) }},
    calls.tool_name as tool_name,
    calls.call_id as call_id,
    calls.tool_kind as tool_kind,
    case
        when calls.tool_kind = 'mcp'
            then coalesce(calls.mcp_server, {{ glued_mcp_server('calls.tool_name') }}, '(redacted)')
    end as mcp_server,
    case when calls.tool_kind = 'mcp' then {{ glued_mcp_tool('calls.tool_name', 'calls.mcp_server') }} end as mcp_tool,
    case
        when {{ json_text('calls.attributes', 'decision') }} = 'reject' then 'denied'
        when {{ json_text('calls.attributes', 'execution_status') }} in ('not_started', 'not_executed') then 'denied'
        when {{ json_text('calls.attributes', 'status') }} = 'cancelled' then 'denied'
        when {{ json_text('calls.attributes', 'success') }} = 'false' then 'error'
        else 'ok'
    end as outcome,
    {{ gemini_autonomy('calls.governing_mode') }} as autonomy_level,
    {{ json_float('calls.attributes', 'duration_ms') }} as duration_ms
from calls
where calls.event = 'tool_call'
union all
select
    {{ gemini_point_columns(dialect, 'points') }},
    points.tool_name as tool_name,
    cast(null as {{ text() }}) as call_id,
    points.tool_kind as tool_kind,
    case
        when points.tool_kind = 'mcp' then coalesce({{ glued_mcp_server('points.tool_name') }}, '(redacted)')
    end as mcp_server,
    case
        when points.tool_kind = 'mcp'
            then {{ glued_mcp_tool('points.tool_name', glued_mcp_server('points.tool_name')) }}
    end as mcp_tool,
    case
        when {{ json_text('points.attributes', 'decision') }} = 'reject' then 'denied'
        when {{ json_text('points.attributes', 'success') }} = 'false' then 'error'
        else 'ok'
    end as outcome,
    cast(null as {{ text() }}) as autonomy_level,
    {{ safe_float('null') }} as duration_ms
from points
{% endmacro %}

{# Files that a file operation or its counter says were created or updated. #}
{% macro gemini_file_changes_query(dialect) %}
select
    {{ gemini_fact_columns(dialect, 'operations', 'operations.record_id') }},
    case {{ json_text('operations.attributes', 'operation') }} when 'create' then 'create' else 'edit' end as operation,
    {{ file_extension("coalesce(" ~ json_text('operations.attributes', 'extension') ~ ", '')") }} as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ gemini_family_logs(dialect, ['file_operation']) }} as operations
where {{ json_text('operations.attributes', 'operation') }} in ('create', 'update')
union all
select
    {{ gemini_point_columns(dialect, 'points') }},
    case {{ json_text('points.attributes', 'operation') }} when 'create' then 'create' else 'edit' end as operation,
    {{ file_extension("coalesce(" ~ json_text('points.attributes', 'extension') ~ ", '')") }} as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ gemini_family_points(dialect, [gemini_prefix(dialect) ~ '.file.operation.count']) }} as points
where {{ json_text('points.attributes', 'operation') }} in ('create', 'update')
{% endmacro %}

{# Commits and pull requests in commands. A command that failed is a success to the agent, unless a code was told. #}
{% macro gemini_git_actions_query(dialect) %}
with actions as (
    select
        records.*,
        listed.position as position,
        {{ json_text('listed.item', 'kind') }} as git_kind
    from {{ gemini_family_logs(dialect, ['tool_call']) }} as records
    {{ join_json_items(json_value('records.attributes', 'andon.git_actions'), 'listed') }}
    where
        {{ json_text('records.attributes', 'success') }} = 'true'
        and coalesce({{ json_int('records.attributes', 'process.exit.code') }}, 0) = 0
)

select
    {{ gemini_fact_columns(dialect, 'actions',
        "concat(" ~ gemini_call_key('actions', json_text('actions.attributes', 'call_id'))
        ~ ", '|', actions.git_kind, '|', actions.position)") }},
    actions.git_kind as git_kind,
    'parsed' as confidence
from actions
where actions.git_kind in ('commit', 'pull_request')
{% endmacro %}

{# Commands of the terminal. #}
{% macro gemini_slash_commands_query(dialect) %}
select
    {{ gemini_fact_columns(dialect, 'commands', 'commands.record_id') }},
    coalesce({{ json_text('commands.attributes', 'andon.slash_command.name') }}, '(redacted)') as command_name
from {{ gemini_family_logs(dialect, ['slash_command']) }} as commands
{% endmacro %}

{# Calls of the skill tool by its counter, which knows no skill's name. #}
{% macro gemini_skill_points_query(dialect, tool_name) %}
select
    {{ gemini_point_columns(dialect, 'points') }},
    '(redacted)' as skill_name
from {{ gemini_family_points(dialect, [gemini_prefix(dialect) ~ '.tool.call.count']) }} as points
where
    {{ json_text('points.attributes', 'function_name') }} = '{{ tool_name }}'
    and {{ json_text('points.attributes', 'success') }} = 'true'
{% endmacro %}
