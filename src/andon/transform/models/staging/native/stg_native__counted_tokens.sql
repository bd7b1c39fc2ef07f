{{ config(materialized='table') }}
{#- The counters of the newest conventions, then the histogram of the older ones. -#}
{%- set counters = {
    'all_input': 'gen_ai.client.inference.usage.input_tokens',
    'output': 'gen_ai.client.inference.usage.output_tokens',
    'cache_read': 'gen_ai.client.inference.usage.cache_read.input_tokens',
    'cache_written': 'gen_ai.client.inference.usage.cache_write.input_tokens',
    'reasoning': 'gen_ai.client.inference.usage.reasoning.output_tokens',
} -%}
{%- set histogram = 'gen_ai.client.token.usage' -%}
with points as (
    select
        grown.*,
        coalesce(grown.agent_declared, {{ known('grown.service_name') }}, '(unknown)') as agent,
        coalesce({{ native_model('grown', attribute) }}, '(unknown)') as model,
        {{ json_text('grown.attributes', 'gen_ai.operation.name') }} as operation_name,
        case
            when grown.metric_name = '{{ histogram }}' then lower({{ json_text('grown.attributes', 'gen_ai.token.type') }})
        end as token_type,
        case when grown.metric_name = '{{ histogram }}' then 4 else 3 end as source_rank
    from {{ counted_points('native', counters.values() | list + [histogram]) }} as grown
),

-- Cached tokens stand inside the input: both must meet before one is taken out of the other. Points of one export may
-- differ in their nanoseconds, so that they meet by the day.
keyed as (
    select
        points.*,
        {{ md5_hex(joined_known('|', [
            'points.org_id', 'points.resource_attributes', 'points.scope_name', 'points.session_id', 'points.model',
            "coalesce(points.operation_name, '')", 'points.source_rank', 'points.event_date',
        ])) }} as dedupe_key
    from points
),

summed as (
    select
        keyed.*,
        row_number() over (partition by keyed.org_id, keyed.dedupe_key order by keyed.occurred_at_unix_nano, keyed.record_id) as place,
        {%- for column, metric in counters.items() %}
        sum(case
            when keyed.metric_name = '{{ metric }}' then keyed.increment
            {%- if column == 'all_input' %}
            when keyed.token_type in ('input', 'prompt') then keyed.increment
            {%- elif column == 'output' %}
            when keyed.token_type in ('output', 'completion') then keyed.increment
            {%- endif %}
            else 0
        end) over of_the_day as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from keyed
    window of_the_day as (partition by keyed.org_id, keyed.dedupe_key)
)

select summed.*
from summed
where summed.place = 1
