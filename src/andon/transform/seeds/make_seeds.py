# ruff: noqa: INP001 (a script beside its data, in a folder that is no package)
"""
Write the seeds of the dbt project from published data; run by hand, never in a build.

``extension_languages.csv`` comes from Linguist's list of languages (the npm package ``linguist-languages``,
unpacked), ``model_catalogue.csv`` from the installed ``genai-prices``, ``price_book.csv`` from the tables
below. What is chosen where a source leaves a choice is said in README.md beside this file.

    npm pack linguist-languages && tar xzf linguist-languages-*.tgz
    python src/andon/transform/seeds/make_seeds.py package
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from genai_prices.data import providers
from genai_prices.types import (
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
)

HERE = Path(__file__).parent

LANGUAGE_OF = {
    ".as": "ActionScript",
    ".asm": "Assembly",
    ".bas": "BASIC",
    ".bb": "BitBake",
    ".cgi": "Perl",
    ".cl": "C",
    ".cls": "Apex",
    ".cue": "CUE",
    ".d": "D",
    ".es": "JavaScript",
    ".f": "Fortran",
    ".frag": "GLSL",
    ".fs": "F#",
    ".g": "G-code",
    ".gs": "JavaScript",
    ".h": "C",
    ".hh": "C++",
    ".html": "HTML",
    ".inc": "PHP",
    ".jq": "jq",
    ".json": "JSON",
    ".k": "KCL",
    ".l": "Lex",
    ".m": "Objective-C",
    ".md": "Markdown",
    ".ml": "OCaml",
    ".mod": "Go Module",
    ".mo": "Motoko",
    ".ncl": "Nickel",
    ".nu": "Nushell",
    ".odin": "Odin",
    ".pkl": "Pkl",
    ".pl": "Perl",
    ".pm": "Perl",
    ".pro": "QMake",
    ".qs": "Q#",
    ".r": "R",
    ".rs": "Rust",
    ".scm": "Scheme",
    ".sql": "SQL",
    ".st": "Smalltalk",
    ".t": "Perl",
    ".tl": "Teal",
    ".tsp": "TypeSpec",
    ".txt": "Text",
    ".v": "Verilog",
    ".yaml": "YAML",
}
"""Extensions that several languages claim, and the one that a repository of today most likely means."""

MAKERS = (
    "anthropic",
    "openai",
    "google",
    "mistral",
    "deepseek",
    "x-ai",
    "moonshotai",
    "minimax",
    "zai",
    "cohere",
    "meta",
)
"""Who makes models; a pattern belongs to the first that names it. Who resells others' models is left out."""

SINCE_EVER = "1970-01-01"

FACTORY_CREDITS = (
    # pattern, multiplier, output weight, from
    ("claude-opus-4-1%", "6", "5", SINCE_EVER),
    ("claude-opus-4-5%", "2", "5", SINCE_EVER),
    ("claude-opus-4-6%", "2", "5", SINCE_EVER),
    ("claude-opus-4-6-fast%", "12", "5", SINCE_EVER),
    ("claude-opus-4-7%", "2", "5", SINCE_EVER),
    ("claude-opus-4-7-fast%", "12", "5", SINCE_EVER),
    ("claude-opus-4-8%", "2", "5", SINCE_EVER),
    ("claude-opus-4-8-fast%", "4", "5", SINCE_EVER),
    ("claude-fable-5%", "4", "5", SINCE_EVER),
    ("claude-sonnet-4%", "1.2", "5", SINCE_EVER),
    ("claude-haiku-4-5%", "0.4", "5", SINCE_EVER),
    ("gpt-5", "0.5", "8", SINCE_EVER),
    ("gpt-5-codex%", "0.5", "8", SINCE_EVER),
    ("gpt-5.2%", "0.7", "8", SINCE_EVER),
    ("gpt-5.3-codex%", "0.7", "8", SINCE_EVER),
    ("gpt-5.3-codex-fast%", "1.4", "8", SINCE_EVER),
    ("gpt-5.4%", "1", "6", SINCE_EVER),
    ("gpt-5.4-fast%", "2", "6", SINCE_EVER),
    ("gpt-5.4-mini%", "0.3", "6", SINCE_EVER),
    ("gpt-5.5%", "2", "6", SINCE_EVER),
    ("gpt-5.5-fast%", "5", "6", SINCE_EVER),
    ("gpt-5.5-pro%", "12", "6", SINCE_EVER),
    ("gpt-5.6-sol%", "2", "6", SINCE_EVER),
    ("gpt-5.6-terra%", "1", "6", SINCE_EVER),
    ("gpt-5.6-luna%", "0.4", "6", SINCE_EVER),
    ("gemini-2.5-pro%", "0.5", "8", SINCE_EVER),
    ("gemini-3-flash-preview%", "0.2", "6", SINCE_EVER),
    ("gemini-3.1-pro-preview%", "0.8", "6", SINCE_EVER),
    ("gemini-3.5-flash%", "0.6", "6", SINCE_EVER),
    ("glm-4.7%", "0.25", "3.15", SINCE_EVER),
    ("glm-5%", "0.4", "3.15", SINCE_EVER),
    ("glm-5.1%", "0.55", "3.15", SINCE_EVER),
    ("glm-5.2%", "0.55", "3.15", SINCE_EVER),
    ("kimi-k2.5%", "0.25", "5", SINCE_EVER),
    ("kimi-k2.6%", "0.4", "4.21", SINCE_EVER),
    ("kimi-k2.7-code%", "0.4", "4.21", SINCE_EVER),
    ("minimax-m2.5%", "0.12", "4", SINCE_EVER),
    ("minimax-m2.7%", "0.12", "4", SINCE_EVER),
    ("minimax-m3%", "0.12", "4", SINCE_EVER),
    ("grok-4.5%", "0.8", "3", SINCE_EVER),
    ("deepseek-v4-pro%", "0.7", "2", SINCE_EVER),
    ("nemotron-3-ultra%", "0.4", "1", SINCE_EVER),
    # The reference client prints no credits for a model that it does not know.
    ("%", "0", "1", SINCE_EVER),
)


