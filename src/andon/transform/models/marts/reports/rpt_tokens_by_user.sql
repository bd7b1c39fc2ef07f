{{ config(materialized=kept_by_day(), day='report_date') }}
with counted as (
    select
        tokens.org_id as org_id,
        tokens.event_date as report_date,
        tokens.user_id as user_id,
        people.user_email as user_email,
        tokens.model_id as model_id,
        tokens.model_tier as model_tier,
        {{ whole('tokens.billable_tokens') }} as billable_tokens,
        tokens.input_tokens as input_tokens,
        tokens.output_tokens as output_tokens
    from {{ ref('agg_tokens_daily') }} as tokens
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on tokens.org_id = organisations.org_id
    left join {{ ref('dim_users') }} as people
        on
            tokens.org_id = people.org_id
            and tokens.user_id = people.user_id
    where {{ is_remade('tokens') }}
)

{{ listed('counted', {'model_id': '(other)', 'model_tier': 'standard'}, ['billable_tokens', 'input_tokens', 'output_tokens'], within=['user_id', 'user_email']) }}
