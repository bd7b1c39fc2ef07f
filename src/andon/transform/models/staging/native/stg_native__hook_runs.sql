select
    {{ native_fact_columns('facts') }},
    coalesce(nullif(facts.hook_event, ''), '(unknown)') as hook_event,
    coalesce(facts.hook_matcher, '') as hook_matcher,
    coalesce(facts.hook_command, '') as hook_command
from {{ native_facts('hook_run') }} as facts
