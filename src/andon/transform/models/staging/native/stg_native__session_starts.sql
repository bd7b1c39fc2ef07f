select
    {{ native_fact_columns('facts') }},
    coalesce(facts.start_type, 'fresh') as start_type
from {{ native_facts('session_start') }} as facts
