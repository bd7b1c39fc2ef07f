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

{# Whose a fact is: identities without a session are told day by day. #}
{% macro is_owned_by(facts, identities) -%}
    {{ same_identity_keys(facts, identities) }}
    and coalesce({{ day_without_session(facts) }}, {{ day_literal('1970-01-01') }}) = coalesce({{ identities }}.event_date, {{ day_literal('1970-01-01') }})
{%- endmacro %}

{# A fact's day where it names no session. #}
{% macro day_without_session(rows) -%}
    case when {{ rows }}.session_id is null then {{ rows }}.event_date end
{%- endmacro %}
