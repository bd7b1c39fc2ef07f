select
    fields.dialect as dialect,
    fields.agent as agent,
    fields.field as field,
    fields.quality as quality,
    fields.reason as reason,
    fields.improved_by as improved_by
from {{ described_field_items() }} as fields
