{#
    Fails on every combination of the columns that more than one row has: the test of a model's grain.

    day: the column with the day of a model that is kept by the day; days that this build did not make are not asked again.
    reach: as in macros/days.sql.
    of: for a model that is kept by its facts or sessions, which of them this build made (macros/engine/scopes.sql).
    by: a narrow column that rows of one combination have alike; only rows that share theirs are compared by the others.
#}
{% test unique_combination(model, columns, day=none, reach=0, of=none, by=none) %}
    select
        {{ columns | join(', ') }},
        count(*) as copies
    from {{ model }} as told
    where
        {{ _is_asked('told', day, reach, of) }}
        {%- if by %}
        and told.{{ by }} in (
            select alike.{{ by }}
            from {{ model }} as alike
            where {{ _is_asked('alike', day, reach, of) }}
            group by alike.{{ by }}
            having count(*) > 1
        )
        {%- endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{% macro _is_asked(rows, day, reach, of) -%}
    {{ is_remade(rows, day, reach) if day else is_made_now(rows, of) if of else '1 = 1' }}
{%- endmacro %}
