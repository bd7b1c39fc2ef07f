-- Grain: (org_id, report_date). One DayRecords of contract/conservation.py each.
select
    org_id,
    report_date,
    encode(to_json({
        'report_date': report_date,
        'received': sum(received)::bigint,
        'stored': sum(stored)::bigint,
        'distinct': sum(distinct_records)::bigint,
        'duplicates': sum(duplicates)::bigint,
        'quarantined': sum(quarantined)::bigint,
        'by_signal': list({
            'signal': signal,
            'received': received,
            'stored': stored,
            'distinct': distinct_records,
            'duplicates': duplicates,
            'quarantined': quarantined
        } order by signal)
    })::varchar) as fragment
from rpt_conservation
group by org_id, report_date
order by org_id, report_date
