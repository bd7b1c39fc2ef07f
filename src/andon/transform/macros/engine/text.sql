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

{# Whether a regular expression is found in the text. #}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'andon')(expression, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(expression, pattern) -%} regexp_matches({{ expression }}, '{{ pattern }}') {%- endmacro %}

{# Percent-encoded text decoded; as it is where it is not, or decodes to nothing readable. #}
{% macro percent_decoded(expression) -%}
    {{ return(adapter.dispatch('percent_decoded', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__percent_decoded(expression) -%}
    case
        when {{ expression }} like '%\%__%' escape '\' then coalesce(try(url_decode({{ expression }})), {{ expression }})
        else {{ expression }}
    end
{%- endmacro %}
