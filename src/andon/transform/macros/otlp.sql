{# The columns that spans, log records and metric points share, once: macros of the stg_otlp models. #}

{# The text, or null where it is a word for nobody or nothing. #}
{% macro known(expression) -%}
    case
        when lower(trim({{ expression }})) in ('', 'anonymous', 'unknown', 'null', 'none', 'undefined') then null
        else trim({{ expression }})
    end
{%- endmacro %}

{# Attributes that say whose a record is and where it belongs, of whatever signal. #}
{% macro shared_keys() %}
    {{ return([
        'session.id', 'gen_ai.conversation.id', 'conversation.id', 'user.email', 'enduser.id', 'user.id', 'gen_ai.user.id',
        'user.account_uuid', 'user.account_id', 'account.id', 'installation.id', 'team.id', 'vcs.repository.name',
        'vcs.ref.head.name', 'andon.client', 'andon.agent',
    ]) }}
{% endmacro %}

{# Their values, the record's own and its resource's: two columns that `first_known` reads. #}
{% macro shared_values(alias) -%}
    {{ json_texts(alias ~ '.attributes', shared_keys()) }} as own_values,
    {{ json_texts(alias ~ '.resource_attributes', shared_keys()) }} as resource_values
{%- endmacro %}

{# The first known value of the keys: a record's own value beats its resource's, an earlier key a later one. #}
{% macro first_known(keys, alias='raw_rows') -%}
    coalesce(
        {%- for values in ['own_values', 'resource_values'] -%}
            {%- for key in keys %}
        {{ known(nth_text(alias ~ '.' ~ values, shared_keys().index(key) + 1)) }}{{ ',' if not loop.last }}
            {%- endfor -%}
            {{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# An address, or null: agents behind a gateway put one into user.id. #}
{% macro only_email(expression) -%}
    lower(case when {{ expression }} like '%_@_%._%' then {{ expression }} end)
{%- endmacro %}

{#
    Whose dialect a record speaks. A name that begins with `andon.` is native whoever says it; else the first dialect
    decides whose macro `<dialect>_recognised(name, scope_name, service_name)` is true; else it is native.
#}
{% macro dialect(name, scope_name='raw_rows.scope_name', service_name='raw_rows.service_name') -%}
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

{# One row per record: of copies that were sent again, the one received first. Give it a source's name. #}
{% macro first_received(relation) -%}
    (
        select counted.*
        from (
            select
                sent.*,
                row_number() over (
                    partition by sent.org_id, sent.record_id
                    order by sent.received_at, sent.ingest_key_id
                ) as copy_number
            from {{ relation }} as sent
        ) as counted
        where counted.copy_number = 1
    )
{%- endmacro %}

{# Common columns of the three models; `nanos` is when the record happened. #}
{% macro otlp_columns(nanos, name) -%}
        raw_rows.org_id as org_id,
        raw_rows.record_id as record_id,
        raw_rows.ingest_key_id as ingest_key_id,
        raw_rows.received_at as received_at,
        raw_rows.event_date as event_date,
        {{ timestamp_of_nanos(nanos) }} as occurred_at,
        {{ nanos }} as occurred_at_unix_nano,
        {{ dialect(name) }} as dialect,
        raw_rows.service_name as service_name,
        raw_rows.service_version as service_version,
        raw_rows.scope_name as scope_name,
        raw_rows.attributes as attributes,
        raw_rows.resource_attributes as resource_attributes,
        {{ first_known(['session.id', 'gen_ai.conversation.id', 'conversation.id']) }} as session_id,
        lower(coalesce(
            {{ first_known(['user.email']) }},
            {{ only_email(first_known(['enduser.id', 'user.id'])) }}
        )) as identity_email,
        {{ first_known(['user.account_uuid', 'user.account_id', 'account.id']) }} as identity_account,
        {{ first_known(['enduser.id', 'user.id', 'gen_ai.user.id']) }} as identity_user,
        {{ first_known(['installation.id']) }} as identity_install,
        {{ first_known(['team.id']) }} as team,
        {{ first_known(['vcs.repository.name']) }} as repository,
        {{ first_known(['vcs.ref.head.name']) }} as branch,
        {{ first_known(['andon.client']) }} as client_declared,
        {{ first_known(['andon.agent']) }} as agent_declared
{%- endmacro %}
