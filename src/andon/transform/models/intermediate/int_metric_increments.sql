with points as (
    select
        told.*,
        row_number() over (
            partition by told.org_id, told.series_id, told.start_time_unix_nano, told.time_unix_nano
            order by told.value desc, told.record_id
        ) as telling
    from {{ ref('stg_otlp__metric_points') }} as told
    where
        told.temporality in ('delta', 'cumulative')
        and told.value is not null
),

measured as (
    select
        points.*,
        lag(points.value) over of_its_process as value_before,
        lag(points.count) over of_its_process as count_before
    from points
    where points.telling = 1
    window of_its_process as (
        partition by points.org_id, points.series_id, points.start_time_unix_nano
        order by points.time_unix_nano
    )
)

select
    measured.org_id as org_id,
    measured.record_id as record_id,
    measured.ingest_key_id as ingest_key_id,
    measured.received_at as received_at,
    measured.event_date as event_date,
    measured.occurred_at as occurred_at,
    measured.occurred_at_unix_nano as occurred_at_unix_nano,
    measured.dialect as dialect,
    measured.service_name as service_name,
    measured.service_version as service_version,
    measured.scope_name as scope_name,
    measured.attributes as attributes,
    measured.resource_attributes as resource_attributes,
    measured.session_id as session_id,
    measured.identity_email as identity_email,
    measured.identity_account as identity_account,
    measured.identity_user as identity_user,
    measured.identity_install as identity_install,
    measured.team as team,
    measured.repository as repository,
    measured.client_declared as client_declared,
    measured.agent_declared as agent_declared,
    measured.metric_name as metric_name,
    measured.metric_type as metric_type,
    measured.unit as unit,
    measured.temporality as temporality,
    measured.series_id as series_id,
    measured.start_time_unix_nano as start_time_unix_nano,
    measured.time_unix_nano as time_unix_nano,
    measured.value as value,
    measured.count as count,
    case
        when measured.temporality = 'delta' then measured.value
        -- The first point counts from its start; a fall without a new start is a counter that began again.
        when measured.value_before is null or measured.value < measured.value_before then measured.value
        else measured.value - measured.value_before
    end as increment,
    case
        when measured.temporality = 'delta' then measured.count
        when measured.count_before is null or measured.count < measured.count_before then measured.count
        else measured.count - measured.count_before
    end as count_increment
from measured
