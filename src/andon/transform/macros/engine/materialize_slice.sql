{#
    A build that does not make everything anew (`is_whole`) stages a slice of the records: those of the groups that
    were touched, and of all groups that are linked with these.
#}

{#
    Groups, and whatever is linked with them: the model's SQL gives the groups to begin with; what records link with
    these (`linked_groups`) is added, until nothing is.
#}
{% materialization reached, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do look_up('reached', 'select distinct begun.group_key, 0 as step from (' ~ compiled_code ~ ') as begun') -%}
    {%- if not is_whole() -%}
        {%- for step in range(1, 100000) -%}
            {%- do run_query(
                "insert into build.reached select distinct linked.group_key, " ~ step ~ " from ("
                ~ linked_groups("(select group_key from build.reached where step = " ~ (step - 1) ~ ")")
                ~ ") as linked anti join build.reached as known on linked.group_key = known.group_key"
            ) -%}
            {%- set found = run_query("select count(*) from build.reached where step = " ~ step) -%}
            {%- if found.rows[0][0] == 0 -%}{%- break -%}{%- endif -%}
            {%- if loop.last -%}{{ exceptions.raise_compiler_error("a chain of groups has no end; use --full-refresh") }}{%- endif -%}
        {%- endfor -%}
    {%- endif %}
    {% call statement('main') -%} {{ made_anew(existing, target_relation, 'select group_key from build.reached') }} {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Groups that records of the base models link with those that *groups* lists, at either end. #}
{% macro linked_groups(groups) -%}
    {%- for table in ['spans', 'log_records', 'metric_points'] %}
    select link_key as group_key from {{ ref('base_otlp__' ~ table) }} where link_key is not null and group_key in {{ groups }}
    union all
    select group_key from {{ ref('base_otlp__' ~ table) }} where link_key in {{ groups }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A from-item with the groups of records that came, went or changed since a build passed. #}
{% macro touched_groups() -%}
    {%- if is_whole() -%} (select {{ no_short_key() }} as group_key limit 0)
    {%- else -%} build.touched_groups
    {%- endif -%}
{%- endmacro %}

{% macro kept_as_reached() %}
    {{ return('reached' if target.type == 'duckdb' else 'view') }}
{% endmacro %}

{#
    A view: of all records, or of a copy of the slice, made once for the many that read it. The copy is in memory, a
    quarter of the work, up to `in_memory_records`; there the engine spills it when it needs the room. It lasts as long as
    the process has the warehouse open (profiles.yml).

    of: the base models of its records. ids: columns of texts that hardly ever repeat.
#}
{% materialization slice, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set ids = config.get('ids', []) -%}
    {%- set is_large = not is_whole() and sliced_records(config.require('of')) > var('in_memory_records') -%}
    {%- set target_relation = this.incorporate(type='table' if is_large else 'view') -%}
    {%- if not is_whole() and not is_large -%}
        {%- set copy = 'sliced.main.' ~ this.identifier -%}
        {%- do run_query('create or replace table ' ~ copy ~ ' as ' ~ compiled_code) -%}
    {%- endif %}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if is_large %}
    {{ packed_anew(existing, target_relation, compiled_code, ids) }}
    insert into {{ target_relation }} by name {{ compiled_code }}
        {%- else %}
    {{- gone(existing) }}
    {{ create_view_as(target_relation, 'select copied.* from ' ~ copy ~ ' as copied' if copy else compiled_code) }}
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
        {%- set days = 'days_of_' ~ base.identifier -%}
        {%- do look_up(days, 'select event_date, count(*) as records from ' ~ base ~ ' where ' ~ of_slice ~ ' group by event_date') -%}
        {{ alias }}.{{ of_slice }}{{ among_days(alias, 'select event_date from build.' ~ days) }}
    {%- endif -%}
{%- endmacro %}

{# How many records of base models are in the slice, as in_slice found. #}
{% macro sliced_records(bases) %}
    {%- set counts = [] -%}
    {%- for base in bases -%}
        {%- do counts.append('select sum(records) from build.days_of_' ~ base) -%}
    {%- endfor -%}
    {{ return(run_query('select coalesce(sum(counted.records), 0) from (' ~ counts | join(' union all ') ~ ') as counted(records)').rows[0][0]) }}
{% endmacro %}
