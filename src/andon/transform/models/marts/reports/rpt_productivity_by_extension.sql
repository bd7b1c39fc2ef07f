with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        facts.extension as extension,
        {{ whole_sum('facts.fact_count') }} as files
    from {{ ref('fct_file_changes') }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
        and facts.operation in ('create', 'edit')
    group by
        facts.org_id,
        facts.event_date,
        facts.extension
)

{{ listed('counted', {'extension': '(other)'}, ['files']) }}
