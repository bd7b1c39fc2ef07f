{{ config(materialized=kept_by_folder(), reads='metric_points', ids=['record_id']) }}
with raw_rows as (
    select
        read.*,
        {{ dialect('read.metric_name') }} as dialect
    from {{ read_once(source('raw', 'metric_points'), shared_keys()) }} as read
)

select
    {{ otlp_columns('raw_rows.time_unix_nano', reads_native=false) }},
    {{ group_columns('metrics') }},
    raw_rows.scope_name as scope_name,
    raw_rows.metric_name as metric_name,
    raw_rows.metric_type as metric_type,
    raw_rows.unit as unit,
    raw_rows.temporality as temporality,
    {{ md5_hex(joined_known('|', [
        'raw_rows.org_id', 'raw_rows.resource_attributes', 'raw_rows.scope_name', 'raw_rows.metric_name', 'raw_rows.attributes',
    ])) }} as series_id,
    raw_rows.start_time_unix_nano as start_time_unix_nano,
    raw_rows.time_unix_nano as time_unix_nano,
    coalesce(cast(raw_rows.value as {{ float64() }}), raw_rows.sum) as value,
    raw_rows.count as count
from raw_rows
