{#
    Fails on every combination of the columns that more than one row has: the test of a model's grain.

    day: the column with the day of a model that is kept by the day; days that this build did not make are not asked again.
    reach: as in macros/days.sql.
    of: for a model that is kept by its facts or sessions, which of them this build made (macros/engine/scopes.sql).
#}
{% test unique_combination(model, columns, day=none, reach=0, of=none) %}
    select
        {{ columns | join(', ') }},
        count(*) as copies
    from {{ model }} as told
    {%- if day or of %}
    where {{ is_remade('told', day, reach) if day else is_made_now('told', of) }}
    {%- endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
