{#
    One row per real-world fact of a kind, from its union.

    Signals are never added up: each session (of each organisation and agent) keeps its best ranked one. A fact
    whose sender names no session gives way to a better signal of the same person on its day or the day before,
    for a metric is exported up to a minute after what it counts. Then facts told several times count once: the
    first told stays, whatever the order of arrival; `largest` names the columns that take their largest value.

    The better signal may name the person by another of its identities: logs by a login's address, counters by the
    name that is on the resource of both. A fact that names neither session nor person gives way to any better signal under the same ingest key: the
    counters of some agents are nameless beside logs that are not, and the two must never be added.

    Nearly every fact is chosen as it was told, and its session is of one person. Those are not stored again: what
    is, are the tellings of all other keys (`exceptional`), those that became a fact with what it tells. A key is a
    hash; two facts that happen to have the same are told several times then, and stand there both.
#}

{# The facts of a kind with whose they are. #}
{% macro chosen(kind) %}
    {{ config(materialized='view') }}
    {%- set columns = shared_fact_columns() + own_fact_columns(kind) + joined_fact_columns(kind) + ['session_key', 'fact_key'] -%}
select
    {%- for column in columns %}
    told.{{ column }} as {{ column }},
    {%- endfor %}
    owners.user_id as user_id
from {{ ref('int_' ~ kind ~ '_unioned') }} as told
inner join {{ ref('int_session_owners') }} as owners
    on
        told.session_key = owners.session_key
        and told.event_date = owners.event_date
where told.fact_key not in (select exceptions.fact_key from {{ ref('int_' ~ kind ~ '_exceptions') }} as exceptions)
union all
select
    {%- for column in columns %}
    facts.{{ column }} as {{ column }},
    {%- endfor %}
    facts.user_id as user_id
from {{ ref('int_' ~ kind ~ '_exceptions') }} as facts
where facts.is_fact = 1
{% endmacro %}

{#
    Keys of tellings that are not simply a fact: without a session, or of a session that is not one person's; of a signal
    that a better one stands beside; told several times. Only narrow columns are read for it, and rather too many are found.

    facts: a relation with the columns of a kind's union, as far as they are looked at.
#}
{% macro exceptional_keys(facts, within) -%}
    select facts.fact_key as fact_key
    from {{ facts }} as facts
    left join {{ ref('int_session_owners') }} as owners
        on
            facts.session_key = owners.session_key
            and facts.event_date = owners.event_date
    where owners.session_key is null
    union distinct
    select facts.fact_key as fact_key
    from {{ facts }} as facts
    inner join (
        select
            {%- for column in within %}
            ranked.{{ column }} as {{ column }},
            {%- endfor %}
            ranked.session_key as session_key,
            min(ranked.source_rank) as best_rank
        from {{ facts }} as ranked
        where ranked.session_key is not null
        group by {% for column in within %}ranked.{{ column }}, {% endfor %}ranked.session_key
        having min(ranked.source_rank) <> max(ranked.source_rank)
    ) as sessions
        on {% for column in within %}facts.{{ column }} = sessions.{{ column }} and {% endfor %}facts.session_key = sessions.session_key
    where facts.source_rank > sessions.best_rank
    union distinct
    select facts.fact_key as fact_key
    from {{ facts }} as facts
    group by facts.fact_key
    having count(*) > 1
{%- endmacro %}

{#
    All tellings of such keys. within: further columns that keep a signal of their own, such as the kind of a git action.
#}
{% macro exceptional(kind, within=[], largest=[]) %}
    {%- set own_group = ['org_id', 'agent'] + within -%}
    {{ config(
        materialized=kept_from_build_to_build(),
        remade=remade_of_choice(kind),
        noted='changed_chosen',
        of_came=of_choice_changed(kind),
        noted_too=changed_as_told(kind),
    ) }}
    {%- set union = ref('int_' ~ kind ~ '_unioned') -%}
    {%- do look_up_choice(kind, within) -%}
    {%- set of_choice = of_choice('facts', kind) -%}
    {%- set always = ['org_id', 'record_id', 'agent', 'event_date', 'session_key', 'fact_key'] -%}
    {%- set told = (shared_fact_columns() + own_fact_columns(kind) + joined_fact_columns(kind)) | reject('in', always) | list -%}
    {%- set names = ['identity_email', 'identity_account', 'identity_user', 'identity_install'] -%}
-- depends_on: {{ ref('int_told_identities') }}
with tellings as (
    select facts.*
    from {{ union }} as facts
    where
        facts.fact_key in (
            {%- if is_whole() %}
            {{ exceptional_keys(union, within) }}
            {%- else %}
            select looked.fact_key from build.{{ kind }}_exceptions as looked
            {%- endif %}
        )
        and {{ of_choice }}
),

sessions as (
    select
        {%- for column in own_group %}
        facts.{{ column }} as {{ column }},
        {%- endfor %}
        facts.session_id as session_id,
        min(facts.source_rank) as best_rank
    from {{ union }} as facts
    where
        facts.session_key in (select tellings.session_key from tellings where tellings.session_key is not null)
        and {{ of_choice }}
    group by {% for column in own_group %}facts.{{ column }}, {% endfor %}facts.session_id
    having min(facts.source_rank) <> max(facts.source_rank)
),

sessionless as (
    select
        tellings.*,
        coalesce(tellings.ingest_key_id, '') as ingest_key,
        coalesce({% for name in names %}tellings.{{ name }}, {% endfor %}'') as who
    from tellings
    where tellings.session_id is null
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
    from {{ union }} as facts
    inner join (
        select distinct
            {%- for column in own_group %}
            asked.{{ column }} as {{ column }},
            {%- endfor %}
            asked.ingest_key as ingest_key
        from asked
    ) as senders
        on {% for column in own_group %}facts.{{ column }} = senders.{{ column }} and {% endfor %}coalesce(facts.ingest_key_id, '') = senders.ingest_key
    where {{ of_choice }}
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

ranked as (
    select
        {%- for column in always + told %}
        tellings.{{ column }} as {{ column }},
        {%- endfor %}
        case when tellings.source_rank > sessions.best_rank then 0 else 1 end as is_best
    from tellings
    left join sessions
        on {% for column in own_group %}tellings.{{ column }} = sessions.{{ column }} and {% endfor %}tellings.session_id = sessions.session_id
    where tellings.session_id is not null
    union all
    select
        {%- for column in always + told %}
        sessionless.{{ column }} as {{ column }},
        {%- endfor %}
        case
            when sessionless.source_rank <= same_day.best_rank
                and sessionless.source_rank <= coalesce(day_before.best_rank, sessionless.source_rank) then 1
            else 0
        end as is_best
    from sessionless
    left join days as same_day
        on {% for column in own_group %}sessionless.{{ column }} = same_day.{{ column }} and {% endfor %}sessionless.who = same_day.who
        and sessionless.ingest_key = same_day.ingest_key
        and sessionless.event_date = same_day.event_date
    left join days as day_before
        on {% for column in own_group %}sessionless.{{ column }} = day_before.{{ column }} and {% endfor %}sessionless.who = day_before.who
        and sessionless.ingest_key = day_before.ingest_key
        and sessionless.event_date = {{ day_plus('day_before.event_date', 1) }}
),

-- Of these, too, few are told several times: only they are sorted.
repeated as (
    select ranked.fact_key as fact_key
    from ranked
    group by ranked.fact_key
    having count(*) > 1
),

picked as (
    select
        {%- for column in always + told %}
        ranked.{{ column }} as {{ column }},
        {%- endfor %}
        ranked.is_best as is_fact
    from ranked
    left join repeated
        on ranked.fact_key = repeated.fact_key
    where repeated.fact_key is null
    union all
    select
        {%- for column in always + told %}
        {% if column in largest -%}
        max(case when ranked.is_best = 1 then ranked.{{ column }} end) over (
            partition by ranked.org_id, ranked.agent, ranked.dedupe_key
        )
        {%- else -%}
        ranked.{{ column }}
        {%- endif %} as {{ column }},
        {%- endfor %}
        case when ranked.is_best = 1 and row_number() over same_fact = 1 then 1 else 0 end as is_fact
    from ranked
    inner join repeated
        on ranked.fact_key = repeated.fact_key
    window same_fact as (
        partition by ranked.org_id, ranked.agent, ranked.dedupe_key
        order by ranked.is_best desc, ranked.source_rank, ranked.occurred_at_unix_nano, ranked.record_id
    )
)

select
    {%- for column in always %}
    picked.{{ column }} as {{ column }},
    {%- endfor %}
    {%- for column in told %}
    case when picked.is_fact = 1 then picked.{{ column }} end as {{ column }},
    {%- endfor %}
    picked.is_fact as is_fact,
    case when picked.is_fact = 1 then coalesce(owners.user_id, {{ unattributed_user_id() }}) end as user_id
from picked
left join {{ owners_of_choice(kind) }} as owners
    on {{ is_owned_by('picked', 'owners') }}
{% endmacro %}
