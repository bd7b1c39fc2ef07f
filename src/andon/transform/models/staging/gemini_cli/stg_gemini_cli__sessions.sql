{{ config(materialized='table') }}
with told as (
    select
        logged.org_id as org_id,
        logged.session_id as session_id,
        {{ gemini_client(json_text('logged.attributes', 'interactive')) }} as client
    from {{ ref('stg_otlp__log_records') }} as logged
    where
        logged.dialect = 'gemini_cli'
        and logged.session_id is not null
    union all
    select
        points.org_id as org_id,
        points.session_id as session_id,
        {{ gemini_client(json_text('points.attributes', 'interactive')) }} as client
    from {{ ref('stg_otlp__metric_points') }} as points
    where
        points.dialect = 'gemini_cli'
        and points.metric_name = 'gemini_cli.session.count'
        and points.session_id is not null
)

select
    told.org_id as org_id,
    told.session_id as session_id,
    -- A session may be resumed in the other client; the terminal is the more telling.
    max(told.client) as client
from told
group by told.org_id, told.session_id
