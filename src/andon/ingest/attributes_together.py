"""
The attributes of many items to canonical JSON, without an object for each attribute.

Numbers and plain words, which most attributes are, never leave their columns. What is left of the values is
judged once for each that differs.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from andon.ingest.attributes import Keeper, rules
from andon.ingest.redact import CREDENTIAL_BEGINNING, PLAIN_ASCII_WORD

_SIMPLE = frozenset({"string_value", "bool_value", "int_value", "double_value"})


class Written(NamedTuple):
    """
    Attributes of items, written.

    Attributes:
        texts: A canonical JSON object an item.
        unusual: Rows whose text is not right: something of theirs is dropped, derived from, nested, empty, or
            named twice.
    """

    texts: list[str]
    unusual: set[int]


def written(attributes: pa.ListArray, keeper: Keeper) -> Written:
    """
    Write the attributes of items; for organisations that keep no content.

    Args:
        attributes: Of each item, as the library reads OTLP's KeyValues.
        keeper: Judges what is neither a number nor a plain word.
    """
    pairs = attributes.values
    if not len(pairs):
        return Written(["{}"] * len(attributes), set())
    names, values = pairs.field("key"), pairs.field("value")
    texts, numbers = values.field("string_value"), values.field("int_value")

    found = names.dictionary_encode()
    known = [rules(name) for name in found.dictionary.to_pylist()]
    keeps_numbers = pa.array([rule.keeps_numbers for rule in known]).take(found.indices)
    keeps_words = pa.array([rule.keeps_words for rule in known]).take(found.indices)

    words = texts.dictionary_encode()
    is_word = _is_word(words.dictionary).take(words.indices)
    as_text = pc.coalesce(_quoted(words.dictionary).take(words.indices), numbers.cast(pa.string()))
    beginnings = pa.array([rule.beginning for rule in known])
    fragments = pc.binary_join_element_wise(beginnings.take(found.indices), as_text, "")

    is_plain = pc.or_(
        pc.and_(pc.and_(keeps_words, pc.fill_null(is_word, fill_value=False)), numbers.is_null()),
        pc.and_(pc.and_(keeps_numbers, numbers.is_valid()), texts.is_null()),
    )
    for kind in values.type:
        other = values.field(kind.name)
        if kind.name not in {"string_value", "int_value"} and other.null_count < len(other):
            is_plain = pc.and_(is_plain, other.is_null())
    parents = pc.list_parent_indices(attributes)
    unusual: set[int] = set()
    if not pc.all(is_plain).as_py():
        judged = _judged(names, values, pc.indices_nonzero(pc.invert(is_plain)), keeper)
        fragments = pc.replace_with_mask(fragments, pc.invert(is_plain), judged)
        unusual.update(parents.filter(pc.equal(fragments, "")).to_pylist())

    # Sorting whole fragments would do the same: no name in quotes is the beginning of another.
    places = {
        at: place for place, at in enumerate(sorted(range(len(known)), key=lambda at: known[at].beginning))
    }
    place = pa.array([places[at] for at in range(len(known))], pa.int64()).take(found.indices)
    sort_by = pc.add(pc.multiply(parents, pa.scalar(len(known), pa.int64())), place)
    order = pc.array_sort_indices(sort_by)
    in_order = sort_by.take(order)
    is_twice = pc.equal(in_order.slice(1), in_order.slice(0, len(in_order) - 1))
    if pc.any(is_twice).as_py():
        unusual.update(parents.take(order).slice(1).filter(is_twice).to_pylist())

    objects = pa.ListArray.from_arrays(attributes.offsets, fragments.take(order))
    joined = pc.binary_join_element_wise("{", pc.binary_join(objects, ","), "}", "")
    return Written(joined.to_pylist(), unusual)


def _is_word(texts: pa.StringArray) -> pa.BooleanArray:
    """Tell of which texts it is known that they are neither content nor secret, as ``is_plain_word`` does."""
    return pc.and_not(
        pc.match_substring_regex(texts, PLAIN_ASCII_WORD),
        pc.match_substring_regex(texts, CREDENTIAL_BEGINNING),
    )


def _quoted(texts: pa.StringArray) -> pa.StringArray:
    return pc.binary_join_element_wise('"', texts, '"', "")


def _judged(
    names: pa.StringArray, values: pa.StructArray, rows: pa.UInt64Array, keeper: Keeper
) -> pa.StringArray:
    """Give the fragments of some attributes; empty where one must be looked at beside the others."""
    kinds = [
        [(kind.name, value) for value in values.field(kind.name).take(rows).to_pylist()]
        for kind in values.type
    ]
    fragments = []
    for name, *kinds_told in zip(names.take(rows).to_pylist(), *kinds, strict=True):
        # Of several values on the wire the last one counts, which columns do not tell.
        told = [(kind, value) for kind, value in kinds_told if value is not None]
        is_clear = len(told) == 1 and told[0][0] in _SIMPLE and name
        fragments.append(keeper.fragment(name, told[0][1]) if is_clear else "")
    return pa.array(fragments, pa.string())
