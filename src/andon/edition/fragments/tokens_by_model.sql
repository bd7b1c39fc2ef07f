-- Grain: (org_id, report_date). Every TokensByModel of the day, joined by commas; both tiers of a model are one row.
with models as (
    select
        org_id,
        report_date,
        model_id,
        sum(billable_tokens)::bigint as billable_tokens,
        sum(input_tokens)::bigint as input_tokens,
        sum(output_tokens)::bigint as output_tokens
    from rpt_tokens_by_model
    group by org_id, report_date, model_id
    having sum(billable_tokens) + sum(input_tokens) + sum(output_tokens) > 0
)

select
    org_id,
    report_date,
    encode(string_agg(to_json({
        'date': report_date,
        'group_key': model_id,
        'billable_tokens': billable_tokens,
        'input_tokens': input_tokens,
        'output_tokens': output_tokens
    })::varchar, ',' order by model_id = '(other)', billable_tokens desc, model_id)) as fragment
from models
group by org_id, report_date
order by org_id, report_date
