select
    {{ droid_span_columns('messages') }},
    {{ json_text('messages.attributes', 'model.id') }} as model
from {{ droid_spans('droid.message.assistant') }} as messages
