{# What engines write differently about windows. #}

{# The first value that is known within the frame of a window; put `over (…)` behind it. #}
{% macro first_in_window(expression) -%}
    {{ return(adapter.dispatch('first_in_window', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__first_in_window(expression) -%} first_value({{ expression }} ignore nulls) {%- endmacro %}

{% macro bigquery__first_in_window(expression) -%} first_value({{ expression }} ignore nulls) {%- endmacro %}

{% macro clickhouse__first_in_window(expression) -%} first_value({{ expression }}) ignore nulls {%- endmacro %}

{# The last value that is known within the frame of a window; put `over (…)` behind it. #}
{% macro last_in_window(expression) -%}
    {{ return(adapter.dispatch('last_in_window', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__last_in_window(expression) -%} last_value({{ expression }} ignore nulls) {%- endmacro %}

{% macro bigquery__last_in_window(expression) -%} last_value({{ expression }} ignore nulls) {%- endmacro %}

{% macro clickhouse__last_in_window(expression) -%} last_value({{ expression }}) ignore nulls {%- endmacro %}
