{# What one engine says differently about JSON text. Keys hold dots, so they are always quoted. #}

{#
    The value of one key as text: strings without quotes, everything else as written; null when the key is absent or
    its value is null.
#}
{% macro json_text(document, key) -%}
    {{ return(adapter.dispatch('json_text', 'andon')(document, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(document, key) -%}
    json_extract_string({{ document }}, '$."{{ key }}"')
{%- endmacro %}

{% macro bigquery__json_text(document, key) -%}
    coalesce(json_value({{ document }}, '$."{{ key }}"'), nullif(json_query({{ document }}, '$."{{ key }}"'), 'null'))
{%- endmacro %}

{% macro clickhouse__json_text(document, key) -%}
    JSONExtract({{ document }}, '{{ key }}', 'Nullable(String)')
{%- endmacro %}

{# The value of one key as JSON text: objects and lists as written; null when absent. #}
{% macro json_value(document, key) -%}
    {{ return(adapter.dispatch('json_value', 'andon')(document, key)) }}
{%- endmacro %}

{% macro duckdb__json_value(document, key) -%}
    cast(json_extract({{ document }}, '$."{{ key }}"') as varchar)
{%- endmacro %}

{% macro bigquery__json_value(document, key) -%}
    json_query({{ document }}, '$."{{ key }}"')
{%- endmacro %}

{% macro clickhouse__json_value(document, key) -%}
    nullif(JSONExtractRaw({{ document }}, '{{ key }}'), '')
{%- endmacro %}

{#
    The values of many keys in one reading of the document, each as `json_text` gives it; `nth_text` takes one out,
    from 1. Reading a document once for all keys costs a tenth of reading it once a key.
#}
{% macro json_texts(document, keys) -%}
    {{ return(adapter.dispatch('json_texts', 'andon')(document, keys)) }}
{%- endmacro %}

{% macro duckdb__json_texts(document, keys) -%}
    from_json({{ document }}, '{
        {%- for key in keys %}"{{ key }}":"VARCHAR"{{ ',' if not loop.last }}{% endfor -%}
    }')
{%- endmacro %}

{% macro bigquery__json_texts(document, keys) -%}
    [
        {%- for key in keys %}
        {{ json_text(document, key) }}{{ ',' if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}

{% macro clickhouse__json_texts(document, keys) -%}
    [
        {%- for key in keys %}
        {{ json_text(document, key) }}{{ ',' if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}

{% macro nth_text(texts, position) -%}
    {{ return(adapter.dispatch('nth_text', 'andon')(texts, position)) }}
{%- endmacro %}

{% macro duckdb__nth_text(texts, position) -%} struct_extract_at({{ texts }}, {{ position }}) {%- endmacro %}

{% macro bigquery__nth_text(texts, position) -%} {{ texts }}[safe_ordinal({{ position }})] {%- endmacro %}

{% macro clickhouse__nth_text(texts, position) -%} {{ texts }}[{{ position }}] {%- endmacro %}

{# A whole number, whether it was sent as a number or as text; null when it is neither. #}
{% macro json_int(document, key) -%}
    {{ safe_int(json_text(document, key)) }}
{%- endmacro %}

{% macro json_float(document, key) -%}
    {{ safe_float(json_text(document, key)) }}
{%- endmacro %}

{#
    A join of each row with the items of its JSON list: columns `item` (JSON text) and `position` (from 1) of *alias*.
    A row without items is left out, unless *outer*: it then has one row, whose two columns are null.
#}
{% macro join_json_items(document, alias, outer=false) -%}
    {{ return(adapter.dispatch('join_json_items', 'andon')(document, alias, outer)) }}
{%- endmacro %}

{% macro duckdb__join_json_items(document, alias, outer) -%}
    {{ 'left' if outer else 'inner' }} join lateral (
        select
            numbered.position as position,
            cast(json_extract({{ document }}, '$[' || (numbered.position - 1) || ']') as varchar) as item
        from (
            select unnest(range(1, cast(coalesce(json_array_length({{ document }}), 0) as bigint) + 1)) as position
        ) as numbered
    ) as {{ alias }} on true
{%- endmacro %}

{% macro bigquery__join_json_items(document, alias, outer) -%}
    {{ 'left' if outer else 'inner' }} join unnest(array(
        select as struct
            place + 1 as position,
            item
        from unnest(json_query_array({{ document }})) as item with offset as place
    )) as {{ alias }}
{%- endmacro %}

{% macro clickhouse__join_json_items(document, alias, outer) -%}
    {{ 'left' if outer }} array join arrayMap(
        (item, position) -> cast(
            tuple(position, item), 'Tuple(position Nullable(Int64), item Nullable(String))'
        ),
        JSONExtractArrayRaw(coalesce({{ document }}, '')),
        arrayEnumerate(JSONExtractArrayRaw(coalesce({{ document }}, '')))
    ) as {{ alias }}
{%- endmacro %}
