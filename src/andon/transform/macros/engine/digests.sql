{#
    What tells a group's rows from any others: their number and the exclusive or of a hash of each row, given the
    rows' alias. It does not depend on their order, and rows of a grain never cancel each other. One engine gives
    the same digest for the same rows for ever; two engines need not agree.
#}
{% macro rows_digest(alias) -%}
    {{ return(adapter.dispatch('rows_digest', 'andon')(alias)) }}
{%- endmacro %}

{% macro duckdb__rows_digest(alias) -%}
    concat(count(*), '-', lower(to_hex(bit_xor(md5_number_lower(cast(to_json({{ alias }}) as varchar))))))
{%- endmacro %}

{% macro bigquery__rows_digest(alias) -%}
    concat(cast(count(*) as string), '-', cast(bit_xor(farm_fingerprint(to_json_string({{ alias }}))) as string))
{%- endmacro %}

{% macro clickhouse__rows_digest(alias) -%}
    concat(toString(count(*)), '-', lower(hex(groupBitXor(sipHash64(formatRow('JSONEachRow', {{ alias }}.*))))))
{%- endmacro %}
