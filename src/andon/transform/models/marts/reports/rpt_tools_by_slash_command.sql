with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        facts.command_name as name,
        {{ whole_sum('facts.fact_count') }} as uses
    from {{ ref('fct_slash_commands') }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
    group by
        facts.org_id,
        facts.event_date,
        facts.command_name
)

{{ listed('counted', {'name': '(other)'}, ['uses']) }}
