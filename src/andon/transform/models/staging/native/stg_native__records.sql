select
    told.*,
    links.server_beneath as server_beneath,
    case when told.mcp_method = 'tools/call' or coalesce(links.is_request, 0) = 1 then 1 else 0 end as is_request,
    coalesce(links.is_alone, 1) as is_alone
from {{ ref('stg_native__told') }} as told
left join {{ ref('stg_native__links') }} as links
    on
        told.org_id = links.org_id
        and told.record_id = links.record_id
where coalesce(links.is_told_above, 0) = 0
