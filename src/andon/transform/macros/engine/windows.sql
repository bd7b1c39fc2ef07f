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

{#
    The id of a group's earliest record, given rows with `occurred_at_unix_nano` and `record_id`: of the same nanosecond
    the id decides, digits that say nothing about who, where or how often.
#}
{% macro first_record(rows) -%}
    {{ return(adapter.dispatch('first_record', 'andon')(rows)) }}
{%- endmacro %}

{% macro default__first_record(rows) -%}
    substr(min(concat({{ sortable(rows ~ '.occurred_at_unix_nano') }}, {{ rows }}.record_id)), 21)
{%- endmacro %}

{# Half of what the text costs. #}
{% macro duckdb__first_record(rows) -%}
    (min({'at': {{ rows }}.occurred_at_unix_nano, 'record_id': {{ rows }}.record_id})).record_id
{%- endmacro %}
