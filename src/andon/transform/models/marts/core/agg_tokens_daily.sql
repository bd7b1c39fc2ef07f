{{ config(materialized=kept_by_day(), day='event_date') }}
with summed as (
    select
        calls.org_id as org_id,
        calls.event_date as event_date,
        calls.user_id as user_id,
        calls.model_id as model_id,
        calls.model_tier as model_tier,
        {{ whole_sum('calls.input_tokens') }} as input_tokens,
        {{ whole_sum('calls.output_tokens') }} as output_tokens,
        {{ whole_sum('calls.cache_read_tokens') }} as cache_read_tokens,
        {{ whole_sum('calls.cache_write_tokens') }} as cache_write_tokens
    from {{ ref('fct_model_calls') }} as calls
    where
        {{ reported('calls.event_date') }}
        and {{ is_remade('calls') }}
    group by
        calls.org_id,
        calls.event_date,
        calls.user_id,
        calls.model_id,
        calls.model_tier
),

used as (
    select distinct
        summed.model_id as model_id,
        summed.event_date as event_date
    from summed
),

-- Of the prices that fit a model the most particular pattern decides, then the latest that is valid on the day.
prices as (
    select
        used.model_id as model_id,
        used.event_date as event_date,
        book.multiplier as multiplier,
        book.w_input as w_input,
        book.w_output as w_output,
        book.w_cache_read as w_cache_read,
        book.w_cache_write as w_cache_write,
        row_number() over (
            partition by used.model_id, used.event_date
            order by length(book.model_pattern) desc, book.valid_from desc, book.model_pattern
        ) as place
    from used
    inner join {{ ref('price_book') }} as book
        on lower(used.model_id) like book.model_pattern
        and used.event_date >= book.valid_from
    where book.book = '{{ var("price_book", "default") }}'
),

weighed as (
    select
        summed.*,
        {{ exact_product('summed.input_tokens', 'prices.multiplier * prices.w_input') }}
        + {{ exact_product('summed.output_tokens', 'prices.multiplier * prices.w_output') }}
        + {{ exact_product('summed.cache_read_tokens', 'prices.multiplier * prices.w_cache_read') }}
        + {{ exact_product('summed.cache_write_tokens', 'prices.multiplier * prices.w_cache_write') }} as billable
    from summed
    left join prices
        on summed.model_id = prices.model_id
        and summed.event_date = prices.event_date
        and prices.place = 1
)

select
    weighed.org_id as org_id,
    weighed.event_date as event_date,
    weighed.user_id as user_id,
    weighed.model_id as model_id,
    weighed.model_tier as model_tier,
    {{ round_half_up('weighed.billable') }} as billable_tokens,
    weighed.input_tokens as input_tokens,
    weighed.output_tokens as output_tokens,
    weighed.cache_read_tokens as cache_read_tokens,
    weighed.cache_write_tokens as cache_write_tokens
from weighed