def read_linguist(package: Path) -> list[dict[str, Any]]:
    """Read the languages of an unpacked ``linguist-languages``, as Linguist's own fields."""
    script = (
        f"import * as all from '{package.resolve().as_uri()}/index.js';"
        "process.stdout.write(JSON.stringify(Object.values(all)))"
    )
    answer = subprocess.run(  # noqa: S603 (our own script)
        ["node", "--input-type=module", "-e", script],  # noqa: S607
        check=True,
        capture_output=True,
    )
    languages: list[dict[str, Any]] = json.loads(answer.stdout)
    return languages


def extension_languages(languages: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Give one language for each extension; a language of a group counts as its group."""
    claims: dict[str, list[tuple[int, bool, str, str]]] = {}
    for language in languages:
        shown = language.get("group") or language["name"]
        for place, extension in enumerate(language.get("extensions", ())):
            claim = (min(place, 1), language["type"] != "programming", language["name"], shown)
            claims.setdefault(extension.lower(), []).append(claim)

    for extension in sorted(claims | {name: [] for name in LANGUAGE_OF}):
        # Two dots ("file.blade.php") never reach us: a fact keeps the last extension alone.
        if extension.count(".") == 1:
            yield extension, LANGUAGE_OF.get(extension) or min(claims[extension])[3]


def like_patterns(match: object) -> Iterator[str]:
    """Turn a matching clause into lower-case LIKE patterns; regular expressions are left out."""
    if isinstance(match, ClauseOr):
        for clause in match.or_:
            yield from like_patterns(clause)
    elif isinstance(match, ClauseEquals):
        yield match.equals.lower()
    elif isinstance(match, ClauseStartsWith):
        yield match.starts_with.lower() + "%"
    elif isinstance(match, ClauseEndsWith):
        yield "%" + match.ends_with.lower()
    elif isinstance(match, ClauseContains):
        yield "%" + match.contains.lower() + "%"


def usd(price: Any) -> str:  # noqa: ANN401 (a price, a tiered price or none)
    """Write a price per million tokens; of a tiered price the first tier."""
    if price is None:
        return ""
    return f"{Decimal(getattr(price, 'base', price)).normalize():f}"


def model_catalogue() -> Iterator[tuple[str, ...]]:
    """Give pattern, maker, name and list prices of each model; the first maker to name a pattern has it."""
    by_id = {provider.id: provider for provider in providers}
    seen: set[str] = set()
    for maker in MAKERS:
        if maker not in by_id:
            continue
        for model in by_id[maker].models:
            if maker == "google" and model.id.startswith("claude"):
                continue
            prices = model.prices if not isinstance(model.prices, list) else model.prices[0].prices
            listed = (prices.input_mtok, prices.output_mtok, prices.cache_read_mtok, prices.cache_write_mtok)
            for pattern in like_patterns(model.match):
                if pattern not in seen:
                    seen.add(pattern)
                    yield pattern, maker, model.name or model.id, *(usd(price) for price in listed)


def price_book() -> Iterator[tuple[str, ...]]:
    """Give the two shipped books."""
    yield "default", "%", SINCE_EVER, "1", "1", "0.1", "1.25", "1"
    for pattern, multiplier, output, since in sorted(FACTORY_CREDITS):
        yield "factory_credits", pattern, since, "1", output, "0.1", "1.25", multiplier


def write(name: str, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Write one seed, sorted, with Unix line ends."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(sorted(rows))


def main(package: str) -> None:
    """Write all three seeds."""
    write("extension_languages.csv", "extension language", extension_languages(read_linguist(Path(package))))
    write(
        "model_catalogue.csv",
        "model_pattern provider model_name input_usd_per_mtok output_usd_per_mtok cache_read_usd_per_mtok "
        "cache_write_usd_per_mtok",
        model_catalogue(),
    )
    write(
        "price_book.csv",
        "book model_pattern valid_from w_input w_output w_cache_read w_cache_write multiplier",
        price_book(),
    )


if __name__ == "__main__":
    main(sys.argv[1])
