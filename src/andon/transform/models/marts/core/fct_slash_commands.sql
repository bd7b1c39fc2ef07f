{{ config(materialized='view') }}
with facts as (
    {{ facts_of('slash_commands') }}
)

select
    {{ fact_keys('facts') }},
    coalesce(facts.command_name, '(unknown)') as command_name
from facts
