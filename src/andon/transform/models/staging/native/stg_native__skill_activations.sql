select
    {{ native_fact_columns('facts') }},
    coalesce(nullif({{ json_text('facts.attributes', 'andon.skill.name') }}, ''), '(unknown)') as skill_name
from {{ native_facts('skill_activation') }} as facts
