select
    {{ native_fact_columns('facts') }},
    coalesce(
        {{ json_text('facts.attributes', 'gen_ai.response.model') }},
        {{ json_text('facts.attributes', 'gen_ai.request.model') }}
    ) as model
from {{ native_facts('assistant_message', json_text('records.attributes', 'andon.message.id')) }} as facts
