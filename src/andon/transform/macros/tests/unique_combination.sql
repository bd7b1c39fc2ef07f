{#
    Fails on every combination of the columns that more than one row has: the test of a model's grain.

    day: the column with the day of a model that is kept by the day; days that this build did not make are not asked again.
    reach: as in macros/days.sql.
#}
{% test unique_combination(model, columns, day=none, reach=0) %}
    select
        {{ columns | join(', ') }},
        count(*) as copies
    from {{ model }} as told
    {%- if day %}
    where {{ is_remade('told', day, reach) }}
    {%- endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
