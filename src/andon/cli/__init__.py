"""The command ``andon``: one file a verb."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and exit: 0 done, 1 failed, 2 asked wrongly."""
    from andon.cli.program import run  # noqa: PLC0415 (whoever imports a sibling does not need the program)

    sys.exit(run(sys.argv[1:]))
