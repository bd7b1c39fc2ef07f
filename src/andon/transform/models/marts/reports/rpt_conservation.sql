select
    conserved.org_id as org_id,
    conserved.received_date as report_date,
    conserved.signal as signal,
    cast(conserved.received as {{ int64() }}) as received,
    cast(conserved.stored as {{ int64() }}) as stored,
    cast(conserved.distinct_records as {{ int64() }}) as distinct_records,
    cast(conserved.duplicates as {{ int64() }}) as duplicates,
    cast(conserved.quarantined as {{ int64() }}) as quarantined
from {{ ref('int_conservation') }} as conserved
inner join {{ ref('stg_directory__organisations') }} as organisations
    on conserved.org_id = organisations.org_id
