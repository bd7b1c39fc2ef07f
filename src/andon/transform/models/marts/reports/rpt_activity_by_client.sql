{{ config(materialized=kept_by_day(), day='report_date') }}
-- Where nothing tells a person's client that day, they are counted under `(unknown)`.
with people as (
    select distinct
        acts.org_id as org_id,
        acts.event_date as event_date,
        acts.user_id as user_id,
        acts.client as client
    from {{ ref('agg_acts_daily') }} as acts
    where
        acts.user_id <> {{ unattributed_user_id() }}
        and {{ is_remade('acts') }}
),

placed as (
    select
        people.org_id as org_id,
        people.event_date as event_date,
        people.user_id as user_id,
        people.client as client
    from people
    where people.client is not null

    union all

    select
        people.org_id as org_id,
        people.event_date as event_date,
        people.user_id as user_id,
        '(unknown)' as client
    from people
    group by people.org_id, people.event_date, people.user_id
    having count(people.client) = 0
),

-- Whoever is on several clients past the last that is listed counts once in the remainder.
ranked as (
    select
        placed.org_id as org_id,
        placed.event_date as event_date,
        placed.client as client,
        row_number() over (
            partition by placed.org_id, placed.event_date
            order by
                case when placed.client in ('terminal-ui', 'web', 'non-interactive-cli') then 0 else 1 end,
                count(*) desc,
                placed.client
        ) as place
    from placed
    group by placed.org_id, placed.event_date, placed.client
),

listed as (
    select distinct
        placed.org_id as org_id,
        placed.event_date as event_date,
        placed.user_id as user_id,
        case when ranked.place <= {{ var('list_limit') }} then placed.client else '(other)' end as client
    from placed
    inner join ranked
        on
            placed.org_id = ranked.org_id
            and placed.event_date = ranked.event_date
            and placed.client = ranked.client
),

-- The three clients of the contract have a row on every day; the others where somebody used them.
rows_to_fill as (
    select
        org_days.org_id as org_id,
        org_days.day as event_date,
        clients.client as client
    from {{ org_days() }} as org_days
    cross join (
        select 'terminal-ui' as client
        union all
        select 'web' as client
        union all
        select 'non-interactive-cli' as client
    ) as clients

    union distinct

    select
        listed.org_id as org_id,
        listed.event_date as event_date,
        listed.client as client
    from listed
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on listed.org_id = organisations.org_id
)

select
    rows_to_fill.org_id as org_id,
    rows_to_fill.event_date as report_date,
    rows_to_fill.client as client,
    cast(count(listed.user_id) as {{ int64() }}) as daily_active_users
from rows_to_fill
left join listed
    on
        rows_to_fill.org_id = listed.org_id
        and rows_to_fill.event_date = listed.event_date
        and rows_to_fill.client = listed.client
group by rows_to_fill.org_id, rows_to_fill.event_date, rows_to_fill.client
