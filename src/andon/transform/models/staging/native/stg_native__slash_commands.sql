select
    {{ native_fact_columns('facts') }},
    coalesce(
        nullif(ltrim({{ json_text('facts.attributes', 'andon.slash_command.name') }}, '/'), ''), '(unknown)'
    ) as command_name
from {{ native_facts('slash_command') }} as facts
