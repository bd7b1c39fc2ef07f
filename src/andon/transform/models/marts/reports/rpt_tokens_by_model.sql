{{ config(materialized=kept_by_day(), day='report_date') }}
with counted as (
    select
        tokens.org_id as org_id,
        tokens.event_date as report_date,
        tokens.model_id as model_id,
        tokens.model_tier as model_tier,
        {{ whole_sum('tokens.billable_tokens') }} as billable_tokens,
        {{ whole_sum('tokens.input_tokens') }} as input_tokens,
        {{ whole_sum('tokens.output_tokens') }} as output_tokens
    from {{ ref('agg_tokens_daily') }} as tokens
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on tokens.org_id = organisations.org_id
    where {{ is_remade('tokens') }}
    group by
        tokens.org_id,
        tokens.event_date,
        tokens.model_id,
        tokens.model_tier
)

{{ listed('counted', {'model_id': '(other)', 'model_tier': 'standard'}, ['billable_tokens', 'input_tokens', 'output_tokens']) }}
