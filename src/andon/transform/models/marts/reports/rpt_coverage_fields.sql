-- An agent's own description, or that of the native dialect where it speaks with nobody's words.
with agents as (
    select distinct
        days.org_id as org_id,
        days.agent as agent
    from {{ ref('agg_field_days') }} as days
    union distinct
    select distinct
        records.org_id as org_id,
        records.agent as agent
    from {{ ref('int_record_names') }} as records
    where records.dialect <> 'native'
),

expected as (
    select
        agents.org_id as org_id,
        agents.agent as agent,
        fields.dialect as dialect,
        fields.field as field,
        fields.quality as quality,
        fields.reason as reason,
        fields.improved_by as improved_by,
        {{ enough_of('fields.field') }} as enough,
        fields.field in ({{ coverage_fields_with('sometimes', true) }}) as is_sometimes
    from agents
    inner join {{ ref('stg_directory__organisations') }} as organisations
        on agents.org_id = organisations.org_id
    left join (select distinct own.agent as agent from {{ ref('dim_agent_fields') }} as own) as described
        on agents.agent = described.agent
    inner join {{ ref('dim_agent_fields') }} as fields
        on
            coalesce(described.agent, 'native') = fields.agent
),

active_days as (
    select
        days.org_id as org_id,
        days.agent as agent,
        days.event_date as event_date,
        row_number() over (partition by days.org_id, days.agent order by days.event_date desc) as days_ago
    from (
        select distinct
            told.org_id as org_id,
            told.agent as agent,
            told.event_date as event_date
        from {{ ref('agg_field_days') }} as told
    ) as days
),

days as (
    select
        told.org_id as org_id,
        told.agent as agent,
        told.agent_version as agent_version,
        told.event_date as event_date,
        told.field as field,
        told.occasions as occasions,
        told.known as known,
        told.redacted as redacted,
        active_days.days_ago as days_ago,
        max(case when told.known > 0 then told.event_date end) over (
            partition by told.org_id, told.agent, told.field
        ) as last_known_date
    from {{ ref('agg_field_days') }} as told
    inner join active_days
        on
            told.org_id = active_days.org_id
            and told.agent = active_days.agent
            and told.event_date = active_days.event_date
),

-- All versions: what was told in the newest days, and what is silent since the last telling.
received as (
    select
        days.org_id as org_id,
        days.agent as agent,
        days.field as field,
        max(days.last_known_date) as last_known_date,
        {{ whole_sum('case when days.days_ago <= 7 then days.occasions end') }} as occasions_7,
        {{ whole_sum('case when days.days_ago <= 7 then days.known end') }} as known_7,
        {{ whole_sum('case when days.days_ago <= 30 then days.occasions end') }} as occasions_30,
        {{ whole_sum('case when days.days_ago <= 30 then days.known end') }} as known_30,
        {{ whole_sum('case when days.days_ago <= 30 then days.redacted end') }} as redacted_30,
        {{ whole_sum('case when days.event_date > days.last_known_date then days.occasions end') }} as silent_occasions,
        min(case when days.event_date > days.last_known_date then days.event_date end) as silent_since,
        {{ whole_sum('case when days.event_date between ' ~ day_plus('days.last_known_date', -29)
            ~ ' and days.last_known_date then days.occasions end') }} as told_occasions,
        {{ whole_sum('case when days.event_date between ' ~ day_plus('days.last_known_date', -29)
            ~ ' and days.last_known_date then days.known end') }} as told_known
    from days
    group by days.org_id, days.agent, days.field
),

first_seen as (
    select
        records.org_id as org_id,
        records.agent as agent,
        records.agent_version as agent_version,
        min(records.first_seen_at) as first_seen_at
    from {{ ref('int_record_names') }} as records
    group by records.org_id, records.agent, records.agent_version
),

versions as (
    select
        days.org_id as org_id,
        days.agent as agent,
        days.agent_version as agent_version,
        days.field as field,
        first_seen.first_seen_at as first_seen_at,
        min(days.event_date) as first_date,
        min(days.days_ago) as days_ago,
        {{ whole_sum('days.occasions') }} as occasions,
        {{ whole_sum('days.known') }} as known
    from days
    inner join first_seen
        on
            days.org_id = first_seen.org_id
            and days.agent = first_seen.agent
            and days.agent_version = first_seen.agent_version
    group by days.org_id, days.agent, days.agent_version, days.field, first_seen.first_seen_at
),

