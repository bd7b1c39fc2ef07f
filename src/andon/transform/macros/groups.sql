{#
    Which records belong together: staging relates no record to one of another group.

    A record has a group and perhaps a second one, its link: groups that a record links are staged together
    (int_slice). A dialect says what its records' groups are in a macro `<dialect>_groups(signal)`, which returns
    {'group': …, 'link': …}: expressions over `raw_rows`, the same for records that belong together, the first never
    null. A dialect that says nothing is one group in each organisation. A span always has its trace among its groups,
    for a trace is of several dialects. Why each is what it is: decision 0030.
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
    {{ by_dialect(links, group_of_trace() if signal == 'spans' else no_short_key()) }} as link_key
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

{# A trace, whatever dialects speak in it. #}
{% macro group_of_trace() -%}
    {{ group_of('trace', ["coalesce(raw_rows.trace_id, '')"]) }}
{%- endmacro %}

{# Points that may be of one series, or counted together: of one resource, and one session if they name it. #}
{% macro group_of_points(by_session=true) -%}
    {{ group_of('points', ['raw_rows.resource_attributes'] + (["coalesce(" ~ told_session() ~ ", '')"] if by_session else [])) }}
{%- endmacro %}

{# Groups of a dialect that relates records of a session to one another, and all that name none. #}
{% macro groups_by_session(dialect, signal) -%}
    {%- set session = group_of('session', ["'" ~ dialect ~ "'", told_session()]) -%}
    {%- set without = group_of_points() if signal == 'metrics' else group_of('sessionless', ["'" ~ dialect ~ "'"]) -%}
    {{ return({
        'group': 'case when ' ~ told_session() ~ ' is not null then ' ~ session ~ ' else ' ~ without ~ ' end',
        'link': group_of_trace() if signal == 'spans',
    }) }}
{%- endmacro %}

{# Groups of a dialect that relates nothing but points of one counter. #}
{% macro groups_by_record(signal) -%}
    {{ return({
        'group': {
            'spans': group_of_trace(), 'logs': group_of('record', ['raw_rows.record_id']), 'metrics': group_of_points(),
        }[signal],
        'link': no_short_key(),
    }) }}
{%- endmacro %}
