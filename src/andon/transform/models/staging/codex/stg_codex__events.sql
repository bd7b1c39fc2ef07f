{{ config(materialized='table') }}
{%- set shared = [
    'org_id', 'record_id', 'ingest_key_id', 'service_name', 'service_version', 'resource_attributes', 'identity_email',
    'identity_account', 'identity_user', 'identity_install', 'team', 'repository', 'client_declared',
] -%}
with logged as (
    select
        {%- for column in shared %}
        logs.{{ column }} as {{ column }},
        {%- endfor %}
        'logs' as source_signal,
        1 as source_rank,
        logs.record_id as event_id,
        logs.event_name as event_name,
        logs.session_id as session_id,
        logs.occurred_at_unix_nano as occurred_at_unix_nano,
        logs.attributes as attributes
    from {{ ref('stg_otlp__log_records') }} as logs
    where
        logs.dialect = 'codex'
        and logs.event_name like 'codex.%'
),

-- Spans carry the same events, without content; a span's own time says nothing about them.
carried as (
    select
        spans.*,
        listed.position as position,
        {{ json_value('listed.item', 'attributes') }} as event_attributes,
        {{ json_int('listed.item', 'time_unix_nano') }} as nanos
    from {{ ref('stg_otlp__spans') }} as spans
    {{ join_json_items('spans.events', 'listed') }}
    where
        spans.dialect = 'codex'
        and spans.events like '%"codex.%'
),

traced as (
    select
        {%- for column in shared %}
        carried.{{ column }} as {{ column }},
        {%- endfor %}
        'spans' as source_signal,
        2 as source_rank,
        concat(carried.record_id, '|', carried.position) as event_id,
        {{ json_text('carried.event_attributes', 'event.name') }} as event_name,
        coalesce({{ known(json_text('carried.event_attributes', 'conversation.id')) }}, carried.session_id) as session_id,
        coalesce(nullif(carried.nanos, 0), carried.occurred_at_unix_nano) as occurred_at_unix_nano,
        carried.event_attributes as attributes
    from carried
    where {{ json_text('carried.event_attributes', 'event.name') }} like 'codex.%'
),

told as (
    select logged.*
    from logged
    union all
    select traced.*
    from traced
)

select
    told.*,
    {{ timestamp_of_nanos('told.occurred_at_unix_nano') }} as occurred_at,
    {{ day_of(timestamp_of_nanos('told.occurred_at_unix_nano')) }} as event_date
from told
