"""
The Python client: the five reports as typed rows.

>>> from andon.client import Client
>>> with Client("http://127.0.0.1:8400", "fk-…") as andon:  # doctest: +SKIP
...     for day in andon.tokens("2026-01-14", "2026-01-28"):
...         print(day.date, day.billable_tokens)
"""

from andon.client.answers import Answer
from andon.client.client import Client
from andon.client.problems import NoAnswer

__all__ = ["Answer", "Client", "NoAnswer"]
