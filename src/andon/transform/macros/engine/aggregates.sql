{# Linear-interpolated percentile over a group, exact; nulls are left out. #}
{% macro percentile(expression, share) -%}
    {{ return(adapter.dispatch('percentile', 'andon')(expression, share)) }}
{%- endmacro %}

{% macro duckdb__percentile(expression, share) -%} quantile_cont({{ expression }}, {{ share }}) {%- endmacro %}
