{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_on_changed_days('model_calls'),
) }}
select
    calls.org_id as org_id,
    calls.event_date as event_date,
    calls.model as model,
    {{ whole_sum('calls.fact_count') }} as uses
from {{ ref('int_model_calls_chosen') }} as calls
where {{ on_changed_days('calls', 'model_calls') }}
group by
    calls.org_id,
    calls.event_date,
    calls.model
