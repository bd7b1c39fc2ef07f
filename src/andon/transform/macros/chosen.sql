{#
    One row per real-world fact of a kind, from its union.

    Signals are never added up: each session (of each organisation and agent) keeps its best ranked one. A fact
    whose sender names no session gives way to a better signal of the same person on its day or the day before,
    for a metric is exported up to a minute after what it counts. Then facts told several times count once: the
    first told stays, whatever the order of arrival; `largest` names the columns that take their largest value.

    The better signal may name the person by another of its identities: logs by a login's address, counters by the
    name that is on the resource of both. A fact that names neither session nor person gives way to any better signal under the same ingest key: the
    counters of some agents are nameless beside logs that are not, and the two must never be added.

    within: further columns that keep a signal of their own, such as the kind of a git action.
#}
{% macro chosen(kind, within=[], largest=[]) %}
    {%- set own_group = ['org_id', 'agent'] + within -%}
    {%- set columns = shared_fact_columns() + own_fact_columns(kind) -%}
with facts as (
    select
        told.*,
        coalesce(told.identity_email, told.identity_account, told.identity_user, told.identity_install, '') as who
    from {{ ref('int_' ~ kind ~ '_unioned') }} as told
),

sessions as (
    select
        {%- for column in own_group %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        facts.session_id as session_id,
        min(facts.source_rank) as best_rank
    from facts
    where facts.session_id is not null
    group by {% for column in own_group %}facts.{{ column }}, {% endfor %}facts.session_id
),

people_days as (
    select
        {%- for column in own_group %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        coalesce(facts.ingest_key_id, '') as ingest_key,
        facts.identity_email as identity_email,
        facts.identity_account as identity_account,
        facts.identity_user as identity_user,
        facts.identity_install as identity_install,
        facts.event_date as event_date,
        min(facts.source_rank) as best_rank
    from facts
    group by
        {% for column in own_group %}facts.{{ column }}, {% endfor %}coalesce(facts.ingest_key_id, ''), facts.identity_email,
        facts.identity_account, facts.identity_user, facts.identity_install, facts.event_date
),

-- Once for each name of a person, and once ('') for all who sent with the same key.
days as (
    select
        {%- for column in own_group %}
        named_days.{{ column }} as {{ column }},
        {%- endfor %}
        named_days.ingest_key as ingest_key,
        named_days.who as who,
        named_days.event_date as event_date,
        min(named_days.best_rank) as best_rank
    from (
        {%- for name in ['identity_email', 'identity_account', 'identity_user', 'identity_install'] %}
        select
            people_days.*,
            people_days.{{ name }} as who
        from people_days
        where people_days.{{ name }} is not null
        union all
        {%- endfor %}
        select
            people_days.*,
            '' as who
        from people_days
    ) as named_days
    group by
        {% for column in own_group %}named_days.{{ column }}, {% endfor %}named_days.ingest_key, named_days.who, named_days.event_date
),

kept as (
    select
        {%- for column in columns %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        row_number() over (
            partition by facts.org_id, facts.agent, facts.dedupe_key
            order by facts.source_rank, facts.occurred_at_unix_nano, facts.record_id
        ) as telling
        {%- for column in largest %},
        max(facts.{{ column }}) over (
            partition by facts.org_id, facts.agent, facts.dedupe_key
        ) as largest_{{ column }}
        {%- endfor %}
    from facts
    left join sessions
        on {% for column in own_group %}facts.{{ column }} = sessions.{{ column }} and {% endfor %}facts.session_id = sessions.session_id
    left join days as same_day
        on {% for column in own_group %}facts.{{ column }} = same_day.{{ column }} and {% endfor %}facts.who = same_day.who
        and coalesce(facts.ingest_key_id, '') = same_day.ingest_key
        and facts.event_date = same_day.event_date
    left join days as day_before
        on {% for column in own_group %}facts.{{ column }} = day_before.{{ column }} and {% endfor %}facts.who = day_before.who
        and coalesce(facts.ingest_key_id, '') = day_before.ingest_key
        and facts.event_date = {{ day_plus('day_before.event_date', 1) }}
    where
        (facts.session_id is not null and facts.source_rank = sessions.best_rank)
        or (
            facts.session_id is null
            and facts.source_rank <= same_day.best_rank
            and facts.source_rank <= coalesce(day_before.best_rank, facts.source_rank)
        )
)

select
    {%- for column in columns %}
    {{ 'kept.largest_' ~ column if column in largest else 'kept.' ~ column }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from kept
where kept.telling = 1
{% endmacro %}
