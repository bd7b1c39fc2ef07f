# ruff: noqa: E501 (SQL in long lines is easier to read than SQL in pieces)
"""
A lake of invented telemetry of the native dialect, written by SQL: a hundred million records take minutes.

Half the records are spans of the GenAI conventions (requests to models, calls of tools), half log records of the
native dialect. People are skewed (the busiest hundredth sends a fifth), weekends are a quarter of a weekday, a
tenth of the sessions goes on after midnight, one record in five hundred was sent twice.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from andon.warehouse import seal

ORG = "org_bench"
PEOPLE = 10_000
"""People of the organisation; each is somebody by an e-mail address."""

FILE_RECORDS = 2_000_000
"""Records of one file: a merged file of a busy day."""

_COPIES = 500
"""One record in so many is there twice."""

_SHARED = """
    '{org}' as org_id,
    cast(received_at as timestamp) as received_at,
    'key_bench' as ingest_key_id,
    substr(md5(concat(day, '|', table_name, '|', number)), 1, 24) as record_id,
    day as event_date,
    'acme-agent' as service_name,
    concat('1.', day_number // 10, '.', person % 3) as service_version,
    'acme.agent' as scope_name,
    '' as scope_version,
    '{{}}' as scope_attributes,
    concat('{{"service.name":"acme-agent","service.version":"1.', day_number // 10, '.', person % 3,
        '","host.arch":"arm64","vcs.repository.name":"repository-', person % 60, '"}}') as resource_attributes,
    cast(0 as bigint) as dropped_attributes_count,
"""

_EVENTS = """
with numbers as (
    select
        range as number,
        hash(concat('{day}', '{table}', range)) as chance
    from range({first}, {last})
),

drawn as (
    select
        number,
        chance,
        '{table}' as table_name,
        date '{day}' as day,
        {day_number} as day_number,
        cast(floor({people} * pow((chance % 1000003) / 1000003.0, 2.2)) as integer) as person,
        cast((chance >> 20) % 4 as integer) as place,
        cast((chance >> 23) % 1000 as integer) as kind,
        cast((chance >> 33) % 86400000 as bigint) as of_day_ms,
        cast((chance >> 7) % 20000 as integer) as amount
    from numbers
),

placed as (
    select
        *,
        (epoch_ms(cast(day as timestamp)) + of_day_ms) * 1000000 as nanos,
        -- Sessions of the last place begin at noon and end at noon: they go on after midnight.
        md5(concat(person, '|', place, '|', case when place = 3 and of_day_ms < 3600000 then day - 1 else day end)) as session,
        cast(day as timestamp) + to_milliseconds(of_day_ms + 1500 + amount // 10) as received_at
    from drawn
    where place < 3 or of_day_ms < 3600000 or of_day_ms > 43200000 or kind < 300
),

sent as (
    select
        *,
        concat(',"andon.client":"', case when place = 1 then 'ide' else 'terminal-ui' end,
            '","session.id":"', session, '","team.id":"team-', person % 200,
            '","user.email":"dev', person, '@example.com","vcs.ref.head.name":"main"') as whose
    from placed
)
"""

_MODELS = "['claude-opus-4-8', 'claude-sonnet-5', 'gpt-5.5', 'gemini-2.5-pro']"
_TOOLS = "['Read', 'Edit', 'Bash', 'Grep', 'Write', 'Glob', 'mcp__github__search', 'mcp__axiom__query']"

_SPANS = """
select
    {shared}
    case
        when kind < 550 then concat('{{"andon.autonomy.level":"manual","gen_ai.operation.name":"chat","gen_ai.provider.name":"acme"',
            ',"gen_ai.request.model":"', model, '","gen_ai.response.id":"msg_', substr(md5(concat(day, number)), 1, 16),
            '","gen_ai.response.model":"', model, '","gen_ai.usage.cache_creation.input_tokens":', amount % 3000,
            ',"gen_ai.usage.cache_read.input_tokens":', amount % 9000, ',"gen_ai.usage.input_tokens":', amount + 12000,
            ',"gen_ai.usage.output_tokens":', amount % 2000, whose, '}}')
        else concat('{{"andon.autonomy.level":"auto-high","andon.tool.outcome":"ok"',
            ',"gen_ai.operation.name":"execute_tool","gen_ai.tool.call.id":"call_', substr(md5(concat(day, number)), 1, 16),
            '","gen_ai.tool.name":"', tool, '","gen_ai.tool.type":"function","server.address":"localhost","error.code":"0"', whose, '}}')
    end as attributes,
    md5(concat(session, '|', of_day_ms // 1800000)) as trace_id,
    substr(md5(concat('span', day, number)), 1, 16) as span_id,
    substr(md5(concat('turn', session, '|', of_day_ms // 1800000)), 1, 16) as parent_span_id,
    '' as trace_state,
    cast(0 as bigint) as flags,
    case when kind < 550 then concat('chat ', model) else concat('execute_tool ', tool) end as name,
    cast(3 as bigint) as kind,
    nanos - amount * 100000 as start_time_unix_nano,
    nanos as end_time_unix_nano,
    cast(1 as bigint) as status_code,
    '' as status_message,
    '[]' as events,
    '[]' as links,
    cast(0 as bigint) as dropped_events_count,
    cast(0 as bigint) as dropped_links_count
from (select *, {models}[1 + amount % 4] as model, {tools}[1 + amount % 8] as tool from sent)
"""

_LOGS = """
select
    {shared}
    concat(
        case event
            when 'andon.user_message' then '{{"andon.message.origin":"human","andon.message.length":42'
            when 'andon.assistant_message' then concat('{{"andon.message.id":"m', substr(md5(concat(day, number)), 1, 12), '"')
            when 'andon.model_call' then concat('{{"andon.model.purpose":"main","gen_ai.response.id":"log_',
                substr(md5(concat(day, number)), 1, 16), '","gen_ai.response.model":"', model,
                '","gen_ai.usage.input_tokens":', amount, ',"gen_ai.usage.output_tokens":', amount % 900)
            when 'andon.tool_call' then concat('{{"andon.tool.outcome":"', case when amount % 50 = 0 then 'error' else 'ok' end,
                '","duration_ms":', amount % 4000, ',"gen_ai.tool.call.id":"log_', substr(md5(concat(day, number)), 1, 16),
                '","gen_ai.tool.name":"', tool, '"')
            when 'andon.file_change' then concat('{{"andon.file.operation":"', case when amount % 5 = 0 then 'create' else 'edit' end,
                '","andon.lines.added":', amount % 90, ',"andon.lines.removed":', amount % 30, ',"file.extension":"',
                ['.py', '.ts', '.go', '.md'][1 + amount % 4], '"')
            when 'andon.git_action' then concat('{{"andon.git.kind":"', case when amount % 4 = 0 then 'pull_request' else 'commit' end, '"')
            when 'andon.skill' then '{{"andon.skill.name":"review"'
            when 'andon.slash_command' then '{{"andon.command.name":"compact"'
            when 'andon.hook' then '{{"andon.hook.event":"Stop"'
            else '{{"andon.session.start_type":"fresh"'
        end,
        whose, ',"event.sequence":', number % 5000, '}}'
    ) as attributes,
    nanos as time_unix_nano,
    nanos + 1000000 as observed_time_unix_nano,
    cast(9 as bigint) as severity_number,
    'INFO' as severity_text,
    event as event_name,
    null::varchar as body,
    null::varchar as trace_id,
    null::varchar as span_id,
    cast(0 as bigint) as flags
from (
    select
        *,
        {models}[1 + amount % 4] as model,
        {tools}[1 + amount % 8] as tool,
        case
            when kind < 280 then 'andon.model_call'
            when kind < 580 then 'andon.tool_call'
            when kind < 680 then 'andon.user_message'
            when kind < 780 then 'andon.assistant_message'
            when kind < 890 then 'andon.file_change'
            when kind < 940 then 'andon.hook'
            when kind < 960 then 'andon.skill'
            when kind < 975 then 'andon.slash_command'
            when kind < 990 then 'andon.git_action'
            else 'andon.session'
        end as event
    from sent
)
"""

_TABLES = {"spans": _SPANS, "log_records": _LOGS}


def day_records(records: int, first_day: dt.date, days: int) -> dict[dt.date, int]:
    """Share *records* among days; a day of a weekend gets a quarter of a weekday's."""
    spread = [first_day + dt.timedelta(days=n) for n in range(days)]
    weights = {day: 1 if day.weekday() > 4 else 4 for day in spread}
    return {day: records * weight // sum(weights.values()) for day, weight in weights.items()}


def write_day(raw: Path, day: dt.date, number: int, records: int) -> None:
    """Write one day of the organisation, about *records* records, half of them spans."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        for table, columns in _TABLES.items():
            folder = raw / table / f"org_id={ORG}" / f"event_date={day}"
            folder.mkdir(parents=True, exist_ok=True)
            half = records // 2
            for part, first in enumerate(range(0, half, FILE_RECORDS)):
                last = min(first + FILE_RECORDS, half)
                events = _EVENTS.format(
                    day=day, day_number=number, table=table, first=first, last=last, people=PEOPLE
                )
                select = events + columns.format(shared=_SHARED.format(org=ORG), models=_MODELS, tools=_TOOLS)
                name = folder / f"bench-{part}.parquet"
                copied = (
                    f"SELECT * FROM ({select}) AS once UNION ALL"  # noqa: S608 (our own text)
                    f" SELECT * REPLACE (received_at + INTERVAL 1 MINUTE AS received_at) FROM ({select}) AS again"
                    f" WHERE hash(record_id) % {_COPIES} = 0"
                )
                pair = f"{{{seal.KEY}: '{seal.OPEN}'}}"
                connection.execute(
                    f"COPY ({copied}) TO '{name}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {pair})"
                )
                content = bytearray(name.read_bytes())
                seal.seal(content)
                name.write_bytes(content)


def stored(raw: Path) -> int:
    """Count the rows of the lake, copies included."""
    return sum(pq.read_metadata(file).num_rows for file in raw.rglob("*.parquet"))
