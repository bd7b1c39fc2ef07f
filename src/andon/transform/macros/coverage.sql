{# What coverage knows of fields: which there are, on what occasions each can be told, how many are enough to judge. #}

{#
    Every field of the table agent × field, with `unit`, what one occasion to tell it is (a session on a day, or a
    fact), and `enough`: as many tellings as would be expected before silence counts as a loss.

    Three sessions or five facts are enough where nearly every one tells. What depends on the model, on people's
    habits or on how a hook is set up needs twenty and is `sometimes`: never called missing.
#}
{% macro coverage_fields() %}
    {%- set every_session = {'unit': 'session', 'enough': 3, 'sometimes': false} -%}
    {%- set every_fact = {'unit': 'fact', 'enough': 5, 'sometimes': false} -%}
    {%- set some_sessions = {'unit': 'session', 'enough': 20, 'sometimes': true} -%}
    {%- set some_facts = {'unit': 'fact', 'enough': 20, 'sometimes': true} -%}
    {{ return({
        'input_tokens': every_session,
        'output_tokens': every_session,
        'cache_read_tokens': some_sessions,
        'cache_write_tokens': some_sessions,
        'reasoning_tokens': some_sessions,
        'model': every_session,
        'model_tier': every_fact,
        'cost': every_session,
        'tool_calls': every_session,
        'tool_outcome': every_fact,
        'mcp_server': every_fact,
        'mcp_tool': every_fact,
        'skills': every_fact,
        'slash_commands': every_fact,
        'hooks': every_fact,
        'hook_matcher': some_facts,
        'autonomy_level': every_fact,
        'client': every_session,
        'sessions': every_fact,
        'user_messages': every_session,
        'assistant_messages': every_session,
        'files_created': every_fact,
        'files_edited': every_fact,
        'extension': every_fact,
        'lines': every_fact,
        'commits': every_fact,
        'pull_requests': every_fact,
        'person': every_session,
        'repository': some_sessions,
        'team': some_sessions,
    }) }}
{% endmacro %}

{# The names of the fields that have something in common, quoted, for a list. #}
{% macro coverage_fields_with(key, value) -%}
    {%- set found = [] -%}
    {%- for field, rule in coverage_fields().items() if rule[key] == value -%}
        {%- do found.append(field) -%}
    {%- endfor -%}
    '{{ found | join("', '") }}'
{%- endmacro %}

{# How many expected tellings make silence a loss. #}
{% macro enough_of(field) -%}
    case
        when {{ field }} in ({{ coverage_fields_with('enough', 3) }}) then 3
        when {{ field }} in ({{ coverage_fields_with('enough', 20) }}) then 20
        else 5
    end
{%- endmacro %}

{# Where a field stands in the table, from 1. #}
{% macro place_of(field) -%}
    case {{ field }}
        {%- for listed in coverage_fields() %}
        when '{{ listed }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{# A from-item: what the dialects' seeds say of fields. No row where none is described. #}
{% macro described_field_items() -%}
    (
        {%- for dialect in var('described') %}
        select
            '{{ dialect }}' as dialect,
            {%- for column in ['agent', 'field', 'quality', 'reason', 'improved_by'] %}
            cast(fields.{{ column }} as {{ text() }}) as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref(dialect ~ '__fields') }} as fields
        union all
        {%- endfor %}
        {{ no_rows_of(['dialect', 'agent', 'field', 'quality', 'reason', 'improved_by']) }}
    )
{%- endmacro %}

{# A from-item: the names that the dialects' seeds list. #}
{% macro described_name_items() -%}
    (
        {%- for dialect in var('described') %}
        select
            '{{ dialect }}' as dialect,
            {%- for column in ['agent', 'signal', 'name', 'use'] %}
            cast(names.{{ column }} as {{ text() }}) as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref(dialect ~ '__names') }} as names
        union all
        {%- endfor %}
        {{ no_rows_of(['dialect', 'agent', 'signal', 'name', 'use']) }}
    )
{%- endmacro %}

{#
    The agent's version of a record: its service's, unless the dialect has a macro `<dialect>_version(rows)` because
    the two are not the same.
#}
{% macro version_of_record(rows) -%}
    case {{ rows }}.dialect
        {%- for dialect in var('staged') %}
        {%- set own_version = context.get(dialect ~ '_version') %}
        {%- if own_version %}
        when '{{ dialect }}' then {{ own_version(rows) }}
        {%- endif %}
        {%- endfor %}
        when '' then null
        else {{ rows }}.service_version
    end
{%- endmacro %}

{# A query of text columns without a row. #}
{% macro no_rows_of(columns) -%}
    select
        {%- for column in columns %}
        cast(nothing.word as {{ text() }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select '' as word) as nothing
    where nothing.word <> ''
{%- endmacro %}

{#
    The columns of a day of an agent's version that say how often a field could be told, was, and was told hidden.

    occasion, known, redacted: conditions on one row of the group.
    count: how many occasions a row is.
#}
{% macro told_columns(field, occasion, known, redacted='false', count='1') -%}
    {{ whole_sum('case when ' ~ occasion ~ ' then ' ~ count ~ ' end') }} as {{ field }}_occasions,
    {{ whole_sum('case when ' ~ occasion ~ ' and ' ~ known ~ ' then ' ~ count ~ ' end') }} as {{ field }}_known,
    {{ whole_sum('case when ' ~ occasion ~ ' and ' ~ redacted ~ ' then ' ~ count ~ ' end') }} as {{ field }}_redacted
{%- endmacro %}

{# A word of telemetry, or our own for one that nobody says. #}
{% macro or_unknown(expression) -%}
    coalesce(nullif({{ expression }}, ''), '(unknown)')
{%- endmacro %}

{# Whether a name of telemetry is there and not one of our own words for nothing. #}
{% macro is_told(expression) -%}
    coalesce({{ expression }}, '') not in ('', '(unknown)', '(redacted)')
{%- endmacro %}

{#
    How many records of each name there are on a day, and when: by organisation, dialect, and what says whose they are.

    models: signal, model of its records, and their column with the name.
#}
{% macro records_by_name_query(models) -%}
    {%- set columns = ['org_id', 'event_date', 'dialect', 'agent_declared', 'service_name', 'service_version'] -%}
    {%- for signal, model, name in models %}
    select
        {%- for column in columns %}
        {{ signal }}.{{ column }} as {{ column }},
        {%- endfor %}
        '{{ signal }}' as signal,
        {{ signal }}.{{ name }} as name,
        min({{ signal }}.occurred_at) as first_seen_at,
        max({{ signal }}.occurred_at) as last_seen_at,
        count(*) as records
    from {{ ref(model) }} as {{ signal }}
    where
        {{ is_remade(signal, days='stg_otlp__reread_days') if model.startswith('base_') else '1 = 1' }}
        {{ 'and ' ~ signal ~ '.is_timeless = 0' if model == 'base_otlp__log_records' }}
    group by
        {% for column in columns %}{{ signal }}.{{ column }}, {% endfor %}{{ signal }}.{{ name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
