select
    {{ fact_columns('responses', 'responses.source_signal', 'responses.source_rank', "'codex'", 'responses.client', 'responses.response_key') }},
    {{ json_text('responses.attributes', 'model') }} as model
from {{ ref('stg_codex__responses') }} as responses
where
    responses.is_title_thread = 0
    -- A transport that streams no steps leaves it open whether there was text: then every response counts.
    and (responses.had_text = 1 or responses.steps_are_told = 0)
