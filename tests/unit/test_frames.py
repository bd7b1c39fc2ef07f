"""Promises of frames: what is packed comes back, and damage is told apart from data."""

from __future__ import annotations

import pyarrow as pa
import pytest

from andon.contract.telemetry import COLUMNS
from andon.ingest import frames


def table(name: str, count: int) -> pa.Table:
    """Make a table of one of raw's schemas with nonsense of the right types."""
    schema = frames.arrow_schema(name)  # type: ignore[arg-type]
    values = {pa.string(): "x", pa.int64(): 1, pa.float64(): 0.5, pa.bool_(): True, pa.date32(): 1}
    arrays = [pa.array([values.get(field.type, 0)] * count, field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def test_every_table_comes_back() -> None:
    """All four tables in one frame come back equal, by name."""
    tables = {name: table(name, 3) for name in COLUMNS}
    assert frames.unpack(frames.pack(tables)) == tables


def test_tables_without_rows_are_left_out() -> None:
    """An empty table takes no room; a frame of nothing is empty."""
    packed = frames.pack({"spans": table("spans", 0), "log_records": table("log_records", 1)})
    assert frames.unpack(packed).keys() == {"log_records"}
    assert frames.unpack(frames.pack({})) == {}


@pytest.mark.parametrize("cut", [1, 10, 1000])
def test_a_cut_frame_is_damaged(cut: int) -> None:
    """A frame that lost its end, or is none, is DamagedFrame and nothing else."""
    packed = frames.pack({"spans": table("spans", 2)})
    with pytest.raises(frames.DamagedFrame):
        frames.unpack(packed[: len(packed) - 100 - cut])
    with pytest.raises(frames.DamagedFrame):
        frames.unpack(b"no frame at all" * cut)


def test_streams_of_other_tables_are_refused() -> None:
    """An Arrow stream that names no raw table is refused."""
    sink = pa.BufferOutputStream()
    plain = pa.table({"a": [1]})
    with pa.ipc.new_stream(sink, plain.schema) as stream:
        stream.write_table(plain)
    with pytest.raises(frames.DamagedFrame, match="no raw table"):
        frames.unpack(sink.getvalue().to_pybytes())
