select
    {{ native_fact_columns('facts') }},
    facts.model as model
from {{ native_facts('assistant_message', 'told.message_id') }} as facts
union all
-- Where messages are not told, the calls say at ingest whether they gave text.
select
    {{ native_fact_columns('calls', rank=2) }},
    calls.model as model
from {{ native_facts('model_call', 'told.response_id') }} as calls
where
    calls.has_text = 'true'
    and coalesce(calls.purpose, 'main') <> 'auxiliary'
