{# What every fact carries and what each kind adds: the agreement between staging and intermediate. #}

{# The columns that every fact has, in order. #}
{% macro shared_fact_columns() %}
    {{ return([
        'org_id', 'record_id', 'source_signal', 'source_rank', 'agent', 'agent_version', 'session_id', 'client',
        'ingest_key_id', 'identity_email', 'identity_account', 'identity_user', 'identity_install', 'team',
        'repository', 'occurred_at', 'occurred_at_unix_nano', 'event_date', 'dedupe_key', 'fact_count',
    ]) }}
{% endmacro %}

{# The columns that one kind of fact adds, in order. #}
{% macro own_fact_columns(kind) %}
    {{ return(fact_kinds()[kind]) }}
{% endmacro %}

{# What the union adds to the columns of its dialects. #}
{% macro joined_fact_columns(kind) %}
    {{ return(['told_language'] if kind == 'file_changes' else []) }}
{% endmacro %}

{# Every kind of fact with the columns that it adds. #}
{% macro fact_kinds() %}
    {{ return({
        'session_starts': ['start_type'],
        'user_messages': ['origin'],
        'assistant_messages': ['model'],
        'model_calls': [
            'model', 'model_tier', 'purpose', 'input_tokens', 'output_tokens', 'cache_read_tokens',
            'cache_write_tokens', 'reasoning_tokens', 'cost_usd',
        ],
        'tool_calls': [
            'tool_name', 'call_id', 'tool_kind', 'mcp_server', 'mcp_tool', 'outcome', 'autonomy_level',
            'duration_ms',
        ],
        'file_changes': ['operation', 'extension', 'lines_added', 'lines_removed'],
        'git_actions': ['git_kind', 'confidence'],
        'skill_activations': ['skill_name'],
        'slash_commands': ['command_name'],
        'hook_runs': ['hook_event', 'hook_matcher', 'hook_command'],
    }) }}
{% endmacro %}

{#
    The shared columns of a staged fact.

    rows: alias of a relation with the columns of a stg_otlp model.
    signal: logs, spans or metrics; rank: 1 is preferred, one rank per session and kind is kept.
    agent, client, dedupe_key: expressions; the key is equal for one real-world fact, within organisation and agent.
    count: how many facts the row tells, 1 unless a counter tells it.
    agent_version: an expression, where the service's version is not the agent's.
#}
{% macro fact_columns(rows, signal, rank, agent, client, dedupe_key, count='1', agent_version=none) -%}
    {{ rows }}.org_id as org_id,
    {{ rows }}.record_id as record_id,
    cast({{ signal }} as {{ text() }}) as source_signal,
    cast({{ rank }} as {{ int64() }}) as source_rank,
    cast({{ agent }} as {{ text() }}) as agent,
    {{ agent_version or (rows ~ '.service_version') }} as agent_version,
    {{ rows }}.session_id as session_id,
    cast({{ client }} as {{ text() }}) as client,
    {{ rows }}.ingest_key_id as ingest_key_id,
    {{ rows }}.identity_email as identity_email,
    {{ rows }}.identity_account as identity_account,
    {{ rows }}.identity_user as identity_user,
    {{ rows }}.identity_install as identity_install,
    {{ rows }}.team as team,
    {{ rows }}.repository as repository,
    {{ rows }}.occurred_at as occurred_at,
    {{ rows }}.occurred_at_unix_nano as occurred_at_unix_nano,
    {{ rows }}.event_date as event_date,
    cast({{ dedupe_key }} as {{ text() }}) as dedupe_key,
    cast({{ count }} as {{ int64() }}) as fact_count
{%- endmacro %}

{#
    The shared columns of a fact that a counter tells: so many facts as it grew by.

    rows: alias of rows of `counted_points`; agent, client: expressions.
    part: an expression that tells several facts of one point apart, if there are.
    count: how many facts a point tells; for tokens, whose columns hold the growth, give '1'.
#}
{% macro point_fact_columns(rows, agent, client, part=none, count=none, agent_version=none) -%}
    {{ fact_columns(rows, "'metrics'", 3, agent, client,
        "concat(" ~ rows ~ ".series_id, '|', " ~ rows ~ ".start_time_unix_nano, '|', " ~ rows ~ ".time_unix_nano"
        ~ ((", '|', " ~ part) if part else "") ~ ")", count or (rows ~ '.increment'), agent_version) }}
{%- endmacro %}

{#
    Points of a counter of tokens whose kinds are points of their own, one row for all kinds that a sender tells of one
    model in one session on one day: the shared columns, `model`, one column for each kind, and `dedupe_key`.

    Cached tokens often stand inside the input, so that the kinds must meet in one row before they are split; kinds of
    one export may differ in their nanoseconds, so that they meet by the day.

    model_key, type_key: attributes of a point; without a type key the metric's name is the kind.
    kinds: column by value of the type attribute, or by metric name.
#}
{% macro token_points(dialect, metric_names, model_key, type_key, kinds) -%}
    (
        select
            {%- for column in point_columns() %}
            min(told.{{ column }}) as {{ column }},
            {%- endfor %}
            told.model as model,
            {%- for kind, column in kinds.items() %}
            cast(sum(case when told.token_type = '{{ kind }}' then told.increment else 0 end) as {{ int64() }}) as {{ column }},
            {%- endfor %}
            {{ md5_hex(joined_known('|', [
                'told.org_id', 'told.resource_attributes', 'told.session_id', 'told.model', 'told.day',
            ])) }} as dedupe_key
        from (
            select
                points.*,
                points.event_date as day,
                {{ json_text('points.attributes', model_key) }} as model,
                {{ json_text('points.attributes', type_key) if type_key else 'points.metric_name' }} as token_type
            from {{ counted_points(dialect, metric_names) }} as points
        ) as told
        where told.token_type in ('{{ kinds.keys() | join("', '") }}')
        group by told.org_id, told.resource_attributes, told.session_id, told.model, told.day
    )
{%- endmacro %}

{# What a fact needs of a metric point besides its value. #}
{% macro point_columns() %}
    {{ return([
        'org_id', 'record_id', 'service_name', 'service_version', 'session_id', 'ingest_key_id', 'identity_email',
        'identity_account', 'identity_user', 'identity_install', 'team', 'repository', 'occurred_at',
        'occurred_at_unix_nano', 'event_date', 'client_declared', 'agent_declared', 'attributes',
    ]) }}
{% endmacro %}

{# A dialect's metric points of the named counters that grew: `increment` is by how much, whatever the temporality. #}
{% macro counted_points(dialect, metric_names) -%}
    (
        select grown.*
        from {{ ref('int_metric_increments') }} as grown
        where
            grown.dialect = '{{ dialect }}'
            and grown.metric_name in ('{{ metric_names | join("', '") }}')
            and grown.increment > 0
    )
{%- endmacro %}

{# A number of tokens: nothing said is nothing counted, and never below zero. #}
{% macro tokens(expression) -%}
    cast(greatest(coalesce({{ expression }}, 0), 0) as {{ int64() }})
{%- endmacro %}

{# A call is `thinking` when it used reasoning: reasoning tokens, or an effort above none. #}
{% macro model_tier(reasoning_tokens, effort) -%}
    case
        when coalesce({{ reasoning_tokens }}, 0) > 0 then 'thinking'
        when coalesce(lower({{ effort }}), '') not in ('', 'none', 'off', 'disabled') then 'thinking'
        else 'standard'
    end
{%- endmacro %}

{# Lower case with its dot, `(none)` for a file without, `(unknown)` where nobody said. #}
{% macro file_extension(expression) -%}
    case
        when {{ expression }} is null then '(unknown)'
        when trim({{ expression }}) = '' then '(none)'
        when left(trim({{ expression }}), 1) in ('.', '(') then lower(trim({{ expression }}))
        else concat('.', lower(trim({{ expression }})))
    end
{%- endmacro %}

{#
    An id that is unique within its session only, made unique; null where either is missing, so that facts without
    an id never become one fact. (`concat` would not do: DuckDB's skips nulls.)
#}
{% macro id_within(session_id, id) -%}
    ({{ session_id }} || '|' || {{ id }})
{%- endmacro %}

{# The dialects that have a model of a kind, as var `staged` tells (project.py). #}
{% macro dialects_with(kind) %}
    {%- set found = [] -%}
    {%- for dialect, kinds in var('staged').items() if kind in kinds -%}
        {%- do found.append(dialect) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{#
    All dialects' models of a kind, one beneath the other, each fact with two short keys: of its session, null without one,
    and of the fact, as its organisation's agent tells it. No row where no dialect has a model.
#}
{% macro union_staged(kind) %}
    {{ config(
        materialized=kept_from_build_to_build(),
        remade=remade_of_slice(),
        days='select distinct event_date from intermediate.int_slice_records',
        noted='changed_staged',
        of_came=_of_staged(kind, 'null'),
        of_went=_of_staged(kind, 'changed.fact_key'),
    ) }}
    {%- set columns = shared_fact_columns() + own_fact_columns(kind) -%}
-- depends_on: {{ ref('int_slice_records') }}
with staged as (
    {%- for dialect in dialects_with(kind) %}
    select
        {%- for column in columns %}
        {{ dialect }}_facts.{{ column }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_' ~ dialect ~ '__' ~ kind) }} as {{ dialect }}_facts
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    staged.*,
    {%- if 'told_language' in joined_fact_columns(kind) %}
    languages.language as told_language,
    {%- endif %}
    case
        when staged.session_id is not null then {{ short_key(['staged.org_id', 'staged.agent', 'staged.session_id']) }}
    end as session_key,
    {{ short_key(['staged.org_id', 'staged.agent', 'staged.dedupe_key']) }} as fact_key
from staged
    {%- if 'told_language' in joined_fact_columns(kind) %}
left join {{ ref('int_file_languages') }} as languages
    on
        staged.org_id = languages.org_id
        and staged.agent = languages.agent
        and staged.dedupe_key = languages.dedupe_key
    {%- endif %}
{% endmacro %}

{# What is noted of a staged fact that changed. #}
{% macro _of_staged(kind, went_key) -%}
    '{{ kind }}', changed.session_key, changed.org_id, changed.agent, coalesce(changed.ingest_key_id, ''), changed.event_date, {{ went_key }}
{%- endmacro %}

{# File changes whose language is told by name, of the dialects that have a model `stg_<dialect>__file_languages`. #}
{% macro told_language_facts() -%}
    (
        {%- for dialect in dialects_with('file_languages') %}
        select
            {{ dialect }}_files.org_id as org_id,
            {{ dialect }}_files.agent as agent,
            {{ dialect }}_files.dedupe_key as dedupe_key,
            {{ dialect }}_files.language as language
        from {{ ref('stg_' ~ dialect ~ '__file_languages') }} as {{ dialect }}_files
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
