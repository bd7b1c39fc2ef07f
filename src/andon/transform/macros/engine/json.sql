{# What one engine says differently about JSON text. Keys hold dots, so they are always quoted. #}

{# The value of one key as text: strings without quotes, numbers and booleans as written; null when absent. #}
{% macro json_text(document, key) -%}
    {{ return(adapter.dispatch('json_text', 'andon')(document, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(document, key) -%}
    json_extract_string({{ document }}, '$."{{ key }}"')
{%- endmacro %}

{# The value of one key as JSON text: objects and lists as written; null when absent. #}
{% macro json_value(document, key) -%}
    {{ return(adapter.dispatch('json_value', 'andon')(document, key)) }}
{%- endmacro %}

{% macro duckdb__json_value(document, key) -%}
    cast(json_extract({{ document }}, '$."{{ key }}"') as varchar)
{%- endmacro %}

{# The values of many keys as one list of texts, read in one pass; `nth_text` takes one out, from 1. #}
{% macro json_texts(document, keys) -%}
    {{ return(adapter.dispatch('json_texts', 'andon')(document, keys)) }}
{%- endmacro %}

{% macro duckdb__json_texts(document, keys) -%}
    json_extract_string({{ document }}, [
        {%- for key in keys %}'$."{{ key }}"'{{ ', ' if not loop.last }}{% endfor -%}
    ])
{%- endmacro %}

{% macro nth_text(texts, position) -%}
    {{ return(adapter.dispatch('nth_text', 'andon')(texts, position)) }}
{%- endmacro %}

{% macro duckdb__nth_text(texts, position) -%} {{ texts }}[{{ position }}] {%- endmacro %}

{# The list with every text put through an expression over `each`. #}
{% macro each_text(texts, expression) -%}
    {{ return(adapter.dispatch('each_text', 'andon')(texts, expression)) }}
{%- endmacro %}

{% macro duckdb__each_text(texts, expression) -%} list_transform({{ texts }}, lambda each: {{ expression }}) {%- endmacro %}

{# A whole number, whether it was sent as a number or as text; null when it is neither. #}
{% macro json_int(document, key) -%}
    {{ safe_int(json_text(document, key)) }}
{%- endmacro %}

{% macro json_float(document, key) -%}
    {{ safe_float(json_text(document, key)) }}
{%- endmacro %}

{#
    A from-item that gives one row per item of a JSON list: columns `item` (JSON text) and `position` (from 1).
    Use it as `from rows cross join lateral {{ json_items('rows.list') }} as i`.
#}
{% macro json_items(document) -%}
    {{ return(adapter.dispatch('json_items', 'andon')(document)) }}
{%- endmacro %}

{% macro duckdb__json_items(document) -%}
    (
        select
            numbered.position as position,
            cast(json_extract({{ document }}, '$[' || (numbered.position - 1) || ']') as varchar) as item
        from (
            select unnest(range(1, cast(coalesce(json_array_length({{ document }}), 0) as bigint) + 1)) as position
        ) as numbered
    )
{%- endmacro %}
