"""The command, one file a verb."""

from __future__ import annotations


def main() -> None:
    """Run the command."""
    raise SystemExit(2)
