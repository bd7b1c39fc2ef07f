{# Time is UTC everywhere and said so: an engine's session zone decides nothing. #}

{# Nanoseconds since 1970 as a UTC timestamp without a zone, in microseconds. #}
{% macro timestamp_of_nanos(nanos) -%}
    {{ return(adapter.dispatch('timestamp_of_nanos', 'andon')(nanos)) }}
{%- endmacro %}

{% macro duckdb__timestamp_of_nanos(nanos) -%} make_timestamp({{ nanos }} // 1000) {%- endmacro %}

{# The UTC day of a UTC timestamp. #}
{% macro day_of(timestamp) -%}
    {{ return(adapter.dispatch('day_of', 'andon')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__day_of(timestamp) -%} cast({{ timestamp }} as date) {%- endmacro %}

{# The day so many days later (earlier when negative). #}
{% macro day_plus(day, days) -%}
    {{ return(adapter.dispatch('day_plus', 'andon')(day, days)) }}
{%- endmacro %}

{% macro duckdb__day_plus(day, days) -%} (cast({{ day }} as date) + cast({{ days }} as integer)) {%- endmacro %}

{# A from-item with one row per day, both ends included: column `day`. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'andon')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    (
        select cast(listed.moment as date) as day
        from (
            select unnest(generate_series(
                cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day
            )) as moment
        ) as listed
    )
{%- endmacro %}