-- A version that is in use and never tells what the versions before it told; the earliest of them is named.
silent_versions as (
    select
        ranked.org_id as org_id,
        ranked.agent as agent,
        ranked.field as field,
        ranked.agent_version as agent_version,
        ranked.first_date as first_date
    from (
        select
            compared.*,
            row_number() over (
                partition by compared.org_id, compared.agent, compared.field
                order by compared.first_seen_at, compared.agent_version
            ) as place
        from (
            select
                newer.org_id as org_id,
                newer.agent as agent,
                newer.field as field,
                newer.agent_version as agent_version,
                newer.first_date as first_date,
                newer.first_seen_at as first_seen_at
            from versions as newer
            inner join versions as older
                on
                    newer.org_id = older.org_id
                    and newer.agent = older.agent
                    and newer.field = older.field
                    and older.first_seen_at < newer.first_seen_at
            where
                newer.known = 0
                and newer.days_ago <= 7
            group by
                newer.org_id,
                newer.agent,
                newer.field,
                newer.agent_version,
                newer.first_date,
                newer.first_seen_at,
                newer.occasions
            having newer.occasions * sum(older.known) >= {{ enough_of('newer.field') }} * sum(older.occasions)
        ) as compared
    ) as ranked
    where ranked.place = 1
),

judged as (
    select
        {%- for column in [
            'org_id', 'agent', 'dialect', 'field', 'quality', 'reason', 'improved_by', 'enough', 'is_sometimes',
        ] %}
        expected.{{ column }} as {{ column }},
        {%- endfor %}
        received.last_known_date as last_known_date,
        coalesce(received.occasions_7, 0) as occasions_7,
        coalesce(received.known_7, 0) as known_7,
        coalesce(received.occasions_30, 0) as occasions_30,
        coalesce(received.known_30, 0) as known_30,
        coalesce(received.redacted_30, 0) as redacted_30,
        silent_versions.agent_version as lost_version,
        silent_versions.first_date as version_silent_since,
        case
            when
                received.silent_occasions > 0
                and received.silent_occasions * received.told_known >= expected.enough * received.told_occasions
                then received.silent_since
        end as all_silent_since
    from expected
    left join received
        on
            expected.org_id = received.org_id
            and expected.agent = received.agent
            and expected.field = received.field
    left join silent_versions
        on
            expected.org_id = silent_versions.org_id
            and expected.agent = silent_versions.agent
            and expected.field = silent_versions.field
            -- Who has the new version need not be who has the switch.
            and expected.quality <> 'switch'
)

select
    judged.org_id as org_id,
    judged.agent as agent,
    judged.field as field,
    cast({{ place_of('judged.field') }} as {{ int64() }}) as place,
    judged.quality as quality,
    case
        when judged.version_silent_since is not null or judged.all_silent_since is not null then 'lost'
        when judged.known_30 > 0 then 'ok'
        when judged.quality = 'not_sent' then 'not_sent'
        when judged.redacted_30 > 0 then 'redacted'
        when judged.occasions_30 = 0 then 'not_seen'
        when judged.quality = 'switch' then 'switch'
        when judged.dialect = 'native' or judged.is_sometimes or judged.occasions_30 < judged.enough then 'not_seen'
        else 'missing'
    end as status,
    {{ whole('judged.occasions_7') }} as occasions_7_days,
    {{ whole('judged.known_7') }} as known_7_days,
    {{ whole('judged.occasions_30') }} as occasions_30_days,
    {{ whole('judged.known_30') }} as known_30_days,
    judged.last_known_date as last_known_date,
    least(
        coalesce(judged.version_silent_since, judged.all_silent_since),
        coalesce(judged.all_silent_since, judged.version_silent_since)
    ) as lost_since,
    judged.lost_version as lost_version,
    judged.reason as reason,
    judged.improved_by as improved_by
from judged
