select
    {{ native_fact_columns('facts') }},
    coalesce(nullif({{ json_text('facts.attributes', 'andon.hook.event') }}, ''), '(unknown)') as hook_event,
    coalesce({{ json_text('facts.attributes', 'andon.hook.matcher') }}, '') as hook_matcher,
    coalesce({{ json_text('facts.attributes', 'andon.hook.command') }}, '') as hook_command
from {{ native_facts('hook_run') }} as facts
