-- Billable tokens are told only where the chosen price book rates the model; each book ends with a pattern for all.
select
    '{{ var("price_book", "default") }}' as book,
    tokens.model_id as model_id,
    tokens.event_date as event_date
from {{ ref('agg_tokens_daily') }} as tokens
where
    {{ is_remade('tokens') }}
    and tokens.billable_tokens is null
