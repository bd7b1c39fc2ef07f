{{ config(materialized='table') }}
-- Not every request is logged: those by which the automatic mode asks a second model whether a call is safe are told by
-- spans and counters alone. What they used beyond the log is theirs.
with logged as (
    select
        records.org_id as org_id,
        records.session_id as session_id,
        {{ claude_code_model(json_text('records.attributes', 'model')) }} as model,
        {{ json_text('records.attributes', 'request_id') }} as request_id,
        {{ tokens(json_int('records.attributes', 'input_tokens')) }} as input_tokens,
        {{ tokens(json_int('records.attributes', 'output_tokens')) }} as output_tokens,
        {{ tokens(json_int('records.attributes', 'cache_read_tokens')) }} as cache_read_tokens,
        {{ tokens(json_int('records.attributes', 'cache_creation_tokens')) }} as cache_write_tokens
    from {{ ref('stg_otlp__log_records') }} as records
    where
        records.dialect = 'claude_code'
        and records.event_name = 'api_request'
        and records.session_id is not null
),

-- Without ids nothing tells which requests a span repeats.
sessions as (
    select
        logged.org_id as org_id,
        logged.session_id as session_id
    from logged
    group by logged.org_id, logged.session_id
    having count(*) = count(logged.request_id)
),

spans as (
    select
        {%- for column in point_columns() %}
        finished.{{ column }} as {{ column }},
        {%- endfor %}
        {{ claude_code_model(json_text('finished.attributes', 'model')) }} as model,
        {{ json_text('finished.attributes', 'request_id') }} as request_id,
        {{ tokens(json_int('finished.attributes', 'input_tokens')) }} as input_tokens,
        {{ tokens(json_int('finished.attributes', 'output_tokens')) }} as output_tokens,
        {{ tokens(json_int('finished.attributes', 'cache_read_tokens')) }} as cache_read_tokens,
        {{ tokens(json_int('finished.attributes', 'cache_creation_tokens')) }} as cache_write_tokens
    from {{ ref('stg_otlp__spans') }} as finished
    inner join sessions
        on
            finished.org_id = sessions.org_id
            and finished.session_id = sessions.session_id
    left join logged
        on
            finished.org_id = logged.org_id
            and finished.session_id = logged.session_id
            and {{ json_text('finished.attributes', 'request_id') }} = logged.request_id
    where
        finished.dialect = 'claude_code'
        and finished.name = 'claude_code.llm_request'
        and coalesce({{ json_text('finished.attributes', 'success') }}, 'true') = 'true'
        and {{ json_text('finished.attributes', 'request_id') }} is not null
        and logged.request_id is null
),

known as (
    select
        told.org_id as org_id,
        told.session_id as session_id,
        told.model as model,
        sum(told.input_tokens) as input_tokens,
        sum(told.output_tokens) as output_tokens,
        sum(told.cache_read_tokens) as cache_read_tokens,
        sum(told.cache_write_tokens) as cache_write_tokens
    from (
        select
            logged.org_id as org_id,
            logged.session_id as session_id,
            logged.model as model,
            logged.input_tokens as input_tokens,
            logged.output_tokens as output_tokens,
            logged.cache_read_tokens as cache_read_tokens,
            logged.cache_write_tokens as cache_write_tokens
        from logged
        union all
        select
            spans.org_id as org_id,
            spans.session_id as session_id,
            spans.model as model,
            spans.input_tokens as input_tokens,
            spans.output_tokens as output_tokens,
            spans.cache_read_tokens as cache_read_tokens,
            spans.cache_write_tokens as cache_write_tokens
        from spans
    ) as told
    group by told.org_id, told.session_id, told.model
),

counted as (
    select
        {%- for column in point_columns() if column not in ['org_id', 'session_id'] %}
        min(points.{{ column }}) as {{ column }},
        {%- endfor %}
        points.org_id as org_id,
        points.session_id as session_id,
        points.model_name as model
        {%- for kind, column in [('input', 'input'), ('output', 'output'), ('cacheRead', 'cache_read'), ('cacheCreation', 'cache_write')] %},
        sum(case when points.token_type = '{{ kind }}' then points.increment else 0 end) as {{ column }}_total,
        sum(case when points.token_type = '{{ kind }}' and points.query_source = 'auxiliary' then points.increment else 0 end)
            as {{ column }}_auxiliary
        {%- endfor %}
    from (
        select
            told.*,
            {{ claude_code_model(json_text('told.attributes', 'model')) }} as model_name,
            {{ json_text('told.attributes', 'type') }} as token_type,
            {{ json_text('told.attributes', 'query_source') }} as query_source
        from {{ counted_points('claude_code', ['claude_code.token.usage']) }} as told
    ) as points
    inner join sessions
        on
            points.org_id = sessions.org_id
            and points.session_id = sessions.session_id
    group by points.org_id, points.session_id, points.model_name
),

-- Only what the agent asked for itself can be unlogged, and never more than the counters know beyond the rest.
remainders as (
    select
        {%- for column in point_columns() %}
        counted.{{ column }} as {{ column }},
        {%- endfor %}
        counted.model as model
        {%- for column in ['input', 'output', 'cache_read', 'cache_write'] %},
        {{ tokens(
            'least(counted.' ~ column ~ '_auxiliary, counted.' ~ column ~ '_total - coalesce(known.' ~ column ~ '_tokens, 0))'
        ) }} as {{ column }}_tokens
        {%- endfor %}
    from counted
    left join known
        on
            counted.org_id = known.org_id
            and counted.session_id = known.session_id
            and counted.model = known.model
)

select
    {%- for column in point_columns() %}
    spans.{{ column }} as {{ column }},
    {%- endfor %}
    'spans' as source_signal,
    {{ id_within('spans.session_id', 'spans.request_id') }} as dedupe_key,
    spans.model as model,
    spans.input_tokens as input_tokens,
    spans.output_tokens as output_tokens,
    spans.cache_read_tokens as cache_read_tokens,
    spans.cache_write_tokens as cache_write_tokens
from spans
union all
select
    {%- for column in point_columns() %}
    remainders.{{ column }} as {{ column }},
    {%- endfor %}
    'metrics' as source_signal,
    concat(remainders.session_id, '|unlogged|', remainders.model) as dedupe_key,
    remainders.model as model,
    remainders.input_tokens as input_tokens,
    remainders.output_tokens as output_tokens,
    remainders.cache_read_tokens as cache_read_tokens,
    remainders.cache_write_tokens as cache_write_tokens
from remainders
where
    remainders.input_tokens + remainders.output_tokens + remainders.cache_read_tokens + remainders.cache_write_tokens > 0
