-- Grain: (org_id, report_date). One TokensDay of contract/reports.py each.
with models as (
    select
        org_id,
        report_date,
        list({
            'model_id': model_id,
            'model_tier': model_tier,
            'billable_tokens': billable_tokens::bigint,
            'input_tokens': input_tokens::bigint,
            'output_tokens': output_tokens::bigint
        } order by model_id = '(other)', billable_tokens desc, model_id, model_tier) as by_model
    from rpt_tokens_by_model
    group by org_id, report_date
),

people as (
    select
        org_id,
        report_date,
        user_id,
        max(user_email) as user_email,
        sum(billable_tokens)::bigint as billable_tokens,
        list({
            'model_id': model_id,
            'model_tier': model_tier,
            'billable_tokens': billable_tokens::bigint,
            'input_tokens': input_tokens::bigint,
            'output_tokens': output_tokens::bigint
        } order by model_id = '(other)', billable_tokens desc, model_id, model_tier) as by_model
    from rpt_tokens_by_user
    group by org_id, report_date, user_id
),

users as (
    select
        org_id,
        report_date,
        list({
            'user_id': user_id,
            'user_email': user_email,
            'billable_tokens': billable_tokens,
            'by_model': by_model
        } order by billable_tokens desc, user_id) as by_user
    from people
    group by org_id, report_date
)

select
    days.org_id,
    days.report_date,
    encode(to_json({
        'date': days.report_date,
        'billable_tokens': days.billable_tokens::bigint,
        'input_tokens': days.input_tokens::bigint,
        'output_tokens': days.output_tokens::bigint,
        'cache_read_tokens': days.cache_read_tokens::bigint,
        'cache_write_tokens': days.cache_write_tokens::bigint,
        'by_model': coalesce(models.by_model, []),
        'by_user': coalesce(users.by_user, [])
    })::varchar) as fragment
from rpt_tokens_daily as days
left join models using (org_id, report_date)
left join users using (org_id, report_date)
order by days.org_id, days.report_date
