"""
The two doors of a warehouse: raw rows go in, finished marts come out.

An engine is a module of this package that offers both; nothing outside the package knows which one it is.

Source: "Layout" of the design; decision "one warehouse, several engines".
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from andon.contract.telemetry import Table

Days = tuple[dt.date, dt.date]
"""A first and a last UTC day, both included."""


class WarehouseBusy(Exception):
    """Another process works in the warehouse; wait for it and try again."""


class WarehouseFailed(Exception):
    """The engine could not do what was asked; the text says what and why."""


class InvalidRows(ValueError):
    """Rows do not have the columns of their raw table; they were not stored."""


class RawStore(Protocol):
    """The door in."""

    def append(self, table: Table, rows: pa.Table, batch_id: str) -> None:
        """
        Store rows of one raw table durably.

        Args:
            table: Which raw table.
            rows: Columns as in ``contract/telemetry.py``; any number of organisations and days. A column
                that is missing is stored as null.
            batch_id: Names the rows: appending a batch again, whole or after a crash in the middle, leaves
                each row stored once.

        Raises:
            InvalidRows: A column is unknown, has another type, or lacks a value that is never null.
            OSError: The disk refused; append the batch again later.
        """


class MartReader(Protocol):
    """The door out."""

    def export(self, relation: str, path: Path, days: Days | None = None) -> None:
        """
        Write a finished table to a new Parquet file.

        Args:
            relation: ``schema.table``, or a bare table name that is unique in the warehouse.
            path: Of the file; its directory exists.
            days: First and last ``report_date`` of the rows to write; None for all rows.

        Raises:
            WarehouseFailed: There is no such relation, or the file cannot be written.
        """

    def days(self, query: str, most: int) -> list[dt.date]:
        """
        Say which days the rows of a query are about.

        Args:
            query: A SELECT, such as a failed test's.
            most: Days to give at most.

        Returns:
            The values of its columns of type date, oldest first.

        Raises:
            WarehouseFailed: It is no query of this warehouse.
        """

    def close(self) -> None:
        """Let go of the warehouse."""
