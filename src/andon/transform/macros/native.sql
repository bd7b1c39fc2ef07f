{#
    Records of the native dialect that tell one fact, spans and log records alike, with the columns of a stg_otlp
    model and `dedupe_key`.

    A fact's own id makes it the same fact. Without one, a span is itself by trace and span id, and a log record
    that stands in that very span tells the same fact again; a log record in any other span is itself, for many
    facts may be logged within one span.

    own_id: expression over `records` (its attributes), null where the fact brings no id.
#}
{% macro native_facts(kind, own_id='null') -%}
    (
        select
            told.*,
            case
                when told.own_id is not null then told.own_id
                when told.is_span = 1 or told.stands_in_its_span = 1
                    then coalesce(told.id_told_elsewhere, concat(told.trace_id, '|', told.span_id))
                else told.record_id
            end as dedupe_key
        from (
            select
                identified.*,
                max(case when identified.span_id is null then 0 else identified.is_span end) over same_span as stands_in_its_span,
                case
                    when identified.span_id is not null then coalesce(
                        min(case when identified.is_span = 1 then identified.own_id end) over same_span,
                        min(identified.own_id) over same_span
                    )
                end as id_told_elsewhere
            from (
                select
                    records.*,
                    cast({{ own_id }} as {{ text() }}) as own_id
                from {{ ref('stg_native__records') }} as records
                where records.fact = '{{ kind }}'
            ) as identified
            window same_span as (partition by identified.org_id, identified.trace_id, identified.span_id)
        ) as told
    )
{%- endmacro %}

{# The shared columns of a native fact: log records and spans are of one rank. #}
{% macro native_fact_columns(rows, dedupe_key=none) -%}
    {{ fact_columns(rows, rows ~ '.source_signal', 1, rows ~ '.agent', rows ~ '.client_declared',
        dedupe_key or (rows ~ '.dedupe_key')) }}
{%- endmacro %}
