select
    {{ gemini_fact_columns('qwen_code', 'launches', 'launches.record_id') }},
    coalesce(nullif({{ json_text('launches.attributes', 'skill_name') }}, ''), '(redacted)') as skill_name
from {{ gemini_family_logs('qwen_code', ['skill_launch']) }} as launches
where coalesce({{ json_text('launches.attributes', 'success') }}, 'true') = 'true'
union all
select
    {{ gemini_fact_columns('qwen_code', 'spans', 'spans.record_id', 'spans') }},
    coalesce({{ json_text('spans.attributes', 'andon.skill.name') }}, '(redacted)') as skill_name
from {{ gemini_family_spans('qwen_code', ['qwen-code.tool']) }} as spans
where
    {{ json_text('spans.attributes', 'gen_ai.tool.name') }} = 'skill'
    and {{ json_text('spans.attributes', 'success') }} = 'true'
union all
{{ gemini_skill_points_query('qwen_code', 'skill') }}
