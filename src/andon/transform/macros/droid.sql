{#
    Factory's droid. Its attributes are the contract's own dimensions. Its service is called `cli`, as many are: its
    scopes and names tell it.
#}
{% macro droid_recognised(name, scope_name, service_name) -%}
    {{ scope_name }} like 'cli-customer-%'
        or {{ name }} like 'droid.%'
{%- endmacro %}

{# Metric points of the named counters that grew, with the client that they state. #}
{% macro droid_points(counters) -%}
    (
        select
            points.*,
            coalesce(
                points.client_declared,
                nullif(nullif({{ json_text('points.attributes', 'environment.type') }}, ''), 'unknown')
            ) as client
        from {{ counted_points('droid', counters) }} as points
    )
{%- endmacro %}

{% macro droid_point_columns(rows) -%}
    {{ point_fact_columns(rows, "'droid'", rows ~ '.client') }}
{%- endmacro %}

{# Content spans of one name; they are sent only when message content is switched on. #}
{% macro droid_spans(name) -%}
    (
        select finished.*
        from {{ ref('stg_otlp__spans') }} as finished
        where
            finished.dialect = 'droid'
            and finished.name = '{{ name }}'
    )
{%- endmacro %}

{% macro droid_span_columns(rows) -%}
    {{ fact_columns(rows, "'spans'", 2, "'droid'", rows ~ '.client_declared',
        "concat(" ~ rows ~ ".trace_id, '|', " ~ rows ~ ".span_id)") }}
{%- endmacro %}

{# The level of a session's autonomy mode; null where the mode is none. #}
{% macro droid_autonomy(mode) -%}
    case lower({{ mode }})
        when 'auto-high' then 'auto-high'
        when 'auto-medium' then 'auto-medium'
        when 'auto-low' then 'auto-low'
        when 'spec' then 'spec'
        when 'manual' then 'manual'
        when 'off' then 'manual'
        when 'normal' then 'manual'
    end
{%- endmacro %}

{# Nothing is looked up in other records. #}
{% macro droid_groups(signal) -%}
    {{ return(groups_by_record(signal)) }}
{%- endmacro %}
