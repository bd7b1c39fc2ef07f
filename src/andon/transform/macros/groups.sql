{#
    Which records belong together: staging relates no record to one of another group.

    A record has a group and perhaps a second one, its link: groups that a record links are staged together
    (int_slice). A dialect says what its records' groups are in a macro `<dialect>_groups(signal)`, which returns
    {'group': …, 'link': …}: expressions over `raw_rows`, the same for records that belong together, the first never
    null. A dialect that says nothing is one group in each organisation.
#}
{% macro group_columns(signal) -%}
    {%- set groups, links = {}, {} -%}
    {%- for dialect in var('staged') -%}
        {%- set declared = context.get(dialect ~ '_groups') -%}
        {%- set told = declared(signal) if declared else {} -%}
        {%- if told.group -%}{%- do groups.update({dialect: told.group}) -%}{%- endif -%}
        {%- if told.link -%}{%- do links.update({dialect: told.link}) -%}{%- endif -%}
    {%- endfor -%}
    {{ by_dialect(groups, group_of('dialect', ['raw_rows.dialect'])) }} as group_key,
    {{ by_dialect(links, no_short_key()) }} as link_key
{%- endmacro %}

{# One expression of each dialect that has one, and another for those that have none. #}
{% macro by_dialect(expressions, otherwise) -%}
    {%- if expressions -%}
    case raw_rows.dialect
        {%- for dialect, expression in expressions.items() %}
        when '{{ dialect }}' then {{ expression }}
        {%- endfor %}
        else {{ otherwise }}
    end
    {%- else -%}
    {{ otherwise }}
    {%- endif -%}
{%- endmacro %}

{# The key of a group of one organisation, given what kind it is and values that are never null. #}
{% macro group_of(kind, values) -%}
    {{ short_key(['raw_rows.org_id', "'" ~ kind ~ "'"] + values) }}
{%- endmacro %}
