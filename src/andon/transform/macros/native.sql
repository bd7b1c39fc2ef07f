{#
    What records of the native dialect say of their facts: the column of the base models in which it stands, `native_…`,
    the name that staging has for it, the facts that it is told of, and an expression over `raw_rows` with `said`. It is
    read where the record comes in, so that nobody reads its attributes again.

    Facts share columns, each with words of its own: a column costs something in every row, even where it is null.

    signal: spans or logs.
#}
{% macro native_words(signal) %}
    {{ return([
        ('own_id', 'message_id', ['user_message', 'assistant_message'], said('andon.message.id')),
        ('own_id', 'response_id', ['model_call'], 'coalesce(' ~ said('gen_ai.response.id') ~ ', ' ~ said('ai.response.id') ~ ')'),
        ('own_id', 'call_id', ['tool_call'], 'coalesce(' ~ said('gen_ai.tool.call.id') ~ ', ' ~ said('ai.toolCall.id') ~ ')'),
        ('about', 'model', ['assistant_message', 'model_call'], native_model('raw_rows', said)),
        ('about', 'tool_name', ['tool_call'], 'coalesce(' ~ said('gen_ai.tool.name') ~ ', ' ~ said('ai.toolCall.name') ~ ', '
            ~ said('tool.name') ~ ', ' ~ said('traceloop.entity.name') ~ ')'),
        ('about', 'message_origin', ['user_message'], said('andon.message.origin')),
        ('about', 'start_type', ['session_start'], said('andon.session.start_type')),
        ('about', 'file_operation', ['file_change'], 'lower(' ~ said('andon.file.operation') ~ ')'),
        ('about', 'git_kind', ['git_action'], 'lower(' ~ said('andon.git.kind') ~ ')'),
        ('about', 'skill_name', ['skill_activation'], said('andon.skill.name')),
        ('about', 'command_name', ['slash_command'], said('andon.slash_command.name')),
        ('about', 'hook_event', ['hook_run'], said('andon.hook.event')),
        ('detail_1', 'effort', ['model_call'],
            'coalesce(' ~ said('andon.model.effort') ~ ', ' ~ said('gen_ai.request.reasoning.level') ~ ')'),
        ('detail_1', 'tool_kind', ['tool_call'], said('andon.tool.kind')),
        ('detail_1', 'file_extension', ['file_change'], said('file.extension')),
        ('detail_1', 'hook_matcher', ['hook_run'], said('andon.hook.matcher')),
        ('detail_2', 'purpose', ['model_call'], said('andon.model.purpose')),
        ('detail_2', 'tool_outcome', ['tool_call'], said('andon.tool.outcome')),
        ('detail_2', 'hook_command', ['hook_run'], said('andon.hook.command')),
        ('detail_3', 'has_text', ['model_call'], said('andon.response.has_text')),
        ('detail_3', 'autonomy_level', ['tool_call'], said('andon.autonomy.level')),
        ('detail_4', 'operation_name', ['model_call'], native_operation(signal)),
        ('detail_4', 'mcp_method', ['tool_call'], said('mcp.method.name')),
        ('error_type', 'error_type', ['model_call', 'tool_call'], said('error.type')),
        ('mcp_server', 'mcp_server', ['tool_call'], known(said('mcp.server.name'))),
        ('mcp_tool', 'mcp_tool', ['tool_call'], said('andon.mcp.tool')),
        ('amount_1', 'all_input', ['model_call'], native_tokens('input')),
        ('amount_1', 'lines_added', ['file_change'], safe_int(said('andon.lines.added'))),
        ('amount_2', 'output', ['model_call'], native_tokens('output')),
        ('amount_2', 'lines_removed', ['file_change'], safe_int(said('andon.lines.removed'))),
        ('amount_3', 'cache_read', ['model_call'], native_tokens('cache_read')),
        ('amount_3', 'exit_code', ['tool_call'], safe_int(said('process.exit.code'))),
        ('amount_4', 'cache_written', ['model_call'], native_tokens('cache_written')),
        ('amount_5', 'reasoning', ['model_call'], native_tokens('reasoning')),
        ('measure', 'cost_usd', ['model_call'], safe_float(said('andon.cost_usd'))),
        ('measure', 'duration_ms', ['tool_call'], 'raw_rows.duration_ms' if signal == 'spans' else safe_float(said('duration_ms'))),
        ('file_changes', 'file_changes', ['tool_call'],
            'case when ' ~ said('andon.file_changes') ~ ' is not null then ' ~ json_value('raw_rows.attributes', 'andon.file_changes') ~ ' end'),
        ('git_actions', 'git_actions', ['tool_call'],
            'case when ' ~ said('andon.git_actions') ~ ' is not null then ' ~ json_value('raw_rows.attributes', 'andon.git_actions') ~ ' end'),
    ]) }}
{% endmacro %}

{# The columns of the base models for the native dialect, of the fact in `raw_rows.fact`; null where there is none. #}
{% macro native_select(signal) -%}
    {%- set columns = {} -%}
    {%- for column, _, facts, expression in native_words(signal) -%}
        {%- for fact in facts -%}
            {%- do columns.setdefault(column, []).append("when '" ~ fact ~ "' then " ~ expression) -%}
        {%- endfor -%}
    {%- endfor -%}
    raw_rows.fact as native_fact
    {%- for column, cases in columns.items() %},
    case raw_rows.fact
        {{ cases | join('\n        ') }}
    end as native_{{ column }}
    {%- endfor %}
{%- endmacro %}

{# The same under staging's names, `rows` being a relation with a base model's columns. #}
{% macro native_names(rows, signal) -%}
    {%- for column, name, facts, _ in native_words(signal) %}
    case when {{ rows }}.native_fact in ('{{ facts | join("', '") }}') then {{ rows }}.native_{{ column }} end as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Their keys. #}
{% macro native_keys() %}
    {%- set keys = [
        'gen_ai.operation.name', 'mcp.method.name', 'openinference.span.kind', 'llm.request.type', 'traceloop.span.kind',
        'andon.message.id', 'gen_ai.response.id', 'ai.response.id', 'gen_ai.tool.call.id', 'ai.toolCall.id',
        'andon.model.effort', 'gen_ai.request.reasoning.level', 'andon.model.purpose', 'andon.cost_usd',
        'andon.response.has_text', 'error.type', 'gen_ai.tool.name', 'ai.toolCall.name', 'tool.name',
        'traceloop.entity.name', 'andon.tool.kind', 'andon.tool.outcome', 'andon.autonomy.level', 'mcp.server.name',
        'andon.mcp.tool', 'process.exit.code', 'andon.message.origin', 'andon.session.start_type', 'andon.file.operation',
        'file.extension', 'andon.lines.added', 'andon.lines.removed', 'andon.git.kind', 'andon.skill.name',
        'andon.slash_command.name', 'andon.hook.event', 'andon.hook.matcher', 'andon.hook.command', 'duration_ms',
        'andon.file_changes', 'andon.git_actions',
    ] -%}
    {%- for several in [native_model_keys()] + (native_token_keys().values() | list) -%}
        {%- do keys.extend(several) -%}
    {%- endfor -%}
    {{ return(keys) }}
{% endmacro %}

{# Which fact a native record tells, by its name, else by its operation; null where it tells none, or is of another dialect. #}
{% macro native_fact(signal) -%}
    case
        when raw_rows.dialect <> 'native' then null
        else case raw_rows.known_name
            when 'andon.session' then 'session_start'
            when 'andon.user_message' then 'user_message'
            when 'andon.assistant_message' then 'assistant_message'
            when 'andon.model_call' then 'model_call'
            when 'andon.tool_call' then 'tool_call'
            when 'andon.file_change' then 'file_change'
            when 'andon.git_action' then 'git_action'
            when 'andon.skill' then 'skill_activation'
            when 'andon.slash_command' then 'slash_command'
            when 'andon.hook' then 'hook_run'
            else case
                when raw_rows.known_name like 'andon.%' then null
                {%- if signal == 'logs' %}
                when coalesce(raw_rows.known_name, '') <> 'gen_ai.client.inference.operation.details' then null
                {%- endif %}
                when {{ native_operation(signal) }} in ('chat', 'generate_content', 'text_completion', 'embeddings') then 'model_call'
                -- The receiving end of a request is told by the server, not by who asked.
                when {{ native_operation(signal) }} = 'execute_tool'{{ ' and coalesce(raw_rows.kind, 0) <> 2' if signal == 'spans' }} then 'tool_call'
            end
        end
    end
{%- endmacro %}

{#
    Records of the native dialect that tell one fact, spans and log records alike, with the columns of
    stg_native__records and `dedupe_key`.

    A fact's own id makes it the same fact. Without one, a span is itself by trace and span id, and a log record
    that stands in that very span tells the same fact again; a log record in any other span is itself, for many
    facts may be logged within one span.

    own_id: expression over `told`, null where the fact brings no id.
#}
{% macro native_facts(kind, own_id='null') -%}
    (
        select
            alone.*,
            alone.is_span as stands_in_its_span,
            cast(null as {{ text() }}) as id_told_elsewhere,
            coalesce(
                alone.own_id,
                case when alone.is_span = 1 then concat(alone.trace_id, '|', alone.span_id) else alone.record_id end
            ) as dedupe_key
        from (
            select
                told.*,
                cast({{ own_id }} as {{ text() }}) as own_id
            from {{ ref('stg_native__records') }} as told
            where
                told.fact = '{{ kind }}'
                and told.is_alone = 1
        ) as alone
        union all
        select
            beside.*,
            case
                when beside.own_id is not null then beside.own_id
                when beside.is_span = 1 or beside.stands_in_its_span = 1
                    then coalesce(beside.id_told_elsewhere, concat(beside.trace_id, '|', beside.span_id))
                else beside.record_id
            end as dedupe_key
        from (
            select
                records.*,
                max(records.is_span) over same_span as stands_in_its_span,
                coalesce(
                    min(case when records.is_span = 1 then records.own_id end) over same_span,
                    min(records.own_id) over same_span
                ) as id_told_elsewhere
            from (
                select
                    told.*,
                    cast({{ own_id }} as {{ text() }}) as own_id
                from {{ ref('stg_native__records') }} as told
                -- Mostly there are none, and then no record is looked at.
                inner join (
                    select
                        links.org_id as org_id,
                        links.record_id as record_id
                    from {{ ref('stg_native__links') }} as links
                    where links.is_alone = 0
                ) as few
                    on
                        told.org_id = few.org_id
                        and told.record_id = few.record_id
                where
                    told.fact = '{{ kind }}'
                    and told.is_alone = 0
            ) as records
            window same_span as (partition by records.org_id, records.trace_id, records.span_id)
        ) as beside
    )
{%- endmacro %}

{#
    The shared columns of a native fact: log records and spans are of one rank. What ingest merely read from a
    tool's arguments is of the second, so that it gives way to a session's own word.
#}
{% macro native_fact_columns(rows, dedupe_key=none, rank=1) -%}
    {{ fact_columns(rows, rows ~ '.source_signal', rank, rows ~ '.agent', rows ~ '.client_declared',
        dedupe_key or (rows ~ '.dedupe_key')) }}
{%- endmacro %}

{# Native tool calls that went well, with what ingest read from their arguments. #}
{% macro native_tool_calls(listed) -%}
    (
        select calls.*
        from {{ native_facts('tool_call', native_call_id()) }} as calls
        where
            calls.{{ listed }} is not null
            and coalesce(calls.tool_outcome, 'ok') = 'ok'
            and calls.error_type is null
            and coalesce(calls.status_code, 0) <> 2
            and coalesce(calls.exit_code, 0) = 0
    )
{%- endmacro %}

{# A tool call's own id, within its session. #}
{% macro native_call_id() -%}
    {{ id_within('told.session_id', 'told.call_id') }}
{%- endmacro %}

{# Spans and log records are compared within their trace: log records that name a span. Counters by themselves. #}
{% macro native_groups(signal) -%}
    {%- set groups = groups_by_record(signal) -%}
    {%- if signal == 'logs' -%}
        {%- do groups.update({
            'group': 'case when raw_rows.span_id is not null then ' ~ group_of_trace() ~ ' else ' ~ groups.group ~ ' end'
        }) -%}
    {%- endif -%}
    {{ return(groups) }}
{%- endmacro %}
