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

{# Whose a fact is: identities are told day by day. #}
{% macro is_owned_by(facts, identities) -%}
    {{ same_identity_keys(facts, identities) }}
    and {{ facts }}.event_date = {{ identities }}.event_date
{%- endmacro %}

{# An address, or null: agents behind a gateway put one into user.id. #}
{% macro only_email(expression) -%}
    case when {{ expression }} like '%_@_%._%' then {{ expression }} end
{%- endmacro %}

{# The keys under which a person's name or address may stand, the likelier a person's own first. #}
{% macro user_keys() %}
    {{ return(['enduser.id', 'user.id', 'gen_ai.user.id']) }}
{% endmacro %}

{#
    Whether a user's id is an installation's. Claude Code puts a random hash into user.id of every record, which
    must not hide the name on the resource; with identity.source beside it, a gateway vouches for the id.
#}
{% macro names_an_installation(value, alias='raw_rows') -%}
    ({{ matches(value, '^[0-9a-f]{64}$') }} and {{ first_known(['identity.source'], alias) }} is null)
{%- endmacro %}

{# Whose a record is, as far as it says so itself: four columns, the surest first. #}
{% macro identity_columns(alias='raw_rows') -%}
    lower(coalesce(
        {%- for value in ['own_value', 'resource_value'] %}
        {{ context[value]('user.email', alias) }},
            {%- for key in user_keys() %}
        {{ only_email(context[value](key, alias)) }}{{ ',' if not loop.last }}
            {%- endfor -%}
            {{ ',' if not loop.last }}
        {%- endfor %}
    )) as identity_email,
    {{ first_known(['user.account_uuid', 'user.account_id', 'account.id'], alias) }} as identity_account,
    coalesce(
        {%- for value in ['own_value', 'resource_value'] %}
            {%- for key in user_keys() %}
        case when not {{ names_an_installation(context[value](key, alias), alias) }} then {{ context[value](key, alias) }} end
        {{- ',' if not loop.last }}
            {%- endfor -%}
            {{ ',' if not loop.last }}
        {%- endfor %}
    ) as identity_user,
    coalesce(
        {{ first_known(['installation.id', 'enduser.pseudo.id'], alias) }},
        {%- for value in ['own_value', 'resource_value'] %}
            {%- for key in user_keys() %}
        case when {{ names_an_installation(context[value](key, alias), alias) }} then {{ context[value](key, alias) }} end
        {{- ',' if not loop.last }}
            {%- endfor -%}
            {{ ',' if not loop.last }}
        {%- endfor %}
    ) as identity_install
{%- endmacro %}
