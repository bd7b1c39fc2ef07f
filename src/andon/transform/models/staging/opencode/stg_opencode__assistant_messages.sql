select
    {{ opencode_fact_columns('responses', "concat(responses.trace_id, '|', responses.span_id)") }},
    coalesce(
        {{ json_text('responses.attributes', 'ai.model.id') }},
        {{ json_text('responses.attributes', 'gen_ai.request.model') }}
    ) as model
from {{ ref('stg_opencode__responses') }} as responses
where
    responses.purpose <> 'auxiliary'
    and {{ json_text('responses.attributes', 'andon.response.has_text') }} = 'true'
