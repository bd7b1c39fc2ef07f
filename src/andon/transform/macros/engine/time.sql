{# Time is UTC everywhere and said so: an engine's session zone decides nothing. #}

{# Nanoseconds since 1970 as a UTC timestamp, in microseconds. #}
{% macro timestamp_of_nanos(nanos) -%}
    {{ return(adapter.dispatch('timestamp_of_nanos', 'andon')(nanos)) }}
{%- endmacro %}

{% macro duckdb__timestamp_of_nanos(nanos) -%} make_timestamp({{ nanos }} // 1000) {%- endmacro %}

{% macro bigquery__timestamp_of_nanos(nanos) -%} timestamp_micros(div({{ nanos }}, 1000)) {%- endmacro %}

{% macro clickhouse__timestamp_of_nanos(nanos) -%}
    fromUnixTimestamp64Micro(intDiv({{ nanos }}, 1000), 'UTC')
{%- endmacro %}

{# The UTC day of a UTC timestamp. #}
{% macro day_of(timestamp) -%}
    {{ return(adapter.dispatch('day_of', 'andon')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__day_of(timestamp) -%} cast({{ timestamp }} as date) {%- endmacro %}

{% macro bigquery__day_of(timestamp) -%} date({{ timestamp }}, 'UTC') {%- endmacro %}

{% macro clickhouse__day_of(timestamp) -%} toDate32({{ timestamp }}, 'UTC') {%- endmacro %}

{# A day that is written in the query, `YYYY-MM-DD`. #}
{% macro day_literal(day) -%}
    {{ return(adapter.dispatch('day_literal', 'andon')(day)) }}
{%- endmacro %}

{% macro duckdb__day_literal(day) -%} cast('{{ day }}' as date) {%- endmacro %}

{% macro bigquery__day_literal(day) -%} cast('{{ day }}' as date) {%- endmacro %}

{% macro clickhouse__day_literal(day) -%} toDate32('{{ day }}') {%- endmacro %}

{# The day so many days later (earlier when negative). #}
{% macro day_plus(day, days) -%}
    {{ return(adapter.dispatch('day_plus', 'andon')(day, days)) }}
{%- endmacro %}

{% macro duckdb__day_plus(day, days) -%} (cast({{ day }} as date) + cast({{ days }} as integer)) {%- endmacro %}

{% macro bigquery__day_plus(day, days) -%} date_add({{ day }}, interval {{ days }} day) {%- endmacro %}

{% macro clickhouse__day_plus(day, days) -%} addDays({{ day }}, {{ days }}) {%- endmacro %}

{# Whole days from one day to another. #}
{% macro days_from(first, last) -%}
    {{ return(adapter.dispatch('days_from', 'andon')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_from(first, last) -%} ({{ last }} - {{ first }}) {%- endmacro %}

{% macro bigquery__days_from(first, last) -%} date_diff({{ last }}, {{ first }}, day) {%- endmacro %}

{% macro clickhouse__days_from(first, last) -%} dateDiff('day', {{ first }}, {{ last }}) {%- endmacro %}

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

{% macro bigquery__days_between(first_day, last_day) -%}
    (select listed as day from unnest(generate_date_array({{ first_day }}, {{ last_day }})) as listed)
{%- endmacro %}

{% macro clickhouse__days_between(first_day, last_day) -%}
    (
        select addDays({{ first_day }}, listed.later) as day
        from (
            select arrayJoin(range(toUInt64(greatest(dateDiff('day', {{ first_day }}, {{ last_day }}) + 1, 0)))) as later
        ) as listed
    )
{%- endmacro %}
