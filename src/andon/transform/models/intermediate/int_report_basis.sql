{%- set weights = ['multiplier', 'w_input', 'w_output', 'w_cache_read', 'w_cache_write'] -%}
select
    'organisation' as what,
    organisations.org_id as name,
    {{ first_day() }} as first_date,
    {{ last_day() }} as last_date
    {%- for weight in weights %},
    cast(null as {{ float64() }}) as {{ weight }}
    {%- endfor %}
from {{ ref('stg_directory__organisations') }} as organisations
union all
select
    'price' as what,
    book.model_pattern as name,
    book.valid_from as first_date,
    book.valid_from as last_date
    {%- for weight in weights %},
    cast(book.{{ weight }} as {{ float64() }}) as {{ weight }}
    {%- endfor %}
from {{ ref('price_book') }} as book
where book.book = '{{ var("price_book", "default") }}'
