"""
Opens the warehouse that the settings name: the one module that imports an engine.

Source: "Layout" of the design.
"""

from __future__ import annotations

import datetime as dt

from andon.config import Settings
from andon.warehouse import duckdb
from andon.warehouse.doors import MartReader, RawStore
from andon.warehouse.parquet_lake import ParquetLake


def open_raw_store(settings: Settings) -> RawStore:
    """Open the door in; safe while a build runs."""
    return ParquetLake(settings.raw_dir)


def prepare_warehouse(
    settings: Settings,
    directory_rows: duckdb.DirectoryRows,
    *,
    definition: str,
    made_as: str = "",
    again: tuple[dt.date, dt.date] | None = None,
) -> bool:
    """
    Make the warehouse ready for a build over all raw rows that are stored now.

    Args:
        settings: Where things are.
        directory_rows: What the numbers depend on, by table.
        definition: Names the way in which the build reads records: `project.reading_of`.
        made_as: Names the way in which the build makes its tables: `project.making_of`.
        again: First and last day to read again though nothing changed.

    Returns:
        Whether the build has to make everything anew.

    Raises:
        WarehouseBusy: Another build is running.
        WarehouseFailed: The warehouse cannot be used.
    """
    return duckdb.prepare(
        settings.warehouse_path,
        settings.raw_dir,
        directory_rows,
        definition=definition,
        made_as=made_as,
        again=again,
    )


def note_passed(settings: Settings, made_as: str) -> None:
    """
    Note that a build has passed, before anybody else may build.

    Raises:
        WarehouseBusy: Another process has the warehouse open.
        WarehouseFailed: The warehouse cannot be used.
    """
    duckdb.note_passed(settings.warehouse_path, made_as)


def open_mart_reader(settings: Settings) -> MartReader:
    """
    Open the door out, after a build.

    Raises:
        WarehouseBusy: A build is running.
        WarehouseFailed: There is no warehouse yet, or it cannot be used.
    """
    return duckdb.DuckDbMartReader(settings.warehouse_path)
