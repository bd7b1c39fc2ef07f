with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        facts.tool as tool,
        {{ whole_sum('facts.fact_count') }} as tool_calls
    from {{ ref('fct_tool_calls') }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
        and facts.is_executed
    group by
        facts.org_id,
        facts.event_date,
        facts.tool
)

{{ listed('counted', {'tool': '(other)'}, ['tool_calls']) }}
