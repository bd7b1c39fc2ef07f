select
    {{ native_fact_columns('facts') }},
    case
        when facts.message_origin in ('command', 'synthetic')
            then facts.message_origin
        else 'human'
    end as origin
from {{ native_facts('user_message', 'told.message_id') }} as facts
