{# Whose a fact is, as far as its record says: with these columns alike, facts are of one person. #}
{% macro identity_keys() %}
    {{ return([
        'org_id', 'agent', 'session_id', 'ingest_key_id', 'identity_email', 'identity_account', 'identity_user',
        'identity_install',
    ]) }}
{% endmacro %}

{# Equality of those columns in two relations, where nothing equals nothing. #}
{% macro same_identity_keys(left, right) -%}
    {%- for key in identity_keys() %}
    coalesce({{ left }}.{{ key }}, '') = coalesce({{ right }}.{{ key }}, ''){{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
