{{ config(materialized='table') }}
-- Interactive Codex opens a second conversation to name the first: read-only, without servers, one prompt, no
-- tools, begun while another one of the same process had just been prompted. Nobody typed into it.
with told as (
    select
        logged.org_id as org_id,
        logged.session_id as session_id,
        logged.source_rank as source_rank,
        logged.event_name as event_name,
        logged.occurred_at_unix_nano as occurred_at_unix_nano,
        logged.resource_attributes as resource_attributes,
        {{ json_text('logged.attributes', 'originator') }} as originator,
        {{ json_text('logged.attributes', 'sandbox_policy') }} as sandbox_policy,
        coalesce(
            {{ json_text('logged.attributes', 'mcp_servers') }},
            nullif({{ json_text('logged.attributes', 'mcp_server_count') }}, '0')
        ) as mcp_servers
    from {{ ref('stg_codex__events') }} as logged
    where
        logged.session_id is not null
        and logged.event_name in (
            'codex.conversation_starts', 'codex.user_prompt', 'codex.tool_result', 'codex.tool_decision'
        )
),

conversations as (
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.source_rank as source_rank,
        min(told.resource_attributes) as resource_attributes,
        min(told.occurred_at_unix_nano) as begun,
        max(case when told.event_name = 'codex.conversation_starts' then 1 else 0 end) as was_started,
        sum(case when told.event_name = 'codex.user_prompt' then 1 else 0 end) as prompts,
        sum(case when told.event_name in ('codex.tool_result', 'codex.tool_decision') then 1 else 0 end) as tools,
        max(case when told.originator like {{ pattern('codex_exec%') }} then 1 else 0 end) as is_headless,
        max(case
            when
                told.event_name = 'codex.conversation_starts'
                and ({{ codex_policy('told.sandbox_policy') }} is distinct from 'readonly' or coalesce(told.mcp_servers, '') <> '')
                then 1
            else 0
        end) as is_equipped
    from told
    group by told.org_id, told.session_id, told.source_rank
),

prompted as (
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.source_rank as source_rank,
        told.resource_attributes as resource_attributes,
        told.occurred_at_unix_nano as occurred_at_unix_nano
    from told
    where told.event_name in ('codex.user_prompt', 'codex.conversation_starts')
),

title_threads as (
    select distinct
        conversations.org_id as org_id,
        conversations.session_id as session_id
    from conversations
    inner join prompted
        on
            conversations.org_id = prompted.org_id
            and conversations.source_rank = prompted.source_rank
            and conversations.resource_attributes = prompted.resource_attributes
            and conversations.session_id <> prompted.session_id
            and prompted.occurred_at_unix_nano between conversations.begun - 60000000000 and conversations.begun
    where
        conversations.was_started = 1
        and conversations.is_equipped = 0
        and conversations.is_headless = 0
        and conversations.prompts <= 1
        and conversations.tools = 0
)

select
    conversations.org_id as org_id,
    conversations.session_id as session_id,
    max(case when title_threads.session_id is null then 0 else 1 end) as is_title_thread
from conversations
left join title_threads
    on
        conversations.org_id = title_threads.org_id
        and conversations.session_id = title_threads.session_id
group by conversations.org_id, conversations.session_id
