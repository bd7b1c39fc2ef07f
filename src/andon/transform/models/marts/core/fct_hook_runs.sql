{{ config(materialized='view') }}
with facts as (
    {{ facts_of('hook_runs') }}
)

select
    {{ fact_keys('facts') }},
    coalesce(facts.hook_event, '(unknown)') as hook_event,
    coalesce(facts.hook_matcher, '') as hook_matcher,
    coalesce(facts.hook_command, '') as hook_command
from facts
