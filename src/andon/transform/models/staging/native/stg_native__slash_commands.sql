select
    {{ native_fact_columns('facts') }},
    coalesce(
        nullif(ltrim(facts.command_name, '/'), ''), '(unknown)'
    ) as command_name
from {{ native_facts('slash_command') }} as facts
