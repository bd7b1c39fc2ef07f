"""Rows with what they cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from andon.contract.reports import Meta, Row

RowT = TypeVar("RowT", bound=Row)


class Answer(list[RowT]):
    """
    A list of rows, oldest day first, that also says what it covers.

    Attributes:
        meta: Organisation, first and last day asked for, and the newest day with data.
    """

    def __init__(self, rows: Iterable[RowT], meta: Meta) -> None:
        super().__init__(rows)
        self.meta = meta
