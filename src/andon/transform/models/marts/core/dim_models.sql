-- Of the patterns that fit a name the longest is the most particular one.
with names as (
    select distinct calls.model as model_id
    from {{ ref('int_model_names') }} as calls
    where calls.model is not null
),

fitting as (
    select
        names.model_id as model_id,
        catalogue.provider as provider,
        catalogue.model_name as model_name,
        catalogue.input_usd_per_mtok as input_usd_per_mtok,
        catalogue.output_usd_per_mtok as output_usd_per_mtok,
        catalogue.cache_read_usd_per_mtok as cache_read_usd_per_mtok,
        catalogue.cache_write_usd_per_mtok as cache_write_usd_per_mtok,
        row_number() over (
            partition by names.model_id
            order by length(catalogue.model_pattern) desc, catalogue.model_pattern
        ) as place
    from names
    inner join {{ ref('model_catalogue') }} as catalogue
        on lower(names.model_id) like catalogue.model_pattern
)

select
    names.model_id as model_id,
    fitting.provider as provider,
    coalesce(fitting.model_name, names.model_id) as model_name,
    fitting.input_usd_per_mtok as input_usd_per_mtok,
    fitting.output_usd_per_mtok as output_usd_per_mtok,
    fitting.cache_read_usd_per_mtok as cache_read_usd_per_mtok,
    fitting.cache_write_usd_per_mtok as cache_write_usd_per_mtok
from names
left join fitting on names.model_id = fitting.model_id and fitting.place = 1
