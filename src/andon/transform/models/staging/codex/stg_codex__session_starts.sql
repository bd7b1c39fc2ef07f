with starts as (
    select
        records.*,
        row_number() over (
            partition by records.org_id, records.session_id
            order by records.occurred_at_unix_nano, records.record_id
        ) as place
    from {{ codex_logs(['codex.conversation_starts']) }} as records
    where records.is_title_thread = 0
)

select
    {{ fact_columns('starts', "'logs'", 1, "'codex'", 'starts.client', 'starts.record_id') }},
    case when starts.place = 1 then 'fresh' else 'resume' end as start_type
from starts
