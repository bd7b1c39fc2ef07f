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
    {{ config(
        materialized=kept_from_build_to_build(),
        remade='kept.fact_key in (select looked.fact_key from build.' ~ kind ~ '_keys as looked)',
        days='select event_date from build.' ~ kind ~ '_event_dates',
        noted='changed_chosen',
        of_came=_of_chosen(kind),
    ) }}
    {%- do look_up_choice(kind) -%}
    {%- set columns = shared_fact_columns() + own_fact_columns(kind) + joined_fact_columns(kind) + ['session_key', 'fact_key'] -%}
    {%- set names = ['identity_email', 'identity_account', 'identity_user', 'identity_install'] -%}
with facts as (
    select told.*
    from {{ ref('int_' ~ kind ~ '_unioned') }} as told
    where {{ of_choice('told', kind) }}
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
    having min(facts.source_rank) <> max(facts.source_rank)
),

sessionless as (
    select
        facts.*,
        coalesce(facts.ingest_key_id, '') as ingest_key,
        coalesce({% for name in names %}facts.{{ name }}, {% endfor %}'') as who
    from facts
    where facts.session_id is null
),

-- Only who sends without sessions is asked for better signals.
asked as (
    select distinct
        {%- for column in own_group %}
        sessionless.{{ column }} as {{ column }},
        {%- endfor %}
        sessionless.ingest_key as ingest_key,
        sessionless.who as who
    from sessionless
),

people_days as (
    select
        {%- for column in own_group %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        coalesce(facts.ingest_key_id, '') as ingest_key,
        {%- for name in names %}
        facts.{{ name }} as {{ name }},
        {%- endfor %}
        facts.event_date as event_date,
        min(facts.source_rank) as best_rank
    from facts
    inner join (
        select distinct
            {%- for column in own_group %}
            asked.{{ column }} as {{ column }},
            {%- endfor %}
            asked.ingest_key as ingest_key
        from asked
    ) as senders
        on {% for column in own_group %}facts.{{ column }} = senders.{{ column }} and {% endfor %}coalesce(facts.ingest_key_id, '') = senders.ingest_key
    group by
        {% for column in own_group %}facts.{{ column }}, {% endfor %}coalesce(facts.ingest_key_id, ''),
        {%- for name in names %} facts.{{ name }},{% endfor %} facts.event_date
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
        {%- for name in names %}
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
    inner join asked
        on {% for column in own_group + ['ingest_key', 'who'] %}named_days.{{ column }} = asked.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    group by
        {% for column in own_group %}named_days.{{ column }}, {% endfor %}named_days.ingest_key, named_days.who, named_days.event_date
),

best as (
    select
        {%- for column in columns %}
        facts.{{ column }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from facts
    left join sessions
        on {% for column in own_group %}facts.{{ column }} = sessions.{{ column }} and {% endfor %}facts.session_id = sessions.session_id
    where
        facts.session_id is not null
        and facts.source_rank = coalesce(sessions.best_rank, facts.source_rank)
        and {{ is_chosen_again('facts', kind) }}
    union all
    select
        {%- for column in columns %}
        sessionless.{{ column }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from sessionless
    left join days as same_day
        on {% for column in own_group %}sessionless.{{ column }} = same_day.{{ column }} and {% endfor %}sessionless.who = same_day.who
        and sessionless.ingest_key = same_day.ingest_key
        and sessionless.event_date = same_day.event_date
    left join days as day_before
        on {% for column in own_group %}sessionless.{{ column }} = day_before.{{ column }} and {% endfor %}sessionless.who = day_before.who
        and sessionless.ingest_key = day_before.ingest_key
        and sessionless.event_date = {{ day_plus('day_before.event_date', 1) }}
    where
        sessionless.source_rank <= same_day.best_rank
        and sessionless.source_rank <= coalesce(day_before.best_rank, sessionless.source_rank)
        and {{ is_chosen_again('sessionless', kind) }}
),

-- Few facts are told several times: those are found by a short key, so that only they are sorted.
repeated as (
    select best.fact_key as fact_key
    from best
    group by best.fact_key
    having count(*) > 1
),

tellings as (
    select
        best.*,
        row_number() over same_fact as telling
        {%- for column in largest %},
        max(best.{{ column }}) over (
            partition by best.org_id, best.agent, best.dedupe_key
        ) as largest_{{ column }}
        {%- endfor %}
    from best
    inner join repeated
        on best.fact_key = repeated.fact_key
    window same_fact as (
        partition by best.org_id, best.agent, best.dedupe_key
        order by best.source_rank, best.occurred_at_unix_nano, best.record_id
    )
),

picked as (
    select
        {%- for column in columns %}
        best.{{ column }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from best
    left join repeated
        on best.fact_key = repeated.fact_key
    where repeated.fact_key is null
    union all
    select
        {%- for column in columns %}
        tellings.{{ 'largest_' ~ column if column in largest else column }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from tellings
    where tellings.telling = 1
)

select
    picked.*,
    coalesce(identities.user_id, {{ unattributed_user_id() }}) as user_id
from picked
left join (
    select owners.*
    from {{ ref('int_identities') }} as owners
    where {{ of_choices_owners('owners', kind) }}
) as identities
    on {{ is_owned_by('picked', 'identities') }}
{% endmacro %}

{# What is noted of a chosen fact that changed. #}
{% macro _of_chosen(kind) -%}
    '{{ kind }}', changed.session_key, changed.org_id, changed.agent, changed.event_date
{%- endmacro %}
