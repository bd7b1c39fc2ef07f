{{ config(materialized='table') }}
-- Who asked stands three and four spans above: ai.streamText, LLM.run, then the one who wanted it.
with leaves as (
    select
        told.*,
        {{ json_int('told.attributes', 'ai.usage.inputTokens') }} as all_input,
        {{ json_int('told.attributes', 'ai.usage.outputTokens') }} as output,
        coalesce(
            {{ json_int('told.attributes', 'ai.usage.inputTokenDetails.cacheReadTokens') }},
            {{ json_int('told.attributes', 'ai.usage.cachedInputTokens') }}
        ) as cache_read,
        {{ json_int('told.attributes', 'ai.usage.inputTokenDetails.cacheWriteTokens') }} as cache_written,
        {{ json_int('told.attributes', 'ai.usage.inputTokenDetails.noCacheTokens') }} as uncached,
        coalesce(
            {{ json_int('told.attributes', 'ai.usage.outputTokenDetails.reasoningTokens') }},
            {{ json_int('told.attributes', 'ai.usage.reasoningTokens') }}
        ) as reasoning
    from {{ opencode_spans(ai_sdk_call_names()) }} as told
),

asked as (
    select
        leaves.org_id as org_id,
        leaves.record_id as record_id,
        max(askers.name) as asker,
        max(askers_askers.name) as askers_asker
    from leaves
    inner join {{ ref('stg_otlp__spans') }} as streams
        on
            leaves.org_id = streams.org_id
            and leaves.trace_id = streams.trace_id
            and leaves.parent_span_id = streams.span_id
    inner join {{ ref('stg_otlp__spans') }} as runs
        on
            streams.org_id = runs.org_id
            and streams.trace_id = runs.trace_id
            and streams.parent_span_id = runs.span_id
            and runs.name = 'LLM.run'
    inner join {{ ref('stg_otlp__spans') }} as askers
        on
            runs.org_id = askers.org_id
            and runs.trace_id = askers.trace_id
            and runs.parent_span_id = askers.span_id
    left join {{ ref('stg_otlp__spans') }} as askers_askers
        on
            askers.org_id = askers_askers.org_id
            and askers.trace_id = askers_askers.trace_id
            and askers.parent_span_id = askers_askers.span_id
    group by leaves.org_id, leaves.record_id
)

select
    leaves.*,
    case
        when asked.askers_asker like 'SessionCompaction.%' then 'auxiliary'
        when asked.asker <> 'SessionProcessor.process' then 'auxiliary'
        -- Where the askers' spans were lost: the loop itself never lets the library try again, its helpers do.
        when asked.asker is null and {{ json_int('leaves.attributes', 'ai.settings.maxRetries') }} > 0 then 'auxiliary'
        when leaves.is_subagent = 1 then 'subagent'
        else 'main'
    end as purpose
from leaves
left join asked
    on
        leaves.org_id = asked.org_id
        and leaves.record_id = asked.record_id
-- A request that was broken off tells no usage: it was never completed.
where
    leaves.all_input is not null
    or leaves.output is not null
    or {{ json_text('leaves.attributes', 'ai.response.finishReason') }} is not null
