{#
    A build that does not make everything anew (`is_whole`) stages a slice of the records: those of the groups that
    were touched, and of all groups that are linked with these.
#}

{#
    The groups of the slice; none where all records are staged. The model's SQL gives the links: pairs of `group_key`
    and `link_key`. From the touched groups on, whatever is linked is added, until nothing is.
#}
{% materialization reached, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if existing is not none %}
    drop {{ existing.type }} if exists {{ existing }};
        {%- endif %}
    create table {{ target_relation }} as
    select distinct group_key, 0 as step from build.touched_groups where {{ 'false' if is_whole() else 'true' }}
    {%- endcall %}
    {%- if not is_whole() -%}
        {%- for step in range(1, 100000) -%}
            {%- set before = "(select group_key from " ~ target_relation ~ " where step = " ~ (step - 1) ~ ")" -%}
            {%- do run_query(
                "insert into " ~ target_relation ~ " select distinct linked.group_key, " ~ step ~ " from ("
                ~ "select link_key as group_key from (" ~ compiled_code ~ ") where group_key in " ~ before
                ~ " union all select group_key from (" ~ compiled_code ~ ") where link_key in " ~ before
                ~ ") as linked anti join " ~ target_relation ~ " as known on linked.group_key = known.group_key"
            ) -%}
            {%- set found = run_query("select count(*) from " ~ target_relation ~ " where step = " ~ step) -%}
            {%- if found.rows[0][0] == 0 -%}{%- break -%}{%- endif -%}
            {%- if loop.last -%}{{ exceptions.raise_compiler_error("a chain of groups has no end; use --full-refresh") }}{%- endif -%}
        {%- endfor -%}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro kept_as_reached() %}
    {{ return('reached' if target.type == 'duckdb' else 'view') }}
{% endmacro %}

{# A view of all records; or the slice's, copied once for the many that read them. #}
{% materialization slice, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view' if is_whole() else 'table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if existing is not none %}
    drop {{ existing.type }} if exists {{ existing }};
        {%- endif %}
        {%- if is_whole() %}
    {{ create_view_as(target_relation, compiled_code) }}
        {%- else %}
    {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro kept_as_slice() %}
    {{ return('slice' if target.type == 'duckdb' else 'view') }}
{% endmacro %}

{# Whether a record of a base model is one to stage. Its days are told as literals, so that no others are looked at. #}
{% macro in_slice(base, alias) -%}
    {%- set of_slice = "group_key in (select group_key from " ~ ref('int_slice') ~ ")" -%}
    {%- if is_whole() -%}
        1 = 1
    {%- else -%}
        {%- set days = run_query(
            "select string_agg(distinct 'date ''' || event_date || '''', ', ') from " ~ base ~ " where " ~ of_slice
        ).rows[0][0] -%}
        {{ (alias ~ ".event_date in (" ~ days ~ ") and " ~ alias ~ "." ~ of_slice) if days else '1 = 0' }}
    {%- endif -%}
{%- endmacro %}
