select
    {{ fact_columns('records', "'logs'", 1, "'codex'", 'records.client', 'records.record_id') }},
    coalesce(nullif({{ json_text('records.attributes', 'skill.name') }}, ''), '(redacted)') as skill_name
from {{ codex_logs(['codex.skill_invocation']) }} as records
