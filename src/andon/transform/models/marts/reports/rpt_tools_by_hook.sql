with counted as (
    select
        facts.org_id as org_id,
        facts.event_date as report_date,
        facts.hook_event as event,
        facts.hook_matcher as matcher,
        facts.hook_command as command,
        {{ whole_sum('facts.fact_count') }} as uses
    from {{ ref('fct_hook_runs') }} as facts
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on facts.org_id = organisations.org_id
    where
        {{ reported('facts.event_date') }}
    group by
        facts.org_id,
        facts.event_date,
        facts.hook_event,
        facts.hook_matcher,
        facts.hook_command
)

{{ listed('counted', {'event': '(other)', 'matcher': '', 'command': ''}, ['uses']) }}
