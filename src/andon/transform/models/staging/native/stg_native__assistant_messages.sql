select
    {{ native_fact_columns('facts') }},
    {{ native_model('facts') }} as model
from {{ native_facts('assistant_message', json_text('records.attributes', 'andon.message.id')) }} as facts
union all
-- Where messages are not told, the calls say at ingest whether they gave text.
select
    {{ native_fact_columns('calls', rank=2) }},
    {{ native_model('calls') }} as model
from {{ native_facts('model_call', native_response_id()) }} as calls
where
    {{ json_text('calls.attributes', 'andon.response.has_text') }} = 'true'
    and coalesce({{ json_text('calls.attributes', 'andon.model.purpose') }}, 'main') <> 'auxiliary'
