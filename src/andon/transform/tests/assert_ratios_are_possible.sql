-- Shares sum to one, or to nothing on a day without known levels; the median is not above the ninetieth percentile.
with days as (
    select
        tools.org_id as org_id,
        tools.report_date as report_date,
        tools.autonomy_ratio_p50 as p50,
        tools.autonomy_ratio_p90 as p90,
        tools.auto_high_ratio
        + tools.auto_medium_ratio
        + tools.auto_low_ratio
        + tools.spec_ratio
        + tools.manual_ratio as shares
    from {{ ref('rpt_tools_daily') }} as tools
    where {{ is_remade('tools', 'report_date') }}
)

select
    days.org_id as org_id,
    days.report_date as report_date,
    days.p50 as p50,
    days.p90 as p90,
    days.shares as shares
from days
where
    days.p50 > days.p90 + 0.000000001
    or (days.shares <> 0 and abs(days.shares - 1) > 0.000000001)
