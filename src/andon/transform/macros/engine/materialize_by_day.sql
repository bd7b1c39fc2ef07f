{#
    A table of days that stays from build to build: of its rows those of the days that are to be made again
    (`int_remade_days`) go and what the model's SQL now says of these days comes, in one transaction; all other days stay
    as they are. Done twice it gives the same. In a build of everything (`is_whole`) it is simply made, in the order of
    days, so that later a day is found without reading the others.

    day: the column with the day; rows have an `org_id` besides.
    reach: how near to a changed day a row's own is made again (macros/days.sql); an expression over `kept`.
    days: the relation that names the days, `int_remade_days` when left out.
#}
{% materialization by_day, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set day = config.require('day') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if is_made_from_nothing(existing) %}
    {{ made_anew(existing, target_relation, 'select made.* from (' ~ compiled_code ~ '\n) as made order by made.' ~ day) }}
        {%- else %}
            {%- set days = ref(config.get('days', 'int_remade_days')) -%}
            {%- set reach = config.get('reach', 0) | string %}
    delete from {{ target_relation }} as kept where {{ is_of_days('kept.org_id', 'kept.' ~ day, reach, days) }};
    insert into {{ target_relation }} by name
    select made.* from (
    {{ compiled_code }}
    ) as made
    where {{ is_of_days('made.org_id', 'made.' ~ day, reach | replace('kept.', 'made.'), days) }};
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#
    A list to which each build adds what it does not hold yet, until one has passed and it is emptied
    (warehouse/changes.py): what a build that died had begun is done again by the next.
#}
{% materialization gathered, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if existing is none or not existing.is_table %}
    {{ made_anew(existing, target_relation, compiled_code) }}
        {%- else %}
    insert into {{ target_relation }} by name
    select * from (
    {{ compiled_code }}
    ) as found
    except
    select * from {{ target_relation }};
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# How a table of days is kept: by the day where we can write rows in place; elsewhere it is made anew. #}
{% macro kept_by_day() %}
    {{ return('by_day' if target.type == 'duckdb' else 'table') }}
{% endmacro %}

{# How a list is kept that grows until a build has passed. #}
{% macro gathered_until_passed() %}
    {{ return('gathered' if target.type == 'duckdb' else 'table') }}
{% endmacro %}
