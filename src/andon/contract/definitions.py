"""What a metric is, as the API tells it; docs/metrics.md is where it is written."""

from __future__ import annotations

import msgspec


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """
    One metric.

    Attributes:
        report: Where it is: ``tokens``, ``tools``, ``activity``, ``productivity``, ``users``, ``people``,
            ``adoption``, or ``page`` for what the page divides.
        metric: Its name: the field's.
        name: The same for people.
        words: What it means.
        formula: How it is worked out of others; null where it is a plain count.
        unit: What is counted, such as ``tokens`` or ``people``; ``ratio`` and ``share`` have none.
        model: The dbt model that it comes from; null when it comes from several.
        caveat: What to bear in mind; null when nothing.
        link: Where it is explained with an example.
    """

    report: str
    metric: str
    name: str
    words: str
    formula: str | None
    unit: str
    model: str | None
    caveat: str | None
    link: str


class DefinitionsAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/definitions``.

    Attributes:
        data: Every metric, in the order of docs/metrics.md.
    """

    data: list[Definition]
