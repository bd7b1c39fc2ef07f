{# What the marts share: the columns of facts, the range of the reports, rounding, the spine. #}

{# Facts of one kind: every column of the chosen facts, and `fact_id`. #}
{% macro facts_of(kind) -%}
    select
        chosen.*,
        {{ md5_hex("concat(chosen.org_id, '|', chosen.agent, '|" ~ kind ~ "|', chosen.dedupe_key)") }} as fact_id
    from {{ ref('int_' ~ kind ~ '_chosen') }} as chosen
{%- endmacro %}

{# The columns that every fact carries. #}
{% macro fact_keys(alias) -%}
    {{ alias }}.fact_id as fact_id,
    {{ alias }}.org_id as org_id,
    {{ alias }}.user_id as user_id,
    {{ alias }}.session_id as session_id,
    {{ alias }}.session_key as session_key,
    {{ alias }}.agent as agent,
    {{ alias }}.agent_version as agent_version,
    {{ alias }}.client as client,
    {{ alias }}.occurred_at as occurred_at,
    {{ alias }}.occurred_at_unix_nano as occurred_at_unix_nano,
    {{ alias }}.event_date as event_date,
    {{ alias }}.repository as repository,
    {{ alias }}.team as team,
    {{ alias }}.record_id as record_id,
    {{ whole(alias ~ '.fact_count') }} as fact_count
{%- endmacro %}

{% macro first_day() -%} {{ day_literal(var("history_start")) }} {%- endmacro %}

{% macro last_day() -%} {{ day_literal(var("data_through")) }} {%- endmacro %}

{# Whether reports cover a day. #}
{% macro reported(day) -%}
    {{ day }} between {{ first_day() }} and {{ last_day() }}
{%- endmacro %}

{#
    A from-item with one row per organisation and day of the reports: columns `org_id`, `day`. Of the days that are made
    again as far as `reach` says; every day of organisations that have one where it is none.
#}
{% macro org_days(reach=0) -%}
    (
        select spine.*
        from (
            select
                organisations.org_id as org_id,
                days.day as day
            from {{ ref('stg_directory__organisations') }} as organisations
            cross join {{ ref('dim_days') }} as days
        ) as spine
        where {{ is_remade('spine', 'day', reach) }}
    )
{%- endmacro %}

{# A sum as the whole number that the contract wants; engines differ on the type of SUM. #}
{% macro whole_sum(expression) -%}
    cast(coalesce(sum({{ expression }}), 0) as {{ int64() }})
{%- endmacro %}

{% macro whole(expression) -%}
    cast(coalesce({{ expression }}, 0) as {{ int64() }})
{%- endmacro %}

{# Two whole numbers' quotient; 0 where there is nothing to divide by. #}
{% macro ratio(dividend, divisor) -%}
    case
        when coalesce({{ divisor }}, 0) = 0 then cast(0 as {{ float64() }})
        else cast({{ dividend }} as {{ float64() }}) / cast({{ divisor }} as {{ float64() }})
    end
{%- endmacro %}

{# The value that the earliest of a group's rows knows, null when none knows one; `earliest` is the least `moment`. #}
{% macro earliest_known(value, earliest) -%}
    substr(min(case when {{ value }} is not null then concat(substr({{ earliest }}, 1, 52), {{ value }}) end), 53)
{%- endmacro %}

{#
    When a fact was, as a text that sorts as time does, with the id of its record behind 52 characters. Of facts of the
    same nanosecond the record id decides, 32 digits that say nothing about who, where or how often.
#}
{% macro moment(rows) -%}
    concat({{ sortable(rows ~ '.occurred_at_unix_nano') }}, lpad({{ rows }}.record_id, 32, '0'), {{ rows }}.record_id)
{%- endmacro %}

{# A whole number that is not negative as 20 digits, so that text sorts as the number does. #}
{% macro sortable(number) -%}
    lpad(cast({{ number }} as {{ text() }}), 20, '0')
{%- endmacro %}

{#
    A tool's name without what parsing left on it: control characters, quotes, JSON that followed the name,
    words glued before `mcp__`. Null when nothing is left.
#}
{% macro repaired_tool_name(name) -%}
    {%- set plain = pattern_replaced(name, '[\\x00-\\x1F\\x7F]+', ' ') -%}
    {%- set begun = without_pattern(plain, '^[\\s"\'`]+') -%}
    {%- set ended = without_pattern(begun, '\\s*["\'`{\\[<].*$') -%}
    nullif(trim({{ pattern_replaced(ended, '^.+?(mcp__.+__.+)$', '\\1') }}), '')
{%- endmacro %}

{#
    The linear-interpolated percentile of ranked values, the same on every engine: between the two values around
    place `1 + percent / 100 * (n - 1)`. Give it, inside a group, the value, its rank from 1, the group's size and
    a whole percentage. Everything is counted in whole hundredths, which floats would blur (3 and 10 at 90 of four
    are 7.9, not 7.8999999999999995), and equal values give exactly that value.
#}
{% macro percentile_of_ranked(value, rank, size, percent) -%}
    {%- set place = '(' ~ percent ~ ' * (' ~ size ~ ' - 1))' -%}
    {%- set lower_value -%}
    max(case when 100 * ({{ rank }} - 1) <= {{ place }} then {{ value }} end)
    {%- endset -%}
    {%- set upper_value -%}
    min(case when 100 * ({{ rank }} - 1) >= {{ place }} then {{ value }} end)
    {%- endset -%}
    {%- set share = 'max(mod(' ~ place ~ ', 100))' -%}
    case
        when {{ lower_value }} = {{ upper_value }} then {{ lower_value }}
        else ({{ lower_value }} * (100 - {{ share }}) + {{ upper_value }} * {{ share }}) / 100.0
    end
{%- endmacro %}

{#
    How often each name that the calls of a kind bring occurred on each organisation's day, so that a dimension of these
    names needs no look at the calls of all days.
#}
{% macro names_by_day(kind, columns) -%}
    {{ config(materialized=kept_from_build_to_build(), remade=remade_on_changed_days(kind)) }}
select
    calls.org_id as org_id,
    calls.event_date as event_date,
    {%- for column in columns %}
    calls.{{ column }} as {{ column }},
    {%- endfor %}
    {{ whole_sum('calls.fact_count') }} as uses
from {{ ref('int_' ~ kind ~ '_chosen') }} as calls
where {{ on_changed_days('calls', kind) }}
group by
    calls.org_id,
    calls.event_date
    {%- for column in columns %},
    calls.{{ column }}
    {%- endfor %}
{%- endmacro %}
