{#
    A table of what the lake's folders hold, read folder by folder: those that `build.unread` lists, which whoever
    prepares the build writes (warehouse/reading.py). What stood there from an unread folder goes, what is in it now
    comes, and the folder counts as read, all in one transaction. Unless the build makes everything anew, it is noted
    there too which groups changed, by records that went, came, or came again at another time: those that they are in or
    link, `build.touched_groups`; and which records went, `build.touched_records`: who looks at the groups finds the others.

    reads: the raw table. The model's SQL reads it through `unread`, whose condition stands for one batch of folders.
    ids: columns of texts that hardly ever repeat (decision 0032).
#}
{% materialization read_folders, adapter='duckdb' %}
    {%- set table = config.require('reads') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set listed = "build.unread where raw_table = '" ~ table ~ "'" -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set batches = run_query(
        "select batch, string_agg(distinct 'date ''' || event_date || '''', ', ') from " ~ listed ~ " group by batch order by batch"
    ).rows if execute else [] -%}
    {% call statement('main') -%}
        {%- if existing is none or not existing.is_table %}
    {{ packed_anew(existing, target_relation, compiled_code, config.get('ids', [])) }}
        {%- endif %}
        {%- for number, days in batches %}
            {%- set of_these = of_batch(table, number, days, target_relation) -%}
            {%- set is_compared = not is_whole() and existing is not none
                and run_query('select 1 from ' ~ target_relation ~ ' where ' ~ of_these ~ ' limit 1').rows | length > 0 %}
            {%- if is_compared %}
    create or replace temp table before_{{ table }} as
    {{ rows_to_compare(target_relation, 0) }} where {{ of_these }};
            {%- endif %}
    delete from {{ target_relation }} where {{ of_these }};
    insert into {{ target_relation }} by name
    {{ compiled_code | replace(this_batch(), of_batch(table, number, days, 'sent')) }};
            {%- if is_compared %}
    create or replace temp table touched_{{ table }} as
    select
        org_id,
        record_id,
        event_date,
        any_value(group_key) as group_key,
        any_value(link_key) as link_key,
        any_value(is_there) as is_there
    from (
        from before_{{ table }}
        union all
        {{ rows_to_compare(target_relation, 1) }} where {{ of_these }}
    )
    group by org_id, record_id, event_date, received_at, ingest_key_id
    having count(*) = 1;
    insert into build.touched_records
    select org_id, record_id, event_date from touched_{{ table }}
    group by org_id, record_id, event_date
    having max(is_there) = 0;
    {{ groups_of('touched_' ~ table, '1 = 1') }};
            {%- elif not is_whole() %}
    {{ groups_of(target_relation, of_these) }};
            {%- endif %}
        {%- endfor %}
        {%- if not flags.EMPTY %}
    delete from build.read_folders where raw_table = '{{ table }}'
        and (org_id, event_date) in (select (org_id, event_date) from {{ listed }});
    insert into build.read_folders
    select raw_table, org_id, event_date, fingerprint, definition from {{ listed }} and fingerprint <> '';
        {%- endif %}
    select 1;
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# An empty table for a query's rows, in place of the one that is there: in ids it looks for nothing that repeats, half of the cost. #}
{% macro packed_anew(existing, target_relation, query, ids) -%}
    {{- gone(existing) }}
    create table {{ target_relation }} (
    {%- for row in (run_query('describe ' ~ query).rows if execute else []) %}
        {{ adapter.quote(row[0]) }} {{ row[1] }}{{ ' using compression zstd' if row[0] in ids }}{{ ',' if not loop.last }}
    {%- endfor %}
    );
{%- endmacro %}

{# Which rows of a relation are of one batch: days are told as literals too, which keep others from being looked at. #}
{% macro of_batch(table, number, days, relation) -%}
    {{ relation }}.event_date in ({{ days }})
    and ({{ relation }}.org_id, {{ relation }}.event_date) in (
        select (org_id, event_date) from build.unread where raw_table = '{{ table }}' and batch = {{ number }}
    )
{%- endmacro %}

{# What tells whether a record is as it was, and its groups. #}
{% macro rows_to_compare(relation, is_there) -%}
    select org_id, event_date, record_id, received_at, ingest_key_id, group_key, link_key, {{ is_there }} as is_there from {{ relation }}
{%- endmacro %}

{# The groups of records are noted, and those that they link. #}
{% macro groups_of(relation, condition) -%}
    insert into build.touched_groups
    select group_key from {{ relation }} where {{ condition }}
    union
    select link_key from {{ relation }} where link_key is not null and {{ condition }}
{%- endmacro %}

{# How a base model is kept: by the folder where the lake is one of files; elsewhere as a table. #}
{% macro kept_by_folder() %}
    {{ return('read_folders' if target.type == 'duckdb' else 'table') }}
{% endmacro %}

{# What holds of the records of one batch of folders, put in its place when the model is made; of all until then. #}
{% macro this_batch() -%} 'a batch' = 'a batch' {%- endmacro %}

{# A raw table's records that are to be read. #}
{% macro unread(relation) -%}
    (
        select sent.*
        from {{ relation }} as sent
        where {{ this_batch() }}
    )
{%- endmacro %}
