{#
    A table that stays from build to build: of its rows those that have to do with what changed are made anew, the others
    are not touched. In a build of everything (`is_whole`) it is simply made.

    The model's SQL then gives the rows that are remade, all of them and no others. Rows that come out as they were stay
    where they are. What came and what went is noted in the same transaction, and stays noted until a build has passed
    (warehouse/changes.py): a build that dies is done again with all of it.

    remade: which rows of the table, `kept`, are remade: a condition.
    days: a query for the days on which such rows may be, where the table has an `event_date`.
    noted: the table of changes, in schema `build`. of_came: what is noted of a row, `changed`; of_went: of one that went,
    where that is something else. noted_too: a query for what else is noted.
#}
{% materialization kept, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if is_made_from_nothing(existing) %}
        {% call statement('main') -%} {{ made_anew(existing, target_relation, compiled_code) }} {%- endcall %}
    {%- else %}
        {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | list -%}
        {%- set days = config.get('days') -%}
        {#- Days of which nothing is kept yet, as of one that is new, are not looked at any further. -#}
        {%- set remade = config.require('remade') ~ among_days('kept', days and
            'select distinct kept.event_date from ' ~ target_relation ~ ' as kept where true' ~ among_days('kept', days)) -%}
        {%- set noted = config.get('noted') -%}
        {% call statement('main') -%}
    create or replace temp table came as
    select
        hash(made) as row_hash,
        made.*
    from (
        select {{ columns | join(', ') }}
        from (
    {{ compiled_code }}
        ) as compiled
    ) as made;
    create or replace temp table went as
    select
        kept.rowid as place,
        hash(kept) as row_hash,
        kept.*
    from {{ target_relation }} as kept
    where {{ remade }};
    create or replace temp table stays as
    select
        came.rowid as came_place,
        went.place as place
    from came
    inner join went
        on
            came.row_hash = went.row_hash
            {%- for column in columns %}
            and came.{{ column }} is not distinct from went.{{ column }}
            {%- endfor %};
    delete from came where rowid in (select stays.came_place from stays);
    delete from went where place in (select stays.place from stays);
    delete from {{ target_relation }} where rowid in (select went.place from went);
    insert into {{ target_relation }} by name select came.* exclude (row_hash) from came;
            {%- for change in ['came', 'went'] if noted %}
    insert into build.{{ noted }} select distinct {{ config.get('of_' ~ change) or config.require('of_came') }} from {{ change }} as changed;
            {%- endfor %}
            {%- if config.get('noted_too') %}
    insert into build.{{ noted }} {{ config.get('noted_too') }};
            {%- endif %}
    drop table came;
    drop table went;
    drop table stays;
    select 1;
        {%- endcall %}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# How a table is kept: from build to build where we can write rows in place; elsewhere it is made anew. #}
{% macro kept_from_build_to_build() %}
    {{ return('kept' if target.type == 'duckdb' else 'table') }}
{% endmacro %}

{# Whether a build makes everything anew. #}
{% macro is_whole() %}
    {{ return(target.type != 'duckdb' or var('whole') or not execute or flags.EMPTY) }}
{% endmacro %}

{# Whether a table that is kept is made of everything now; where it is to be kept and is gone, nothing could be made right. #}
{% macro is_made_from_nothing(existing) %}
    {%- if not is_whole() -%}{%- do insist_on(this, existing) -%}{%- endif -%}
    {{ return(is_whole()) }}
{% endmacro %}

{# A table that is kept has to be there, also where it is read before it is made. #}
{% macro insist_on(relation, existing) %}
    {%- if existing is none or not existing.is_table -%}
        {{ exceptions.raise_compiler_error(relation ~ " is gone, which builds only add to; run `andon build --full-refresh`") }}
    {%- endif -%}
{% endmacro %}

{#
    ` and <rows>.event_date in (…)`, the days written out so that only blocks of those days are read; nothing without
    a query. Rows of no day at all: `and false`.
#}
{% macro among_days(rows, query) %}
    {%- if not query %}{{ return('') }}{% endif -%}
    {%- set days = [] -%}
    {%- for day in run_query(query).rows -%}
        {%- do days.append("date '" ~ day[0] ~ "'") -%}
    {%- endfor -%}
    {{ return(' and ' ~ rows ~ '.event_date in (' ~ days | join(', ') ~ ')' if days else ' and false') }}
{% endmacro %}

{# A table of schema `build` that the rest of this build looks at, made now. #}
{% macro look_up(name, query) %}
    {%- do run_query('create or replace table build.' ~ name ~ ' as ' ~ query) -%}
{% endmacro %}
