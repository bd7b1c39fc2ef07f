{{ gemini_user_messages_query('qwen_code') }}
union all
-- A background agent's notification begins an interaction too, with another kind of message.
select
    {{ gemini_fact_columns('qwen_code', 'interactions', 'interactions.record_id', 'spans') }},
    case
        when {{ json_text('interactions.attributes', 'qwen-code.message_type') }} in ('userQuery', 'userRetry') then 'human'
        else 'synthetic'
    end as origin
from {{ gemini_family_spans('qwen_code', ['qwen-code.interaction']) }} as interactions
