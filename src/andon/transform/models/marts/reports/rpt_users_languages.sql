{{ config(materialized=kept_by_day(), day='report_date') }}
with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        facts.user_id as user_id,
        facts.language as language,
        {{ whole_sum('facts.fact_count') }} as files
    from {{ ref('fct_file_changes') }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
        and {{ is_remade('facts') }}
        and facts.operation in ('create', 'edit')
        and facts.language <> '(unknown)'
    group by
        facts.org_id,
        facts.event_date,
        facts.user_id,
        facts.language
)

{{ listed('counted', {'language': '(other)'}, ['files'], within=['user_id']) }}
