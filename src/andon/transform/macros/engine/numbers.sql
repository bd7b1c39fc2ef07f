{# Exact arithmetic of decimals, whose widths engines choose differently. #}

{# An exact decimal that a count of tokens times a weight always fits into: eight places. #}
{% macro exact_product(count, weight) -%}
    {{ return(adapter.dispatch('exact_product', 'andon')(count, weight)) }}
{%- endmacro %}

{% macro duckdb__exact_product(count, weight) -%}
    cast({{ count }} as decimal(20, 0)) * cast({{ weight }} as decimal(18, 8))
{%- endmacro %}

{% macro bigquery__exact_product(count, weight) -%}
    cast({{ count }} as bignumeric) * cast({{ weight }} as bignumeric)
{%- endmacro %}

{% macro clickhouse__exact_product(count, weight) -%}
    toDecimal128({{ count }}, 0) * toDecimal128({{ weight }}, 8)
{%- endmacro %}

{# The nearest whole number of a decimal that is not negative, halves away from zero. #}
{% macro round_half_up(expression) -%}
    {{ return(adapter.dispatch('round_half_up', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__round_half_up(expression) -%}
    cast(floor({{ expression }} + cast(0.5 as decimal(2, 1))) as bigint)
{%- endmacro %}

{% macro bigquery__round_half_up(expression) -%}
    cast(floor({{ expression }} + bignumeric '0.5') as int64)
{%- endmacro %}

{% macro clickhouse__round_half_up(expression) -%}
    toInt64(floor({{ expression }} + toDecimal128('0.5', 1)))
{%- endmacro %}
