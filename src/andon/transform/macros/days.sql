{# Which days a build makes again: all of them, or those on which something changed since a build passed. #}

{#
    Whether a row is of a day that this build makes again; always so in a build of everything.

    rows: its relation, which has `org_id`. day: the column with its day.
    reach: 0 for days on which something changed; 1 for the 29 days after them too, which count who was there within
    thirty days; 2 for the 29 days before as well, which are read for those; none for every day of an organisation that
    has one.
    days: the list of days, a model with `org_id`, `event_date` and `reach`.
#}
{% macro is_remade(rows, day='event_date', reach=0, days='int_remade_days') -%}
    {%- set list = ref(days) if not execute or not is_whole() -%}
    {%- if is_whole() -%} 1 = 1
    {%- else -%} {{ is_of_days(rows ~ '.org_id', rows ~ '.' ~ day, reach, list) }}{{ between_days(rows ~ '.' ~ day, reach, list) }}
    {%- endif -%}
{%- endmacro %}

{% macro is_of_days(org_id, day, reach, list) -%}
    exists (
        select 1
        from {{ list }} as remade_days
        where
            remade_days.org_id = {{ org_id }}
            {%- if reach is not none %}
            and remade_days.event_date = {{ day }}
            and remade_days.reach <= {{ reach }}
            {%- endif %}
    )
{%- endmacro %}
