{# The text without every match of a regular expression. #}
{% macro without_pattern(expression, pattern) -%}
    {{ return(adapter.dispatch('without_pattern', 'andon')(expression, pattern)) }}
{%- endmacro %}

{% macro duckdb__without_pattern(expression, pattern) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{# What stands before the first separator; the whole text when there is none. #}
{% macro text_before(expression, separator) -%}
    {{ return(adapter.dispatch('text_before', 'andon')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__text_before(expression, separator) -%} split_part({{ expression }}, '{{ separator }}', 1) {%- endmacro %}

{# What stands after the first separator; null when there is none. #}
{% macro text_after(expression, separator) -%}
    {{ return(adapter.dispatch('text_after', 'andon')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__text_after(expression, separator) -%}
    case
        when strpos({{ expression }}, '{{ separator }}') > 0
            then substr({{ expression }}, strpos({{ expression }}, '{{ separator }}') + length('{{ separator }}'))
    end
{%- endmacro %}
