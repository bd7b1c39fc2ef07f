{{ config(materialized='table') }}
-- What a terminal or a window asks the server for when it opens, and a single command never does.
with handled as (
    select
        spans.org_id as org_id,
        {{ json_text('spans.resource_attributes', 'service.instance.id') }} as process_id,
        case
            when
                spans.name in ('SessionHttpApi.status', 'ConfigHttpApi.providers')
                or spans.name like 'TuiHttpApi.%'
                then 1
            else 0
        end as shows
    from {{ ref('stg_otlp__spans') }} as spans
    where
        spans.dialect = 'opencode'
        and (
            spans.name like '%HttpApi.%'
            or spans.name like 'SessionPrompt.%'
            or spans.name = 'Tool.execute'
        )
)

select
    handled.org_id as org_id,
    handled.process_id as process_id,
    max(handled.shows) as shows
from handled
where handled.process_id is not null
group by handled.org_id, handled.process_id
