{%- set shared = [
    'org_id', 'record_id', 'ingest_key_id', 'event_date', 'occurred_at', 'occurred_at_unix_nano', 'service_version',
    'session_id', 'identity_email', 'identity_account', 'identity_user', 'identity_install', 'team',
    'repository', 'client_declared', 'trace_id', 'span_id',
] -%}
{%- for signal, model, name in [('spans', 'stg_otlp__spans', 'name'), ('logs', 'stg_otlp__log_records', 'event_name')] %}
select
    {%- for column in shared %}
    {{ signal }}.{{ column }} as {{ column }},
    {%- endfor %}
    coalesce({{ signal }}.agent_declared, {{ known(signal ~ '.service_name') }}, '(unknown)') as agent,
    '{{ signal }}' as source_signal,
    {{ 1 if signal == 'spans' else 0 }} as is_span,
    {{ signal }}.{{ name }} as name,
    {{ 'spans.parent_span_id' if signal == 'spans' else 'cast(null as ' ~ text() ~ ')' }} as parent_span_id,
    {{ 'spans.status_code' if signal == 'spans' else 'cast(null as ' ~ int64() ~ ')' }} as status_code,
    {{ signal }}.native_fact as fact,
    {{ native_names(signal, signal) }}
from {{ ref(model) }} as {{ signal }}
where
    {{ signal }}.native_fact is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
