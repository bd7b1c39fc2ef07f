select
    {{ fact_columns('prompts', "'logs'", 1, "'codex'", 'prompts.client', 'prompts.record_id') }},
    case when prompts.is_title_thread = 1 then 'synthetic' else 'human' end as origin
from {{ codex_logs(['codex.user_prompt']) }} as prompts
