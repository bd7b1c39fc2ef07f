with responses as (
    select
        records.*,
        {{ json_text('records.attributes', 'model') }} as model,
        {{ json_text('records.attributes', 'message.uuid') }} as message_uuid,
        {{ claude_code_purpose(
            json_text('records.attributes', 'query_source'), json_text('records.attributes', 'agent_id')
        ) }} as purpose
    from {{ claude_code_logs(['assistant_response']) }} as records
)

select
    {{ fact_columns('responses', "'logs'", 1, "'claude-code'", 'responses.client',
        'coalesce(responses.message_uuid, responses.record_id)') }},
    responses.model as model
from responses
where responses.purpose <> 'auxiliary'
