{# A person's stable id, derived from the organisation and the canonical identity: a rebuild gives the same. #}
{% macro user_id(org_id, identity) -%}
    case
        when {{ identity }} is null then {{ unattributed_user_id() }}
        else concat('user_', upper(substr({{ md5_hex("concat(" ~ org_id ~ ", '|', " ~ identity ~ ")") }}, 1, 26)))
    end
{%- endmacro %}

{# Who facts without any identity belong to: a row that keeps sums whole and is in no user count. #}
{% macro unattributed_user_id() -%} 'user_00000000000000000000000000' {%- endmacro %}
