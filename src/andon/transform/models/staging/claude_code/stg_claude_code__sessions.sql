{{ config(materialized='table') }}
with requests as (
    select
        logged.org_id as org_id,
        logged.session_id as session_id,
        {{ json_text('logged.attributes', 'query_source') }} as query_source,
        {{ json_text('logged.attributes', 'app.entrypoint') }} as entrypoint
    from {{ ref('stg_otlp__log_records') }} as logged
    where
        logged.dialect = 'claude_code'
        and logged.event_name in ('api_request', 'assistant_response')
        and logged.session_id is not null
    union all
    select
        finished.org_id as org_id,
        finished.session_id as session_id,
        {{ json_text('finished.attributes', 'query_source_safe') }} as query_source,
        {{ json_text('finished.attributes', 'app.entrypoint') }} as entrypoint
    from {{ ref('stg_otlp__spans') }} as finished
    where
        finished.dialect = 'claude_code'
        and finished.name = 'claude_code.llm_request'
        and finished.session_id is not null
)

select
    requests.org_id as org_id,
    requests.session_id as session_id,
    coalesce(
        max({{ claude_code_client('requests.entrypoint') }}),
        case
            when max(case when requests.query_source like {{ pattern('repl_main_thread%') }} then 1 else 0 end) = 1
                then 'terminal-ui'
            when max(case when requests.query_source like 'sdk%' then 1 else 0 end) = 1 then 'non-interactive-cli'
        end
    ) as client
from requests
group by requests.org_id, requests.session_id
