{%- set kinds = fact_kinds() | list -%}
with told as (
    {%- for kind in kinds %}
    select
        {{ kind }}.org_id as org_id,
        {{ kind }}.record_id as record_id,
        {{ kind }}.agent as agent,
        {{ kind }}.session_id as session_id,
        {{ kind }}.ingest_key_id as ingest_key_id,
        {{ kind }}.identity_email as identity_email,
        {{ kind }}.identity_account as identity_account,
        {{ kind }}.identity_user as identity_user,
        {{ kind }}.identity_install as identity_install
    from {{ ref('int_' ~ kind ~ '_unioned') }} as {{ kind }}
    {{ 'union distinct' if not loop.last }}
    {%- endfor %}
),

-- One record gives facts of several kinds; their identities are the record's, so all rows agree.
records as (
    select
        told.org_id as org_id,
        told.record_id as record_id,
        min(told.agent) as agent,
        min(told.session_id) as session_id,
        min(told.ingest_key_id) as ingest_key_id,
        min(told.identity_email) as identity_email,
        min(told.identity_account) as identity_account,
        min(told.identity_user) as identity_user,
        min(told.identity_install) as identity_install
    from told
    group by told.org_id, told.record_id
)

select
    records.org_id as org_id,
    records.record_id as record_id,
    records.agent as agent,
    records.session_id as session_id,
    case
        when ingest_keys.owner_identity is not null then 1
        when records.identity_email is not null then 2
        when records.identity_account is not null then 3
        when records.identity_user is not null then 4
        when records.identity_install is not null then 5
    end as identity_rank,
    coalesce(
        ingest_keys.owner_identity,
        'email:' || records.identity_email,
        'account:' || records.identity_account,
        'user:' || records.identity_user,
        'install:' || records.identity_install
    ) as identity
from records
left join {{ ref('stg_directory__ingest_keys') }} as ingest_keys
    on
        records.org_id = ingest_keys.org_id
        and records.ingest_key_id = ingest_keys.key_id
