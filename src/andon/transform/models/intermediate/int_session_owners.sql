{{ config(materialized=kept_from_build_to_build(), remade=remade_of_owned_sessions()) }}
{%- set columns = ['org_id', 'agent', 'session_id', 'user_id'] -%}
-- Two sessions whose keys happen to be equal have none.
with owners as (
    select
        identities.session_key as session_key,
        {%- for column in columns %}
        min(identities.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_identities') }} as identities
    where
        identities.session_key is not null
        and {{ of_owned_sessions('identities') }}
    group by identities.session_key
    having
        {%- for column in columns %}
        {{ 'and ' if not loop.first }}min(identities.{{ column }}) = max(identities.{{ column }})
        {%- endfor %}
)

select
    owners.session_key as session_key,
    days.event_date as event_date,
    {%- for column in columns %}
    owners.{{ column }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from owners
inner join (
    select distinct
        identities.session_key as session_key,
        identities.event_date as event_date
    from {{ ref('int_identities') }} as identities
    where {{ of_owned_sessions('identities') }}
) as days
    on owners.session_key = days.session_key
