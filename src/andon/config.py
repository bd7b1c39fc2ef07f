"""
Settings, read once.

Flags beat the environment (``ANDON_*``), the environment beats the TOML file (``ANDON_CONFIG``, else
``andon.toml`` in the data directory), and that beats the defaults. Nothing reads the environment at import.

Source: "Interfaces that others rely on" of the design; docs/reference/configuration.md is made from here.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

HISTORY_START = dt.date(2026, 1, 14)
"""The contract's first day of data."""


class InvalidSettings(Exception):
    """A setting has a value that it cannot have; the text names the setting and the rule."""


class Settings(BaseSettings):
    """Every setting of Andon; the field's name in capitals after ``ANDON_`` is its variable."""

    model_config = SettingsConfigDict(env_prefix="ANDON_", frozen=True, extra="ignore")

    data: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("andon"),
        description="Data directory: directory.sqlite, log/, raw/, warehouse/, editions/, secrets/.",
    )
    directory: str = Field(
        default="",
        description="Database of organisations, people and keys; empty means SQLite under the data "
        "directory.",
    )
    now: dt.datetime | None = Field(
        default=None,
        description="An ISO instant that stands in for the clock, for tests and drills.",
    )
    history_start: dt.date = Field(
        default=HISTORY_START, description="First UTC day that reports cover; older records are quarantined."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8400, ge=0, le=65535, description="Port of the API and the page; 0 picks one.")
    otlp_port: int = Field(default=4318, ge=0, le=65535, description="Port of OTLP over HTTP; 0 picks one.")
    grpc_port: int = Field(default=4317, ge=0, le=65535, description="Port of OTLP over gRPC; 0 picks one.")
    grpc: bool = Field(default=True, description="Whether OTLP over gRPC is listened for at all.")
    max_body_bytes: int = Field(
        default=64 * 2**20, ge=1, description="Largest telemetry request, counted after decompression."
    )
    decoders: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=64,
        description="Processes that decode telemetry; by default one a core.",
    )
    decode_timeout_s: float = Field(
        default=8,
        gt=0,
        le=15,
        description="Seconds of one processor that one telemetry request may take to decode; beyond it "
        "senders get 413, for good. Exporters wait ten seconds for an answer.",
    )
    key_bytes_per_minute: int = Field(
        default=0,
        ge=0,
        description="Bytes of telemetry, as received, that one ingest key may send in a minute; beyond it "
        "senders get 429. 0 for any number.",
    )
    key_records_per_minute: int = Field(
        default=0,
        ge=0,
        description="Spans, log records and metric points that one ingest key may send in a minute; beyond "
        "it senders get 429. 0 for any number.",
    )
    max_attributes: int = Field(
        default=1000,
        ge=1,
        description="Attributes of one span, log record, metric point, resource or scope; with more the item "
        "goes to quarantine. SDKs send 128 at most unless told otherwise.",
    )
    head_timeout_s: float = Field(
        default=10,
        gt=0,
        description="Seconds in which the head of a request must arrive, from connecting on: as long as "
        "exporters try at all.",
    )
    body_timeout_s: float = Field(
        default=30, gt=0, description="Seconds in which the body of a telemetry request must arrive."
    )
    send_timeout_s: float = Field(
        default=60, gt=0, description="Seconds in which a client must have taken an answer."
    )
    keep_alive_s: int = Field(
        default=75,
        ge=1,
        description="Seconds that a connection may be idle between requests; longer than the 60 after which "
        "exporters send metrics, so that they need not connect each time.",
    )
    connections_per_address: int = Field(
        default=1000,
        ge=0,
        description="Connections that one address may have at once, on all ports together; 0 for any "
        "number, as behind a proxy.",
    )
    max_connections: int = Field(
        default=10_000,
        ge=1,
        description="Connections at once, on all ports together; fewer where the system allows fewer open "
        "files.",
    )
    session_hours: int = Field(
        default=168, ge=1, le=8760, description="Hours after which the page asks to sign in again; a week."
    )
    links_from_anywhere: bool = Field(
        default=False,
        description="Whether a one-time sign-in link works from other machines too, not from this one alone.",
    )
    max_range_days: int = Field(default=366, ge=1, description="Longest date range of one report request.")
    max_future_s: int = Field(
        default=600, ge=0, description="Seconds that a record may be ahead of the clock before quarantine."
    )
    ballast_bytes: int = Field(
        default=16 * 2**20,
        ge=0,
        description="Bytes kept reserved in the data directory and released when the disk is full; at most a "
        "sixteenth of the disk, 0 for none.",
    )
    editions_kept: int = Field(default=5, ge=1, description="Published editions kept for rollback.")
    list_limit: int = Field(
        default=1000,
        ge=1,
        description="Entries of each list of an answer, such as a day's tools; the rest is one more, "
        "`(other)`. People are never cut. 1000 entries are about 50 kB, so that a year of a full list stays "
        "under 20 MB.",
    )
    build_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 2, ge=1, description="Threads of a build."
    )
    build_memory: str = Field(
        default="4GB", description="Memory that a build may use before it spills to disk."
    )
    parsed: Path | None = Field(
        default=None,
        description="Folder in which data directories share what dbt parsed, seven seconds of a first build; "
        "each keeps its own by default.",
    )
    dialects: Path | None = Field(
        default=None,
        description="Folder with dbt models and macros of agents of your own "
        "(docs/agents.md); none by default.",
    )
    build_at: str = Field(
        default="00:15",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="UTC time of the daily build of `andon up`.",
    )

    @field_validator("now")
    @classmethod
    def _now_in_utc(cls, value: dt.datetime | None) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the hook's signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the hook's signature)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags first, then the environment, then the TOML file."""
        path = os.environ.get("ANDON_CONFIG")
        if path is None:
            data = os.environ.get("ANDON_DATA")
            path = str((Path(data) if data else platformdirs.user_data_path("andon")) / "andon.toml")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)

    @property
    def directory_url(self) -> str:
        """SQLAlchemy URL of the directory."""
        return self.directory or f"sqlite:///{self.data / 'directory.sqlite'}"

    @property
    def log_dir(self) -> Path:
        """Segments that are not in raw yet."""
        return self.data / "log"

    @property
    def raw_dir(self) -> Path:
        """The lake: Parquet by table, organisation and day."""
        return self.data / "raw"

    @property
    def warehouse_path(self) -> Path:
        """DuckDB file that builds work in."""
        return self.data / "warehouse" / "andon.duckdb"

    @property
    def editions_dir(self) -> Path:
        """Published editions and the pointer to the current one."""
        return self.data / "editions"

    @property
    def ballast_path(self) -> Path:
        """Room kept for the moment when the disk is full."""
        return self.data / "ballast"

    @property
    def secrets_dir(self) -> Path:
        """Keys of this installation, readable by its owner alone."""
        return self.data / "secrets"

    def for_preview(self) -> Settings:
        """Give the same with a warehouse and editions of its own, for builds whose edition is provisional."""
        return _PreviewSettings.model_construct(
            **{name: getattr(self, name) for name in Settings.model_fields}
        )

    def clock(self) -> dt.datetime:
        """Tell the time, in UTC; the same instant for ever when ``ANDON_NOW`` is set."""
        return self.now if self.now is not None else dt.datetime.now(dt.UTC)


class _PreviewSettings(Settings):
    @property
    def warehouse_path(self) -> Path:
        return self.data / "preview" / "warehouse" / "andon.duckdb"

    @property
    def editions_dir(self) -> Path:
        return self.data / "preview" / "editions"


def read_settings(**flags: Any) -> Settings:  # noqa: ANN401 (flags are validated by the model)
    """
    Read the settings; flags that are None were not given.

    Raises:
        InvalidSettings: A value is malformed or out of range.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors()[0]
        name = ".".join(str(part) for part in wrong["loc"])
        raise InvalidSettings(f"ANDON_{name.upper()} is {wrong.get('input')!r}: {wrong['msg']}") from None
