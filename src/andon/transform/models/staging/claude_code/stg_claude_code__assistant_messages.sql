with responses as (
    select
        records.*,
        {{ json_text('records.attributes', 'model') }} as model,
        {{ json_text('records.attributes', 'message.uuid') }} as message_uuid,
        {{ claude_code_purpose(
            json_text('records.attributes', 'query_source'), json_text('records.attributes', 'agent_id')
        ) }} as purpose
    from {{ claude_code_logs(['assistant_response']) }} as records
),

-- Spans do not tell of text; a response that ended a turn had some, one that went on to a tool may have had none.
finished as (
    select
        spans.*,
        {{ json_text('spans.attributes', 'model') }} as model,
        {{ claude_code_purpose(
            json_text('spans.attributes', 'query_source_safe'), json_text('spans.attributes', 'agent_id')
        ) }} as purpose
    from {{ claude_code_spans(['claude_code.llm_request']) }} as spans
    where {{ json_text('spans.attributes', 'stop_reason') }} in ('end_turn', 'stop_sequence', 'max_tokens')
)

select
    {{ fact_columns('responses', "'logs'", 1, "'claude-code'", 'responses.client',
        'coalesce(responses.message_uuid, responses.record_id)') }},
    responses.model as model
from responses
where responses.purpose <> 'auxiliary'
union all
select
    {{ fact_columns('finished', "'spans'", 2, "'claude-code'", 'finished.client', 'finished.record_id') }},
    finished.model as model
from finished
where finished.purpose <> 'auxiliary'
