{{ config(
    materialized=kept_from_build_to_build(),
    remade=remade_of_owners(),
) }}
{%- do look_up_owners() %}
-- Many records say the same of whose they are: they are put together first.
with told as (
    {%- for kind in fact_kinds() %}
    select distinct
        {%- for key in identity_keys() %}
        {{ kind }}.{{ key }} as {{ key }},
        {%- endfor %}
        {{ kind }}.session_key as session_key,
        {{ kind }}.event_date as event_date
    from {{ ref('int_' ~ kind ~ '_unioned') }} as {{ kind }}
    where {{ of_owners(kind, dated=true) }}
    {{ 'union distinct' if not loop.last }}
    {%- endfor %}
)

select
    {%- for key in identity_keys() %}
    told.{{ key }} as {{ key }},
    {%- endfor %}
    told.session_key as session_key,
    told.event_date as event_date,
    case
        when owners.owner_identity is not null then 1
        when told.identity_email is not null then 2
        when told.identity_account is not null then 3
        when told.identity_user is not null then 4
        when told.identity_install is not null then 5
    end as identity_rank,
    coalesce(
        owners.owner_identity,
        'email:' || told.identity_email,
        'account:' || told.identity_account,
        'user:' || told.identity_user,
        'install:' || told.identity_install
    ) as identity
from told
left join {{ ref('int_key_owners') }} as owners
    on
        told.org_id = owners.org_id
        and told.ingest_key_id = owners.key_id
