select
    {{ droid_span_columns('messages') }},
    case
        when {{ json_text('messages.attributes', 'andon.message.origin') }} = 'synthetic' then 'synthetic'
        else 'human'
    end as origin
from {{ droid_spans('droid.message.user') }} as messages
