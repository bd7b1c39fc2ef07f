{#
    A table of what the lake's folders hold, read folder by folder: those that `build.unread` lists, which whoever
    prepares the build writes (warehouse/reading.py). What stood there from an unread folder goes, what is in it now
    comes, and the folder counts as read, all in one transaction.

    reads: the raw table. The model's SQL reads it through `unread`, whose condition stands for one batch of folders.
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
            {%- if existing is not none %}
    drop {{ existing.type }} if exists {{ existing }};
            {%- endif %}
    {{ create_table_as(False, target_relation, compiled_code | replace(this_batch(), 'false')) }};
        {%- else %}
    delete from {{ target_relation }} where (org_id, event_date) in (select (org_id, event_date) from {{ listed }});
        {%- endif %}
        {%- for batch in batches %}
    insert into {{ target_relation }} by name
    {{ compiled_code | replace(this_batch(), "sent.event_date in (" ~ batch[1] ~ ")"
        ~ " and (sent.org_id, sent.event_date) in (select (org_id, event_date) from " ~ listed ~ " and batch = " ~ batch[0] ~ ")") }};
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
