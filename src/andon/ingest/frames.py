"""
Tables of raw rows as bytes for the log, and back.

A frame is one Arrow IPC stream after the other, each naming its table in the schema's metadata; those of many
rows have LZ4 inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from andon.contract.telemetry import COLUMNS, Column, Kind, Table

_TABLE = b"andon.table"
# Threads of its own would only take turns with the other processes that decode.
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_PLAIN = pa.ipc.IpcWriteOptions(use_threads=False)

FEW_ROWS = 64
"""Below it compressing each of a table's many buffers takes longer than all of its decoding."""

_TYPES: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "json": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "bytes": pa.binary(),
}


class DamagedFrame(ValueError):
    """Bytes that ``pack`` did not write; the text says where reading stopped."""


@cache
def arrow_schema(table: Table) -> pa.Schema:
    """Give the Arrow schema of a raw table; a column is nullable unless its meaning says "Never null"."""
    return pa.schema([_field(column) for column in COLUMNS[table]])


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _TYPES[column.kind], nullable="Never null" not in column.meaning)


def pack(tables: Mapping[Table, pa.Table]) -> bytes:
    """Write tables as one frame; a table without rows is left out."""
    sink = pa.BufferOutputStream()
    for name, table in tables.items():
        if table.num_rows:
            schema = table.schema.with_metadata({_TABLE: name.encode()})
            options = _PLAIN if table.num_rows < FEW_ROWS else _PACKED
            with pa.ipc.new_stream(sink, schema, options=options) as stream:
                stream.write_table(table.replace_schema_metadata(schema.metadata))
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(frame: bytes) -> dict[Table, pa.Table]:
    """
    Read a frame.

    Raises:
        DamagedFrame: The bytes are no frame, or name a table that raw does not have.
    """
    source = pa.BufferReader(frame)
    tables: dict[Table, pa.Table] = {}
    while source.tell() < len(frame):
        position = source.tell()
        try:
            table = pa.ipc.open_stream(source).read_all()
        except (pa.ArrowException, OSError) as error:
            raise DamagedFrame(f"The frame's stream at byte {position} cannot be read: {error}") from None
        said = (table.schema.metadata or {}).get(_TABLE, b"").decode(errors="replace")
        name = next((known for known in COLUMNS if known == said), None)
        if name is None:
            raise DamagedFrame(f"The frame's stream at byte {position} is of no raw table ({said!r})")
        tables[name] = table.replace_schema_metadata(None)
    return tables
