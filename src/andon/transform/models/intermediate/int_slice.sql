{{ config(materialized=kept_as_reached()) }}
{%- for table in ['spans', 'log_records', 'metric_points'] %}
select
    {{ table }}.group_key as group_key,
    {{ table }}.link_key as link_key
from {{ ref('base_otlp__' ~ table) }} as {{ table }}
where
    {{ table }}.link_key is not null
    {{ 'and 1 = 0' if is_whole() }}
{{ 'union all' if not loop.last }}
{%- endfor %}
