{#
    What a build that does not make everything anew has to make again, floor by floor: each floor looks up, in tables of
    schema `build`, which of its rows have to do with what the floor below noted as changed. Only where tables are kept
    (materialize_kept.sql); elsewhere, and in a build of everything, each of these conditions is `true`.

    Sessions and facts are found by short keys, two columns that are read whole; of the other columns only the blocks of
    those days on which there is something to do. Two keys that happen to be equal mean that more is made again.
#}

{# Facts of an organisation's agent: of sessions that are looked up, or, where they name none, of a day that is. #}
{% macro _of_sessions_or_days(rows, sessions, days) -%}
    ({{ rows }}.session_key in (select looked.session_key from build.{{ sessions }} as looked)
        or ({{ rows }}.session_key is null and ({{ rows }}.org_id, {{ rows }}.agent, {{ rows }}.event_date)
            in (select (looked.org_id, looked.agent, looked.event_date) from build.{{ days }} as looked)))
{%- endmacro %}

{# Facts that staging gave of records that have to do with changed ones. #}
{% macro remade_of_slice() -%}
    (kept.org_id, kept.record_id) in (select (sliced.org_id, sliced.record_id) from intermediate.int_slice_records as sliced)
{%- endmacro %}

{# Identities of sessions and days that are asked again. #}
{% macro remade_of_owners() -%}
    {{ _of_sessions_or_days('kept', 'owner_sessions', 'owner_days') }}
{%- endmacro %}

{# Whose facts are is asked again of sessions with a changed fact, and of those that a change of the directory is about. #}
{% macro look_up_owners() %}
    {%- if not is_whole() -%}
        {%- do insist_on(this, load_cached_relation(this)) -%}
        {%- set in_directory -%}
    ((told.org_id, told.identity) in (select (looked.org_id, looked.identity) from build.changed_directory as looked)
        or (told.org_id, told.ingest_key_id) in (select (looked.org_id, looked.key_id) from build.changed_directory as looked))
        {%- endset -%}
        {%- do look_up('owner_sessions',
            "select looked.session_key from build.changed_staged as looked where looked.session_key is not null"
            ~ " union select told.session_key from " ~ this ~ " as told where told.session_key is not null and " ~ in_directory) -%}
        {%- do look_up('owner_days',
            "select looked.org_id, looked.agent, looked.event_date from build.changed_staged as looked where looked.session_key is null"
            ~ " union select told.org_id, told.agent, told.event_date from " ~ this ~ " as told where told.session_key is null and " ~ in_directory) -%}
        {#- Their other days stand where they stood; a fact that came or went since has noted its own. -#}
        {%- do look_up('owner_event_dates',
            "select looked.event_date from build.owner_days as looked union select looked.event_date from build.changed_staged as looked"
            ~ " union " ~ days_of_sessions('select looked.session_key from build.owner_sessions as looked', this)) -%}
    {%- endif -%}
{% endmacro %}

{# A query for the days on which sessions have facts, which no fact is looked at for. #}
{% macro days_of_sessions(sessions, identities) -%}
    select distinct told.event_date from {{ identities }} as told where told.session_key in ({{ sessions }})
{%- endmacro %}

{# Rows of such sessions; of facts, `dated`, only blocks of days that hold some are read. #}
{% macro of_owners(rows, dated=false) -%}
    {%- if is_whole() -%} true
    {%- else -%}
    {{ _of_sessions_or_days(rows, 'owner_sessions', 'owner_days') }}
    {{- among_days(rows, 'select event_date from build.owner_event_dates') if dated }}
    {%- endif -%}
{%- endmacro %}

{# Sessions that are asked again; of a table that is kept, those that go. #}
{% macro remade_of_owned_sessions(rows='kept') -%}
    {{ rows }}.session_key in (select looked.session_key from build.owner_sessions as looked)
{%- endmacro %}

{% macro of_owned_sessions(rows) -%}
    {%- if is_whole() -%} true
    {%- else -%} {{ remade_of_owned_sessions(rows) }}
    {%- endif -%}
{%- endmacro %}

{#
    Facts of a kind are chosen again in sessions with a changed fact or another owner; without a session, of senders on
    the day of a changed fact and the day after: `<kind>_keys`. Of all that tells a fact of these keys, with its whole
    session, narrow columns are copied, `<kind>_scope`. Which keys are exceptional is told by these; only of such keys
    anything more is looked at, with the days of their senders.
#}
{% macro look_up_choice(kind, within) %}
    {%- if not is_whole() -%}
        {%- set facts = ref('int_' ~ kind ~ '_unioned') -%}
        {%- set keys = "(select looked.fact_key from build." ~ kind ~ "_keys as looked)" -%}
        {%- set exceptions = "(select looked.fact_key from build." ~ kind ~ "_exceptions as looked)" -%}
        {%- set scope = "build." ~ kind ~ "_scope" -%}
        {%- set sender = "(facts.org_id, facts.agent, coalesce(facts.ingest_key_id, ''), facts.event_date)" -%}
        {%- set changed = "build.changed_staged as looked where looked.kind = '" ~ kind ~ "'" -%}
        {%- set sessions = "select looked.session_key from " ~ changed ~ " and looked.session_key is not null"
            ~ " union select looked.session_key from build.changed_owners as looked where looked.session_key is not null" -%}
        {%- set narrow = "select facts.fact_key, facts.session_key, facts.source_rank, facts.org_id, facts.agent, facts.event_date"
            ~ ", coalesce(facts.ingest_key_id, '') as ingest_key" ~ (", facts." ~ within | join(", facts.") if within else "")
            ~ " from " ~ facts ~ " as facts where " -%}
        {%- set identities = ref('int_told_identities') -%}
        {%- do look_up(kind ~ '_keys',
            "select facts.fact_key from " ~ facts ~ " as facts where facts.session_key in (" ~ sessions ~ ")"
            ~ among_days('facts', days_of_sessions(sessions, identities))
            ~ " union select facts.fact_key from " ~ facts ~ " as facts where facts.session_key is null and " ~ sender
            ~ " in (select (looked.org_id, looked.agent, looked.ingest_key, looked.event_date + plus.days) from (values (0), (1)) as plus(days), "
            ~ changed ~ ")"
            ~ " union select facts.fact_key from " ~ facts ~ " as facts where facts.session_key is null and"
            ~ " (facts.org_id, facts.agent, facts.event_date) in (select (looked.org_id, looked.agent, looked.event_date)"
            ~ " from build.changed_owners as looked where looked.session_key is null)"
            ~ " union select looked.went_key from " ~ changed ~ " and looked.went_key is not null") -%}
        {%- do look_up(kind ~ '_scope', narrow ~ "facts.fact_key in " ~ keys) -%}
        {%- do run_query("insert into " ~ scope ~ " " ~ narrow ~ "facts.session_key in (select looked.session_key from " ~ scope
            ~ " as looked where looked.session_key is not null except (" ~ sessions ~ ")) and facts.fact_key not in " ~ keys
            ~ among_days('facts', days_of_sessions("select looked.session_key from " ~ scope ~ " as looked", identities))) -%}
        {%- do look_up(kind ~ '_exceptions',
            "select found.fact_key from (" ~ exceptional_keys(scope, within) ~ ") as found where found.fact_key in " ~ keys) -%}
        {%- do look_up(kind ~ '_sessions',
            "select distinct facts.session_key from " ~ scope ~ " as facts where facts.session_key is not null and facts.fact_key in " ~ exceptions) -%}
        {%- do look_up(kind ~ '_senders',
            "select distinct facts.org_id, facts.agent, facts.event_date - plus.days as event_date from " ~ scope ~ " as facts, (values (0), (1)) as plus(days)"
            ~ " where facts.session_key is null and facts.fact_key in " ~ exceptions) -%}
    {%- endif -%}
{% endmacro %}

{# Tellings of keys that are chosen again. #}
{% macro remade_of_choice(kind) -%}
    kept.fact_key in (select looked.fact_key from build.{{ kind }}_keys as looked)
{%- endmacro %}

{# Days of all that has to do with the choice of exceptional keys. #}
{% macro of_choice(rows, kind) -%}
    {%- if is_whole() -%} true
    {%- else -%}
        {%- set scope = "build." ~ kind ~ "_scope as facts where facts." -%}
    true {{- among_days(rows,
        "select facts.event_date from " ~ scope ~ "fact_key in (select looked.fact_key from build." ~ kind ~ "_exceptions as looked)"
        ~ " union select facts.event_date from " ~ scope ~ "session_key in (select looked.session_key from build." ~ kind ~ "_sessions as looked)"
        ~ " union select looked.event_date from build." ~ kind ~ "_senders as looked") }}
    {%- endif -%}
{%- endmacro %}

{# A from-item: whose the facts of such keys may be. #}
{% macro owners_of_choice(kind) -%}
    {%- set owners = ref('int_identities') -%}
    {%- if is_whole() -%} {{ owners }}
    {%- else -%}
    (
        select owners.*
        from {{ owners }} as owners
        where owners.session_key in (select looked.session_key from build.{{ kind }}_sessions as looked)
        union all
        select owners.*
        from {{ owners }} as owners
        where
            owners.session_key is null
            and (owners.org_id, owners.agent, owners.event_date)
            in (select (looked.org_id, looked.agent, looked.event_date) from build.{{ kind }}_senders as looked)
    )
    {%- endif -%}
{%- endmacro %}

{# What is noted of tellings of such keys that changed. #}
{% macro of_choice_changed(kind) -%}
    '{{ kind }}', changed.session_key, changed.org_id, changed.agent, changed.event_date
{%- endmacro %}

{# And what of the facts that are as they were told: those that changed, and those whose session is of another person now. #}
{% macro changed_as_told(kind) -%}
    select looked.kind, looked.session_key, looked.org_id, looked.agent, looked.event_date
    from build.changed_staged as looked
    where looked.kind = '{{ kind }}'
    union
    select '{{ kind }}', facts.session_key, facts.org_id, facts.agent, facts.event_date
    from build.{{ kind }}_scope as facts
    where (facts.session_key, facts.event_date) in (select (looked.session_key, looked.event_date) from build.changed_owners as looked)
{%- endmacro %}

{# Sessions are put together again that have a changed fact. #}
{% macro look_up_acts() %}
    {%- if not is_whole() -%}
        {%- do look_up('act_sessions',
            'select distinct looked.session_key from build.changed_chosen as looked where looked.session_key is not null') -%}
        {%- do look_up('act_days',
            'select distinct looked.org_id, looked.agent, looked.event_date from build.changed_chosen as looked where looked.session_key is null') -%}
        {%- do look_up('act_event_dates', "select looked.event_date from build.changed_chosen as looked union "
            ~ days_of_sessions('select looked.session_key from build.act_sessions as looked', ref('int_told_identities'))) -%}
    {%- endif -%}
{% endmacro %}

{% macro remade_of_acts() -%}
    {{ _of_sessions_or_days('kept', 'act_sessions', 'act_days') }}
{%- endmacro %}

{# Days of such sessions, those included on which they have nothing any more. #}
{% macro days_of_acts() -%} select event_date from build.act_event_dates {%- endmacro %}

{% macro of_acts(rows) -%}
    {%- if is_whole() -%} true
    {%- else -%}
    {{ _of_sessions_or_days(rows, 'act_sessions', 'act_days') }}
    {{- among_days(rows, days_of_acts()) }}
    {%- endif -%}
{%- endmacro %}

{# What is kept by the day of a kind's facts: days on which one of them came, went or changed. #}
{% macro remade_on_changed_days(kind) -%}
    (kept.org_id, kept.event_date) in (select (looked.org_id, looked.event_date) from build.changed_chosen as looked where looked.kind = '{{ kind }}')
{%- endmacro %}

{% macro on_changed_days(rows, kind) -%}
    {%- if is_whole() -%} true
    {%- else -%}
        {%- set changed = "build.changed_chosen as looked where looked.kind = '" ~ kind ~ "'" -%}
    ({{ rows }}.org_id, {{ rows }}.event_date) in (select (looked.org_id, looked.event_date) from {{ changed }})
    {{- among_days(rows, 'select distinct looked.event_date from ' ~ changed) }}
    {%- endif -%}
{%- endmacro %}

{# A from-item with the records that went since a build passed, some of which may be there again. #}
{% macro touched_records() -%}
    {%- if is_whole() -%}
    (select cast(null as {{ text() }}) as org_id, cast(null as {{ text() }}) as record_id, {{ first_day() }} as event_date limit 0)
    {%- else -%} build.touched_records
    {%- endif -%}
{%- endmacro %}

{#
    A from-item with the days on which a fact, its session or its name changed; `org_id`, `event_date`. A session tells
    what its facts do not know, so that one whose client changed, or that came or went, is one of all days of its facts.
#}
{% macro changed_days() -%}
    {%- if is_whole() -%} {{ no_days() }}
    {%- else -%}
        {%- do look_up('resettled_sessions',
            "select looked.session_key from build.changed_sessions as looked where looked.session_key is not null"
            ~ " group by looked.session_key having count(distinct looked.change) < 2 or count(distinct coalesce(looked.client, '')) > 1") %}
    (
        select changed.org_id, changed.event_date from build.changed_chosen as changed
        union
        select changed.org_id, changed.event_date from build.changed_sessions as changed
        union
        select told.org_id, told.event_date
        from {{ ref('int_told_identities') }} as told
        where told.session_key in (select looked.session_key from build.resettled_sessions as looked)
        union
        select names.org_id, names.event_date
        from {{ ref('int_tool_names') }} as names
        inner join build.changed_tools as changed
            on
                names.org_id = changed.org_id
                and nullif(names.tool_name, '') is not distinct from changed.reported_name
                and nullif(names.tool_kind, '') is not distinct from changed.tool_kind
                and nullif(names.mcp_server, '') is not distinct from changed.reported_server
                and nullif(names.mcp_tool, '') is not distinct from changed.reported_tool
    )
    {%- endif -%}
{%- endmacro %}

{#
    Rows that a build made, or might have made, of a model that is kept; `of` says by what: `slice` for staged facts,
    a kind for its chosen facts, `days of` a kind, `owners`, `owned sessions`, `acts`, `days of acts`.
#}
{% macro is_made_now(rows, of) -%}
    {%- if is_whole() -%} 1 = 1
    {%- elif of == 'slice' -%} 1 = 1 {{ among_days(rows, 'select distinct event_date from intermediate.int_slice_records') }}
    {%- elif of == 'owners' -%} {{ of_owners(rows) }}
    {%- elif of == 'owned sessions' -%} {{ of_owned_sessions(rows) }}
    {%- elif of == 'acts' -%} {{ _of_sessions_or_days(rows, 'act_sessions', 'act_days') }}
    {%- elif of == 'days of acts' -%} {{ of_acts(rows) }}
    {%- elif of.startswith('days of ') -%} {{ on_changed_days(rows, of[8:]) }}
    {%- else -%} {{ rows }}.fact_key in (select looked.fact_key from build.{{ of }}_keys as looked)
        {{- among_days(rows, 'select distinct looked.event_date from build.' ~ of ~ '_scope as looked') }}
    {%- endif -%}
{%- endmacro %}
