with facts as (
    {{ facts_of('file_changes') }}
)

select
    {{ fact_keys('facts') }},
    facts.operation as operation,
    coalesce(lower(facts.extension), '(unknown)') as extension,
    coalesce(languages.language, told.language, '(unknown)') as language,
    facts.lines_added as lines_added,
    facts.lines_removed as lines_removed
from facts
left join {{ ref('extension_languages') }} as languages
    on lower(facts.extension) = languages.extension
left join {{ ref('int_file_languages') }} as told
    on
        facts.org_id = told.org_id
        and facts.agent = told.agent
        and facts.dedupe_key = told.dedupe_key
