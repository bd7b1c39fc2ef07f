{#
    A list as an answer holds it: the first `list_limit` entries of each organisation's day, and one more,
    `(other)`, that stands for all the rest, so that the sum is right however many names there are.

    Give it a relation with `org_id`, `report_date`, the names and the amounts; the names as a dictionary of column
    to what it is in the remainder; the amounts in the order of the relation's columns. The first amount decides
    who is first, then the names do. `within` names more columns that a list belongs to, as one person's.
#}
{% macro listed(relation, names, amounts, within=[]) -%}
    {%- set of = ['org_id', 'report_date'] + within %}
    select
        {%- for column in of %}
        placed.{{ column }} as {{ column }},
        {%- endfor %}
        {%- for name, rest in names.items() %}
        {{ _of_list(name, rest) }} as {{ name }},
        {%- endfor %}
        {%- for amount in amounts %}
        {{ whole_sum('placed.' ~ amount) }} as {{ amount }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            counted.*,
            row_number() over (
                partition by {% for column in of %}counted.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
                order by
                    counted.{{ amounts[0] }} desc
                    {%- for name in names %}, counted.{{ name }}{% endfor %}
            ) as place
        from {{ relation }} as counted
    ) as placed
    group by
        {% for column in of %}placed.{{ column }}, {% endfor -%}
        {%- for name, rest in names.items() %}
        {{ _of_list(name, rest) }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{% macro _of_list(name, rest) -%}
    case when placed.place <= {{ var('list_limit') }} then placed.{{ name }} else '{{ rest }}' end
{%- endmacro %}

{#
    How often each name of a fact occurred on a day of the reports, as a list of its organisation.

    fact: the kind, as in `fct_<kind>`. columns: what the model calls each name, and what the fact does; in the
    remainder the first is `(other)`, the rest are empty. amount: what the model calls the number.
    condition: which facts count, over `facts`; all of them when left out.
#}
{% macro counted_list(fact, columns, amount, condition=none) -%}
    {%- set rest = {} %}
    {%- for name in columns %}
        {%- do rest.update({name: '(other)' if loop.first else ''}) %}
    {%- endfor %}
with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        {%- for name, source in columns.items() %}
        facts.{{ source }} as {{ name }},
        {%- endfor %}
        {{ whole_sum('facts.fact_count') }} as {{ amount }}
    from {{ ref('fct_' ~ fact) }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
        and {{ is_remade('facts') }}
        {{ 'and ' ~ condition if condition }}
    group by
        facts.org_id,
        facts.event_date
        {%- for source in columns.values() %},
        facts.{{ source }}
        {%- endfor %}
)

{{ listed('counted', rest, [amount]) }}
{%- endmacro %}
