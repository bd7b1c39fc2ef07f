"""The words for roles, without the directory behind them: ``--help`` shows them and must be quick."""

from __future__ import annotations

from typing import Literal

Role = Literal["owner", "manager", "member", "guest"]
"""The same words as in the directory; a test compares them."""
