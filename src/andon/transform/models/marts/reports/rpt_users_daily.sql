{{ config(materialized=kept_by_day(), day='report_date') }}
with models as (
    select
        tokens.org_id as org_id,
        tokens.event_date as event_date,
        tokens.user_id as user_id,
        tokens.model_id as model_id,
        tokens.model_tier as model_tier,
        tokens.input_tokens
        + tokens.output_tokens
        + tokens.cache_read_tokens
        + tokens.cache_write_tokens as tier_tokens,
        sum(
            tokens.input_tokens + tokens.output_tokens + tokens.cache_read_tokens + tokens.cache_write_tokens
        ) over (
            partition by tokens.org_id, tokens.event_date, tokens.user_id, tokens.model_id
        ) as model_tokens
    from {{ ref('agg_tokens_daily') }} as tokens
    where {{ is_remade('tokens') }}
),

primary_models as (
    select
        models.org_id as org_id,
        models.event_date as event_date,
        models.user_id as user_id,
        models.model_id as model_id,
        models.model_tier as model_tier,
        row_number() over (
            partition by models.org_id, models.event_date, models.user_id
            order by models.model_tokens desc, models.model_id, models.tier_tokens desc, models.model_tier
        ) as place
    from models
),

levels as (
    select
        calls.org_id as org_id,
        calls.event_date as event_date,
        calls.user_id as user_id,
        calls.autonomy_level as autonomy_level,
        sum(calls.fact_count) as uses
    from {{ ref('fct_tool_calls') }} as calls
    where
        {{ reported('calls.event_date') }}
        and {{ is_remade('calls') }}
        and calls.is_executed
        and calls.autonomy_level is not null
    group by calls.org_id, calls.event_date, calls.user_id, calls.autonomy_level
),

-- Of levels used equally often the more autonomous one is shown.
primary_levels as (
    select
        levels.org_id as org_id,
        levels.event_date as event_date,
        levels.user_id as user_id,
        levels.autonomy_level as autonomy_level,
        row_number() over (
            partition by levels.org_id, levels.event_date, levels.user_id
            order by
                levels.uses desc,
                case levels.autonomy_level
                    when 'auto-high' then 1
                    when 'auto-medium' then 2
                    when 'auto-low' then 3
                    when 'spec' then 4
                    else 5
                end
        ) as place
    from levels
),

active as (
    select distinct
        acts.org_id as org_id,
        acts.event_date as event_date,
        acts.user_id as user_id
    from {{ ref('agg_acts_daily') }} as acts
    where
        acts.user_id <> {{ unattributed_user_id() }}
        and {{ is_remade('acts') }}
)

select
    days.org_id as org_id,
    days.user_id as user_id,
    people.user_email as user_email,
    days.event_date as report_date,
    days.tool_calls as tool_calls,
    days.billable_tokens as billable_tokens,
    primary_models.model_id as primary_model,
    primary_models.model_tier as primary_model_tier,
    days.files_created as files_created,
    days.files_edited as files_edited,
    days.git_commits as git_commits,
    days.git_prs_created as git_prs_created,
    days.mcp_calls as mcp_calls,
    days.skill_calls as skill_calls,
    days.slash_commands as slash_commands,
    days.hooks as hooks,
    days.sessions as sessions,
    days.user_messages + days.assistant_messages as messages,
    days.user_messages as user_messages,
    days.assistant_messages as assistant_messages,
    {{ ratio('days.tool_calls', 'days.user_messages') }} as autonomy_ratio,
    primary_levels.autonomy_level as delegation_level,
    active.user_id is not null as is_active,
    {{ whole('days.input_tokens') }} as input_tokens,
    {{ whole('days.output_tokens') }} as output_tokens,
    {{ whole('days.cache_read_tokens') }} as cache_read_tokens,
    {{ whole('days.cache_write_tokens') }} as cache_write_tokens
from {{ ref('agg_users_daily') }} as days
inner join {{ ref('stg_directory__organisations') }} as organisations
    on days.org_id = organisations.org_id
left join {{ ref('dim_users') }} as people
    on
        days.org_id = people.org_id
        and days.user_id = people.user_id
left join primary_models
    on
        days.org_id = primary_models.org_id
        and days.event_date = primary_models.event_date
        and days.user_id = primary_models.user_id
        and primary_models.place = 1
left join primary_levels
    on
        days.org_id = primary_levels.org_id
        and days.event_date = primary_levels.event_date
        and days.user_id = primary_levels.user_id
        and primary_levels.place = 1
left join active
    on
        days.org_id = active.org_id
        and days.event_date = active.event_date
        and days.user_id = active.user_id
where {{ is_remade('days') }}
