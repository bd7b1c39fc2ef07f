with spellings as (
    select
        lower(languages.language) as folded,
        min(languages.language) as language
    from {{ ref('extension_languages') }} as languages
    group by lower(languages.language)
)

select
    told.org_id as org_id,
    told.agent as agent,
    told.dedupe_key as dedupe_key,
    coalesce(spellings.language, told.language) as language
from {{ told_language_facts() }} as told
left join spellings
    on lower(told.language) = spellings.folded
