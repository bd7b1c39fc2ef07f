-- The day, its models and its people tell the same tokens.
with told as (
    {% for relation in ['rpt_tokens_daily', 'rpt_tokens_by_model', 'rpt_tokens_by_user'] %}
    select
        parts.org_id as org_id,
        parts.report_date as report_date,
        '{{ relation }}' as told_by,
        sum(parts.billable_tokens) as billable_tokens,
        sum(parts.input_tokens) as input_tokens,
        sum(parts.output_tokens) as output_tokens
    from {{ ref(relation) }} as parts
    where
        {{ is_remade('parts', 'report_date') }}
        and parts.billable_tokens + parts.input_tokens + parts.output_tokens > 0
    group by parts.org_id, parts.report_date
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    told.org_id as org_id,
    told.report_date as report_date,
    count(*) as tellers,
    max(told.billable_tokens) - min(told.billable_tokens) as billable_tokens_apart,
    max(told.input_tokens) - min(told.input_tokens) as input_tokens_apart,
    max(told.output_tokens) - min(told.output_tokens) as output_tokens_apart
from told
group by told.org_id, told.report_date
having
    count(*) <> 3
    or max(told.billable_tokens) <> min(told.billable_tokens)
    or max(told.input_tokens) <> min(told.input_tokens)
    or max(told.output_tokens) <> min(told.output_tokens)
