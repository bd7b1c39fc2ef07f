{# Types and casts that engines name differently. #}

{% macro int64() -%}
    {{ return(adapter.dispatch('int64', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__int64() -%} bigint {%- endmacro %}

{# dbt.type_float() is 32 bits wide on DuckDB: percentiles came out as 11.000000477. #}
{% macro float64() -%}
    {{ return(adapter.dispatch('float64', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__float64() -%} double {%- endmacro %}

{% macro text() -%}
    {{ return(adapter.dispatch('text', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__text() -%} varchar {%- endmacro %}

{# Null instead of an error where the text is no such number. #}
{% macro safe_int(expression) -%}
    {{ return(adapter.dispatch('safe_int', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__safe_int(expression) -%} try_cast({{ expression }} as bigint) {%- endmacro %}

{% macro safe_float(expression) -%}
    {{ return(adapter.dispatch('safe_float', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__safe_float(expression) -%} try_cast({{ expression }} as double) {%- endmacro %}

{# 32 hex digits of the text, lower case. #}
{% macro md5_hex(expression) -%}
    {{ return(adapter.dispatch('md5_hex', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__md5_hex(expression) -%} md5({{ expression }}) {%- endmacro %}

{# 64 hex digits of the SHA-256 of the text, lower case. #}
{% macro sha256_hex(expression) -%}
    {{ return(adapter.dispatch('sha256_hex', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__sha256_hex(expression) -%} sha256({{ expression }}) {%- endmacro %}
