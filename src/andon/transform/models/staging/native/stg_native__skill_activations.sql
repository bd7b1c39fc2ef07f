select
    {{ native_fact_columns('facts') }},
    coalesce(nullif(facts.skill_name, ''), '(unknown)') as skill_name
from {{ native_facts('skill_activation') }} as facts
