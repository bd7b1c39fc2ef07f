{{ config(materialized='table') }}
-- Without tool details logs and spans know no path, but the counter of the same session knows the languages. Which
-- file was of which is not told, and does not matter where there are as many changes as allowed edits.
with counted as (
    select
        changes.org_id as org_id,
        changes.session_id as session_id,
        changes.operation as operation,
        coalesce(changes.language, '(unknown)') as language,
        sum(changes.fact_count) as files
    from {{ ref('stg_claude_code__file_changes') }} as changes
    where
        changes.source_rank = 3
        and changes.session_id is not null
    group by changes.org_id, changes.session_id, changes.operation, coalesce(changes.language, '(unknown)')
),

stretches as (
    select
        counted.*,
        sum(counted.files) over so_far as last_place,
        sum(counted.files) over all_of_them as files_in_all,
        count(*) over all_of_them as languages
    from counted
    window
        all_of_them as (partition by counted.org_id, counted.session_id, counted.operation),
        so_far as (
            partition by counted.org_id, counted.session_id, counted.operation
            order by counted.language
            rows between unbounded preceding and current row
        )
),

nameless as (
    select
        changes.org_id as org_id,
        changes.agent as agent,
        changes.dedupe_key as dedupe_key,
        changes.session_id as session_id,
        changes.operation as operation,
        row_number() over (
            partition by changes.org_id, changes.session_id, changes.operation, changes.source_rank
            order by changes.first_told, changes.dedupe_key
        ) as place,
        count(*) over (
            partition by changes.org_id, changes.session_id, changes.operation, changes.source_rank
        ) as files_in_all
    from (
        select
            told.org_id as org_id,
            told.agent as agent,
            told.dedupe_key as dedupe_key,
            told.session_id as session_id,
            told.operation as operation,
            told.source_rank as source_rank,
            min(told.occurred_at_unix_nano) as first_told
        from {{ ref('stg_claude_code__file_changes') }} as told
        where
            told.source_rank < 3
            and told.extension = '(unknown)'
        group by told.org_id, told.agent, told.dedupe_key, told.session_id, told.operation, told.source_rank
    ) as changes
),

known as (
    select
        nameless.org_id as org_id,
        nameless.agent as agent,
        nameless.dedupe_key as dedupe_key,
        stretches.language as language
    from nameless
    inner join stretches
        on
            nameless.org_id = stretches.org_id
            and nameless.session_id = stretches.session_id
            and nameless.operation = stretches.operation
            and nameless.place > stretches.last_place - stretches.files
            and nameless.place <= stretches.last_place
    where
        nameless.files_in_all = stretches.files_in_all
        -- An edit that was allowed may have failed.
        or (stretches.languages = 1 and nameless.files_in_all < stretches.files_in_all)
    union all
    select
        changes.org_id as org_id,
        changes.agent as agent,
        changes.dedupe_key as dedupe_key,
        changes.language as language
    from {{ ref('stg_claude_code__file_changes') }} as changes
    where changes.source_rank = 3
)

select
    known.org_id as org_id,
    known.agent as agent,
    known.dedupe_key as dedupe_key,
    min(known.language) as language
from known
where known.language <> '(unknown)'
group by known.org_id, known.agent, known.dedupe_key
