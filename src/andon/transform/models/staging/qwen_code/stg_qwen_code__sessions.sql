{{ config(materialized='table') }}
with configured as (
    select
        logged.org_id as org_id,
        logged.session_id as session_id,
        {{ json_text('logged.attributes', 'interactive_shell_enabled') }} as interactive,
        {{ text_before('logged.service_version', '.') }} as major_version,
        {{ safe_int(text_before(text_after('logged.service_version', '.'), '.')) }} as minor_version
    from {{ ref('stg_otlp__log_records') }} as logged
    where
        logged.dialect = 'qwen_code'
        and logged.event_name = 'qwen-code.config'
        and logged.session_id is not null
)

select
    configured.org_id as org_id,
    configured.session_id as session_id,
    -- A session may be resumed in the other client; the terminal is the more telling.
    max(
        case
            when configured.interactive = 'false' then 'non-interactive-cli'
            -- Version 0.15 called every shell interactive, that of a headless agent too.
            when configured.interactive = 'true' and (configured.major_version <> '0' or configured.minor_version >= 24)
                then 'terminal-ui'
        end
    ) as client
from configured
group by configured.org_id, configured.session_id
