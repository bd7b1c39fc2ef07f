{# Types, literals and casts that engines name differently. #}

{% macro int64() -%}
    {{ return(adapter.dispatch('int64', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__int64() -%} bigint {%- endmacro %}

{% macro bigquery__int64() -%} int64 {%- endmacro %}

{# A cast to a type that cannot be null fails where the value is. #}
{% macro clickhouse__int64() -%} Nullable(Int64) {%- endmacro %}

{# dbt.type_float() is 32 bits wide on DuckDB: percentiles came out as 11.000000477. #}
{% macro float64() -%}
    {{ return(adapter.dispatch('float64', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__float64() -%} double {%- endmacro %}

{% macro bigquery__float64() -%} float64 {%- endmacro %}

{% macro clickhouse__float64() -%} Nullable(Float64) {%- endmacro %}

{% macro text() -%}
    {{ return(adapter.dispatch('text', 'andon')()) }}
{%- endmacro %}

{% macro duckdb__text() -%} varchar {%- endmacro %}

{% macro bigquery__text() -%} string {%- endmacro %}

{% macro clickhouse__text() -%} Nullable(String) {%- endmacro %}

{# Any text as a literal, whatever is in it: a regular expression with quotes and backslashes, say. #}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal', 'andon')(value)) }}
{%- endmacro %}

{% macro duckdb__text_literal(value) -%} '{{ value | replace("'", "''") }}' {%- endmacro %}

{% macro bigquery__text_literal(value) -%}
    '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{% macro clickhouse__text_literal(value) -%}
    '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{#
    The nearest whole number, halves away from zero, of a number that was sent as text; null where the text is none
    or too large for 64 bits.
#}
{% macro safe_int(expression) -%}
    {{ return(adapter.dispatch('safe_int', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__safe_int(expression) -%} try_cast({{ expression }} as bigint) {%- endmacro %}

{% macro bigquery__safe_int(expression) -%}
    safe_cast(round(safe_cast({{ expression }} as bignumeric)) as int64)
{%- endmacro %}

{% macro clickhouse__safe_int(expression) -%}
    coalesce(
        toInt64OrNull({{ expression }}),
        accurateCastOrNull(
            toDecimal256OrNull({{ expression }}, 9) + if(startsWith({{ expression }}, '-'), -0.5, 0.5)::Decimal(2, 1), 'Int64'
        )
    )
{%- endmacro %}

{% macro safe_float(expression) -%}
    {{ return(adapter.dispatch('safe_float', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__safe_float(expression) -%} try_cast({{ expression }} as double) {%- endmacro %}

{% macro bigquery__safe_float(expression) -%} safe_cast({{ expression }} as float64) {%- endmacro %}

{% macro clickhouse__safe_float(expression) -%} toFloat64OrNull(cast({{ expression }} as Nullable(String))) {%- endmacro %}

{# 32 hex digits of the text, lower case. #}
{% macro md5_hex(expression) -%}
    {{ return(adapter.dispatch('md5_hex', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__md5_hex(expression) -%} md5({{ expression }}) {%- endmacro %}

{% macro bigquery__md5_hex(expression) -%} to_hex(md5({{ expression }})) {%- endmacro %}

{% macro clickhouse__md5_hex(expression) -%} lower(hex(MD5({{ expression }}))) {%- endmacro %}

{# 64 hex digits of the SHA-256 of the text, lower case. #}
{% macro sha256_hex(expression) -%}
    {{ return(adapter.dispatch('sha256_hex', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__sha256_hex(expression) -%} sha256({{ expression }}) {%- endmacro %}

{% macro bigquery__sha256_hex(expression) -%} to_hex(sha256({{ expression }})) {%- endmacro %}

{% macro clickhouse__sha256_hex(expression) -%} lower(hex(SHA256({{ expression }}))) {%- endmacro %}

{# A short number or text that is equal for equal values, and hardly ever for others: compare what it finds. #}
{% macro short_key(expressions) -%}
    {{ return(adapter.dispatch('short_key', 'andon')(expressions)) }}
{%- endmacro %}

{% macro default__short_key(expressions) -%}
    {{ md5_hex("concat(" ~ expressions | join(", '|', ") ~ ")") }}
{%- endmacro %}

{% macro duckdb__short_key(expressions) -%} hash({{ expressions | join(', ') }}) {%- endmacro %}

{# What `short_key` gives, and is not there. #}
{% macro no_short_key() -%}
    {{ return(adapter.dispatch('no_short_key', 'andon')()) }}
{%- endmacro %}

{% macro default__no_short_key() -%} cast(null as {{ text() }}) {%- endmacro %}

{% macro duckdb__no_short_key() -%} cast(null as ubigint) {%- endmacro %}
