-- Many records say the same of whose they are: they are put together first.
with told as (
    {%- for kind in fact_kinds() %}
    select distinct
        {%- for key in identity_keys() %}
        {{ kind }}.{{ key }} as {{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_' ~ kind ~ '_unioned') }} as {{ kind }}
    {{ 'union distinct' if not loop.last }}
    {%- endfor %}
)

select
    {%- for key in identity_keys() %}
    told.{{ key }} as {{ key }},
    {%- endfor %}
    case
        when ingest_keys.owner_identity is not null then 1
        when told.identity_email is not null then 2
        when told.identity_account is not null then 3
        when told.identity_user is not null then 4
        when told.identity_install is not null then 5
    end as identity_rank,
    coalesce(
        ingest_keys.owner_identity,
        'email:' || told.identity_email,
        'account:' || told.identity_account,
        'user:' || told.identity_user,
        'install:' || told.identity_install
    ) as identity
from told
left join {{ ref('stg_directory__ingest_keys') }} as ingest_keys
    on
        told.org_id = ingest_keys.org_id
        and told.ingest_key_id = ingest_keys.key_id
