{{ config(materialized=kept_by_day(), day='report_date') }}
select
    org_days.org_id as org_id,
    org_days.day as report_date,
    {{ whole_sum('tokens.billable_tokens') }} as billable_tokens,
    {{ whole_sum('tokens.input_tokens') }} as input_tokens,
    {{ whole_sum('tokens.output_tokens') }} as output_tokens,
    {{ whole_sum('tokens.cache_read_tokens') }} as cache_read_tokens,
    {{ whole_sum('tokens.cache_write_tokens') }} as cache_write_tokens
from {{ org_days() }} as org_days
left join (
    select counted.*
    from {{ ref('agg_tokens_daily') }} as counted
    where {{ is_remade('counted') }}
) as tokens
    on
        org_days.org_id = tokens.org_id
        and org_days.day = tokens.event_date
group by org_days.org_id, org_days.day
