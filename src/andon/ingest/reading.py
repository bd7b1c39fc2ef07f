"""
How both decoders read a request: item by item, within an allowance, remembering what repeats.

One item that cannot be read is refused alone; only a body that is not OTLP at all is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

from andon.ingest.items import ID_BYTES, MAX_INT64, Attribute, Item, Malformed, Refused, Unusable, Value

MOST_ATTRIBUTES_OF_ALL = 1_000_000
"""Attributes of all items of a request: exporters send fifty for each of 512 items, collectors of 8192."""


class TooManyItems(Malformed):
    """The request has more items than are taken at once; the text says how many those are."""


class Allowance:
    """
    Counts what a request holds while it is read: a small body can hold millions of empty items.

    Args:
        most: Items of the request.
        most_attributes: Attributes of each item, resource or scope.
    """

    def __init__(self, most: int, most_attributes: int) -> None:
        self._most = most
        self._left = most
        self._most_attributes = most_attributes
        self._attributes_left = MOST_ATTRIBUTES_OF_ALL

    def take(self, count: int) -> None:
        """
        Use up some of the allowance of items.

        Raises:
            TooManyItems: Nothing is left of it.
        """
        self._left -= count
        if self._left < 0:
            raise TooManyItems(f"The request has more than {self._most} items; send it in parts.")

    @property
    def most_attributes(self) -> int:
        """Attributes of each item, resource or scope."""
        return self._most_attributes

    def take_attributes(self, found: Sequence[Attribute]) -> None:
        """
        Use up the allowance of attributes.

        Raises:
            Unusable: ``too_many_attributes``: these are too many for one item.
            TooManyItems: All of them together are too many.
        """
        if len(found) > self._most_attributes:
            raise Unusable("too_many_attributes", f"more than {self._most_attributes} attributes")
        self.take_all_attributes(len(found))

    def take_all_attributes(self, count: int) -> None:
        """
        Use up the allowance of attributes, of several items of which none has too many.

        Raises:
            TooManyItems: All of them together are too many.
        """
        self._attributes_left -= count
        if self._attributes_left < 0:
            raise TooManyItems(
                f"The request has more than {MOST_ATTRIBUTES_OF_ALL} attributes; send it in parts."
            )


NOTHING = Attribute("", "", lasting=False)
"""Stands where an attribute has no name or no value."""


def present(found: list[Attribute | None]) -> list[Attribute]:
    """Give the attributes that say something; none of them may be None."""
    if NOTHING in found:
        found = [attribute for attribute in found if attribute is not NOTHING]
    return found  # type: ignore[return-value]  # a copy only for the type would cost as much as the rest


class Memo(dict[bytes, Attribute]):
    """
    Attributes by their bytes on the wire.

    Agents repeat most attributes on every item. Long ones are not remembered, and all is forgotten when the
    memo is full, so that it stays small and texts do not linger in memory.
    """

    LONGEST = 256
    MOST = 20_000

    def remember(self, raw: bytes, key: str, value: Value | None) -> Attribute:
        """Give the attribute, remembered if its bytes are short; :data:`NOTHING` when it says nothing."""
        if not key or value is None:
            return NOTHING
        attribute = Attribute(key, value, len(raw) <= self.LONGEST)
        if attribute.lasting:
            if len(self) >= self.MOST:
                self.clear()
            self[raw] = attribute
        return attribute


LIGHT = 100_000
"""Bytes of an item below which it cannot hold more fields than are taken: none has fewer than two."""

Read = TypeVar("Read", bound=Item)


def refused(raw: bytes, reason: str, detail: str) -> Refused:
    """Make the stand-in of an item that could not be read."""
    return Refused(reason, detail, blake2b(raw, digest_size=ID_BYTES).hexdigest())


def read_each(
    raws: Sequence[bytes],
    read: Callable[[bytes], Item],
    errors: tuple[type[Exception], ...],
    allowance: Allowance,
    is_heavy: Callable[[bytes], bool],
) -> list[Item]:
    """Read items one by one; one that is heavy, or fails with ``errors`` or Unusable, is refused alone."""
    items: list[Item] = []
    for raw in raws:
        if len(raw) > LIGHT and is_heavy(raw):
            items.append(refused(raw, "too_many_attributes", "the item"))
            continue
        try:
            item = read(raw)
            if not isinstance(item, Refused):
                allowance.take_attributes(item.attributes)
            items.append(item)
        except Unusable as unusable:
            items.append(refused(raw, unusable.reason, unusable.detail))
        except RecursionError:
            items.append(refused(raw, "too_deep", "the item"))
        except errors:
            items.append(refused(raw, "undecodable", "the item"))
    return items


_HEX = re.compile(r"[0-9a-f]*\Z")


def checked_id(text: str, digits: int, field: str, *, required: bool = False) -> str | None:
    """
    Give an identifier in lower-case hex, or None when it is empty or all zeros.

    Raises:
        Unusable: ``bad_id``: wrong length, not hex, or missing although required.
    """
    lower = text.lower()
    if lower and (len(lower) != digits or not _HEX.match(lower)):
        raise Unusable("bad_id", f"{field} is not {digits} hex digits")
    if not lower.strip("0"):
        if required:
            raise Unusable("bad_id", f"{field} is missing or all zeros")
        return None
    return lower


def checked_time(nanoseconds: int, field: str) -> int:
    """
    Give a time that fits a signed 64-bit column.

    Raises:
        Unusable: ``bad_time``.
    """
    if nanoseconds > MAX_INT64:
        raise Unusable("bad_time", f"{field} is 2^63 or more")
    return nanoseconds


def checked_count(count: int, field: str) -> int:
    """
    Give a count that fits a signed 64-bit column.

    Raises:
        Unusable: ``bad_number``.
    """
    if count > MAX_INT64:
        raise Unusable("bad_number", f"{field} is 2^63 or more")
    return count
