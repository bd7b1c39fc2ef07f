{# What is to be made again, told by what a build that passed left behind (warehouse/changes.py): on DuckDB only. #}

{#
    A from-item: days on which a fact changed, or the price of a model that was used, or that came into the range of an
    organisation's reports or left it; columns `org_id`, `event_date`.
#}
{% macro touched_days() -%}
    {%- if is_whole() -%} {{ no_days() }}
    {%- else -%}
    (
        with came as (
            from {{ ref('int_report_basis') }} except from build.passed_report_basis
        ),
        went as (
            from build.passed_report_basis except from {{ ref('int_report_basis') }}
        ),
        different as (
            from came union all from went
        ),
        ranges as (
            select different.name as org_id, different.first_date, different.last_date
            from different
            where different.what = 'organisation'
        ),
        range_days as (
            select
                ranges.org_id,
                cast(unnest(generate_series(
                    cast(ranges.first_date as timestamp), cast(ranges.last_date as timestamp), interval 1 day
                )) as date) as event_date
            from ranges
        )
        select changed.org_id, changed.event_date from {{ ref('int_changed_days') }} as changed
        union
        select range_days.org_id, range_days.event_date
        from range_days
        group by range_days.org_id, range_days.event_date
        having count(*) = 1
        union
        select calls.org_id, calls.event_date
        from {{ ref('fct_model_calls') }} as calls
        inner join different as prices
            on
                prices.what = 'price'
                and calls.event_date >= prices.first_date
                and lower(calls.model_id) like prices.name
    )
    {%- endif -%}
{%- endmacro %}

{#
    A from-item: days of which a file of raw came, went or changed, and days of records that were received with those of
    such a file of quarantine, which may have been replayed; columns `org_id`, `event_date`.
#}
{% macro reread_days() -%}
    {%- if is_whole() -%} {{ no_days() }}
    {%- else -%}
    {%- set stored = api.Relation.create(database=this.database, schema='staging', identifier='stg_otlp__stored_days') -%}
    {%- do insist_on(stored, load_cached_relation(stored)) -%}
    (
        with different as (
            (from build.found_folders except from build.passed_folders)
            union
            (from build.passed_folders except from build.found_folders)
        )
        select different.org_id, different.event_date from different
        union
        select stored.org_id, stored.event_date
        from {{ stored }} as stored
        inner join different
            on
                different.raw_table = 'quarantine'
                and stored.org_id = different.org_id
                and stored.received_date = different.event_date
    )
    {%- endif -%}
{%- endmacro %}

{# A from-item of days, `org_id`, `event_date`, without a row. #}
{% macro no_days() -%}
    (
        select
            cast(nothing.word as {{ text() }}) as org_id,
            {{ first_day() }} as event_date
        from (select '' as word) as nothing
        where nothing.word <> ''
    )
{%- endmacro %}

{#
    ` and <day> between … and …`: the first and the last of the days that are to be made again, written out. The list of
    them is looked up behind a view's joins; this holds before, so that whatever is joined by the day is read for these.
#}
{% macro between_days(day, reach, list) -%}
    {%- if reach is not none -%}
        {%- set found = run_query('select min(event_date), max(event_date) from ' ~ list ~ ' where reach <= ' ~ reach).rows[0] -%}
        {{ " and " ~ day ~ " between date '" ~ found[0] ~ "' and date '" ~ found[1] ~ "'" if found[0] else ' and false' }}
    {%- endif -%}
{%- endmacro %}
