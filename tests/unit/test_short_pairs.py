"""The quick way of reading attributes gives what protobuf's own parser gives, or leaves it to that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.ingest.proto import schema
from andon.ingest.short_pairs import short_pair

KeyValue = schema.message("common.v1.KeyValue", trimmed=False)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=140)


def read(raw: bytes) -> tuple[str, str | int] | None:
    """Read with protobuf; None for what is no text and no integer."""
    message = KeyValue.FromString(raw)
    kind = message.value.WhichOneof("value")
    if kind not in {"string_value", "int_value"} or not message.key:
        return None
    return message.key, getattr(message.value, kind)


@given(key=TEXTS, value=st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1)))
def test_what_is_read_quickly_is_what_protobuf_reads(key: str, value: str | int) -> None:
    """Any name with any text or integer: the same pair, or none."""
    message = KeyValue(key=key)
    if isinstance(value, int):
        message.value.int_value = value
    else:
        message.value.string_value = value
    raw = message.SerializeToString()

    assert short_pair(raw) in {None, read(raw)}


@given(
    st.binary(max_size=24),
    st.sampled_from([b"\n\x01k\x12\x02\x18", b"\n\x01k\x12\x03\n\x01", b"\n\x02kk\x12\x04\x18", b""]),
)
def test_no_bytes_are_read_that_protobuf_reads_otherwise(tail: bytes, head: bytes) -> None:
    """Bytes that are almost an attribute are never read as something else than protobuf would."""
    raw = head + tail
    try:
        quick = short_pair(raw)
    except UnicodeDecodeError:
        return
    if quick is not None:
        assert read(raw) == quick


@pytest.mark.parametrize("value", [0, 1, 127, 128, 2**14, 2**21, 2**28 - 1, "", "a", "x" * 100])
def test_the_usual_ones_are_read_quickly(value: str | int) -> None:
    """Short texts and non-negative integers take the quick way: that is what it is for."""
    message = KeyValue(key="gen_ai.usage.x")
    if isinstance(value, int):
        message.value.int_value = value
    else:
        message.value.string_value = value

    assert short_pair(message.SerializeToString()) == ("gen_ai.usage.x", value)
