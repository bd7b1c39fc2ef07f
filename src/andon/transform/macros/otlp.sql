{# The columns that spans, log records and metric points share, once: macros of the stg_otlp models. #}

{# Attributes that say whose a record is and where it belongs, of whatever signal. #}
{% macro shared_keys() %}
    {{ return([
        'session.id', 'gen_ai.conversation.id', 'conversation.id', 'user.email', 'enduser.id', 'user.id', 'gen_ai.user.id',
        'user.account_uuid', 'user.account_id', 'account.id', 'installation.id', 'enduser.pseudo.id', 'identity.source',
        'team.id', 'team.name', 'team', 'vcs.repository.name', 'vcs.repository.url.full', 'github.copilot.git.repository',
        'repository', 'andon.client', 'andon.agent',
    ]) }}
{% endmacro %}

{# Every key of a span's or log record's own attributes that is read when it comes in, once: its place is that of its value. #}
{% macro read_keys() %}
    {{ return(shared_keys() + ['event.name', 'event.sequence'] + native_keys()) }}
{% endmacro %}

{#
    A relation of raw, each record once, its attributes read once: `said` holds the values of the keys, which begin with
    the shared ones, and `own_…` and `resource_…` what is known of those, the record's own word and its resource's.
#}
{% macro read_once(table, keys) -%}
    (
        select
            parsed.*
            {%- for key in shared_keys() %},
            {{ known(nth_text('parsed.said', loop.index)) }} as own_{{ loop.index }}
            {%- endfor %}
        from (
            select
                sent.*,
                {{ json_texts('sent.attributes', keys) }} as said
            from {{ first_received(table) }} as sent
        ) as parsed
    )
{%- endmacro %}

{#
    What the resources of a relation of raw say, one row a document: few processes send many records. Some SDKs leave
    the values of OTEL_RESOURCE_ATTRIBUTES percent-encoded, as the variable holds them.
#}
{% macro resources_of(relation) -%}
    (
        select
            parsed.document as document
            {%- for key in shared_keys() %},
            {{ known(percent_decoded(nth_text('parsed.said', loop.index))) }} as resource_{{ loop.index }}
            {%- endfor %}
        from (
            select
                documents.document as document,
                {{ json_texts('documents.document', shared_keys()) }} as said
            from (
                select sent.resource_attributes as document
                from {{ unread(relation) }} as sent
                group by sent.resource_attributes
                having count(*) > 0
            ) as documents
        ) as parsed
    )
{%- endmacro %}

{# What a record's own attributes say under a key of `read_keys`, as it was sent. #}
{% macro said(key, alias='raw_rows') -%}
    {{ nth_text(alias ~ '.said', read_keys().index(key) + 1) }}
{%- endmacro %}

{# The known value of one key: of the record's own attributes, or of its resource's. #}
{% macro own_value(key, alias='raw_rows') -%}
    {{ alias }}.own_{{ shared_keys().index(key) + 1 }}
{%- endmacro %}

{% macro resource_value(key, alias='raw_rows') -%}
    {{ alias }}.resource_{{ shared_keys().index(key) + 1 }}
{%- endmacro %}

{#
    The first known value of the keys: a record's own value beats its resource's, an earlier key a later one.

    of_resource: further keys, words so common that they mean this on a resource only.
#}
{% macro first_known(keys, alias='raw_rows', of_resource=[]) -%}
    coalesce(
        {%- for key in keys %}
        {{ own_value(key, alias) }},
        {%- endfor %}
        {%- for key in keys + of_resource %}
        {{ resource_value(key, alias) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The session that a record or its resource names, under whatever name; null where neither names one. #}
{% macro told_session() -%}
    {{ first_known(['session.id', 'gen_ai.conversation.id', 'conversation.id']) }}
{%- endmacro %}

{# A repository's name as it was told, of an address its last part, without `.git`. #}
{% macro repository_name(expression) -%}
    nullif({{ without_pattern(
        "case when " ~ expression ~ " like '%:%' then "
        ~ without_pattern(without_pattern(expression, '/+$'), '^.*[/:]') ~ " else " ~ expression ~ " end",
        '([.]git)?/*$'
    ) }}, '')
{%- endmacro %}

{#
    Whose dialect a record speaks. A name that begins with `andon.` is native whoever says it; else the first dialect
    decides whose macro `<dialect>_recognised(name, scope_name, service_name)` is true; else it is native.
#}
{% macro dialect(name, scope_name='read.scope_name', service_name='read.service_name') -%}
    case
        when {{ name }} like 'andon.%' then 'native'
        {%- for dialect in var('staged') if dialect != 'native' %}
            {%- set recognised = context.get(dialect ~ '_recognised') %}
            {%- if not recognised %}
                {{ exceptions.raise_compiler_error(
                    'dialect ' ~ dialect ~ ' has models but no macro ' ~ dialect ~ '_recognised(name, scope_name, service_name)'
                ) }}
            {%- endif %}
        when {{ recognised(name, scope_name, service_name) }} then '{{ dialect }}'
        {%- endfor %}
        else 'native'
    end
{%- endmacro %}

{#
    One row per record, with what its resource says: of copies that were sent again, the one received first. Give it a
    source's name.

    A copy has the day of its record, so that it is looked for within that day; a log record without any time of its own
    has that of its receipt, and is compared with other days' later (stg_otlp__log_records).

    Whole rows are dear to read and to sort. Few records came twice: they are found by a short key, and which of their
    copies came later by when they came. Only copies that came in the same moment are compared whole, and mostly there
    are none.
#}
{% macro first_received(relation) -%}
    (
        with resources as (
            select told.*
            from {{ resources_of(relation) }} as told
        ),

        repeated as (
            select keyed.record_key as record_key
            from (
                select {{ short_key(['sent.org_id', 'sent.record_id', 'sent.event_date']) }} as record_key
                from {{ unread(relation) }} as sent
            ) as keyed
            group by keyed.record_key
            having count(*) > 1
        ),

        copies as (
            select
                sent.org_id as org_id,
                sent.record_id as record_id,
                sent.event_date as event_date,
                sent.received_at as received_at,
                min(sent.received_at) over (
                    partition by sent.org_id, sent.record_id, sent.event_date
                ) as first_received_at,
                count(*) over (
                    partition by sent.org_id, sent.record_id, sent.event_date, sent.received_at
                ) as twins
            from {{ unread(relation) }} as sent
            where {{ short_key(['sent.org_id', 'sent.record_id', 'sent.event_date']) }} in (select repeated.record_key from repeated)
        )

        select
            single.*,
            1 as copy_number
        from {{ with_resource(unread(relation)) }} as single
        left join (
            select distinct
                copies.org_id as org_id,
                copies.record_id as record_id,
                copies.event_date as event_date,
                copies.received_at as received_at,
                1 as is_set_aside
            from copies
            where copies.received_at > copies.first_received_at or copies.twins > 1
        ) as set_aside
            on
                single.record_id = set_aside.record_id
                and single.received_at = set_aside.received_at
                and single.org_id = set_aside.org_id
                and single.event_date = set_aside.event_date
        where coalesce(set_aside.is_set_aside, 0) = 0
        union all
        select counted.*
        from (
            select
                twin.*,
                row_number() over (
                    partition by twin.org_id, twin.record_id, twin.event_date
                    order by twin.ingest_key_id
                ) as copy_number
            from {{ with_resource(unread(relation)) }} as twin
            inner join (
                select distinct
                    copies.org_id as org_id,
                    copies.record_id as record_id,
                    copies.event_date as event_date,
                    copies.received_at as received_at
                from copies
                where copies.received_at = copies.first_received_at and copies.twins > 1
            ) as twins
                on
                    twin.record_id = twins.record_id
                    and twin.received_at = twins.received_at
                    and twin.org_id = twins.org_id
                    and twin.event_date = twins.event_date
        ) as counted
        where counted.copy_number = 1
    )
{%- endmacro %}

{# Records with what their resource says, beside `resources`. #}
{% macro with_resource(records) -%}
    (
        select
            {%- for key in shared_keys() %}
            resources.resource_{{ loop.index }} as resource_{{ loop.index }},
            {%- endfor %}
            told.*
        from {{ records }} as told
        left join resources
            on told.resource_attributes = resources.document
    )
{%- endmacro %}

{# What only dialects that read attributes themselves look at: the native one's are read already, and not kept. #}
{% macro of_other_dialects(expression) -%}
    case when raw_rows.dialect <> 'native' then {{ expression }} end
{%- endmacro %}

{#
    Common columns of the three models.

    nanos: when the record happened.
    reads_native: whether the model reads the native dialect's attributes.
#}
{% macro otlp_columns(nanos, reads_native=true) -%}
        raw_rows.org_id as org_id,
        raw_rows.record_id as record_id,
        raw_rows.ingest_key_id as ingest_key_id,
        raw_rows.received_at as received_at,
        raw_rows.event_date as event_date,
        {{ timestamp_of_nanos(nanos) }} as occurred_at,
        {{ nanos }} as occurred_at_unix_nano,
        raw_rows.dialect as dialect,
        raw_rows.service_name as service_name,
        raw_rows.service_version as service_version,
        {%- for document in ['attributes', 'resource_attributes'] %}
        {{ of_other_dialects('raw_rows.' ~ document) if reads_native else 'raw_rows.' ~ document }} as {{ document }},
        {%- endfor %}
        {{ told_session() }} as session_id,
        {{ identity_columns() }},
        {{ first_known(['team.id', 'team.name'], of_resource=['team']) }} as team,
        {{ repository_name(first_known(
            ['vcs.repository.name', 'vcs.repository.url.full', 'github.copilot.git.repository'], of_resource=['repository']
        )) }} as repository,
        {{ first_known(['andon.client']) }} as client_declared,
        {{ first_known(['andon.agent']) }} as agent_declared
{%- endmacro %}

{#
    The records of a table, each once: all that were ever read, or those that this build stages (int_slice).

    A log record without any time has the day of its receipt: sent again on another day, it is there twice.
#}
{% macro each_record(table, to_stage=false) -%}
    {%- set base = ref('base_otlp__' ~ table) -%}
    {%- set chosen = in_slice(base, 'records') if to_stage else '1 = 1' -%}
    (
        {%- if table == 'log_records' %}
        select
            records.*,
            1 as copy_number
        from {{ base }} as records
        where records.is_timeless = 0 and {{ chosen }}
        union all
        select timeless.*
        from {{ ref('stg_otlp__timeless_records') }} as timeless
        where {{ chosen | replace('records.', 'timeless.') }}
        {%- else %}
        select records.*
        from {{ base }} as records
        where {{ chosen }}
        {%- endif %}
    )
{%- endmacro %}
