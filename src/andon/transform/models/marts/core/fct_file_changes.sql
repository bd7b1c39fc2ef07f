{{ config(materialized='view') }}
with facts as (
    {{ facts_of('file_changes') }}
)

select
    {{ fact_keys('facts') }},
    facts.operation as operation,
    coalesce(lower(facts.extension), '(unknown)') as extension,
    coalesce(languages.language, facts.told_language, '(unknown)') as language,
    facts.lines_added as lines_added,
    facts.lines_removed as lines_removed
from facts
left join {{ ref('extension_languages') }} as languages
    on lower(facts.extension) = languages.extension
