-- depends_on: {{ ref('fct_sessions') }}, {{ ref('dim_tools') }}, {{ ref('int_tool_names') }}
-- depends_on: {{ ref('int_told_identities') }}
select distinct
    days.org_id as org_id,
    days.event_date as event_date
from {{ changed_days() }} as days
