"""Refuses to build a package without the page: it would install and then have nothing to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NeedsThePage(BuildHookInterface):
    """Hatchling calls it before it packs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """
        Look whether the page was built; an editable install may come before it.

        Raises:
            FileNotFoundError: It was not.
        """
        del build_data
        index = Path(self.root) / "src" / "andon" / "page_assets" / "index.html"
        if version != "editable" and not index.is_file():
            raise FileNotFoundError(f"{index} is missing: run `make page` before building a package")
