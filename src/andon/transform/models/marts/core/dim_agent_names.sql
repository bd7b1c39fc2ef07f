select
    names.dialect as dialect,
    names.agent as agent,
    names.signal as signal,
    names.name as name,
    names.use as use
from {{ described_name_items() }} as names
