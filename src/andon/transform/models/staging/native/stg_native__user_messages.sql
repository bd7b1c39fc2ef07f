select
    {{ native_fact_columns('facts') }},
    case
        when {{ json_text('facts.attributes', 'andon.message.origin') }} in ('command', 'synthetic')
            then {{ json_text('facts.attributes', 'andon.message.origin') }}
        else 'human'
    end as origin
from {{ native_facts('user_message', json_text('records.attributes', 'andon.message.id')) }} as facts
