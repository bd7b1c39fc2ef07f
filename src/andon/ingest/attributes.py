"""
Attributes to canonical JSON: redacted, with what was derived from the dropped ones put in.

Decisions are remembered for the attributes that a sender repeats, so most cost one look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple

from andon.ingest import canonical
from andon.ingest.derive import SOURCES, derive
from andon.ingest.items import Attribute, Value
from andon.ingest.reading import Memo
from andon.ingest.redact import KEEPING, Policy, is_plain_word, redacted, verdict

SERIES = "andon.series"
"""
Tells apart metric series that differ only in a dropped attribute: a 32-bit hash of what was dropped. Without
it two cumulative series would look like one that jumps.
"""

_MOST_REMEMBERED = 20_000

_FRAGMENT, _KEY = attrgetter("fragment"), attrgetter("key")


class Rules(NamedTuple):
    """
    What holds for the values of a name.

    Attributes:
        beginning: Of its JSON: the name, and a colon.
        keeps_numbers: Whether whole numbers are kept as they are.
        keeps_words: Whether plain words are.
    """

    beginning: str
    keeps_numbers: bool
    keeps_words: bool


class Keeper:
    """Writes attributes under one policy."""

    def __init__(self, policy: Policy) -> None:
        """Start with nothing remembered."""
        self._policy = policy
        self._known: dict[Attribute, tuple[str, bool]] = {}
        self._fragments: dict[tuple[str, type, Value], str] = {}

    def json(self, attributes: Sequence[Attribute], *, tells_series: bool = False) -> str:
        """
        Give the canonical JSON object of attributes; of one name the last counts.

        Args:
            attributes: As decoded.
            tells_series: Whether equal attributes mean the same metric series.
        """
        if not self._policy.keeps_content:
            fragments = list(map(_FRAGMENT, attributes))
            while None in fragments:
                at = fragments.index(None)
                fragments[at] = self._fragment(attributes[at])
            if "" not in fragments and len(set(map(_KEY, attributes))) == len(fragments):
                return f"{{{','.join(sorted(fragments))}}}"
        return self._json_of_some(attributes, tells_series=tells_series)

    def _json_of_some(self, attributes: Sequence[Attribute], *, tells_series: bool) -> str:
        """Do it for attributes of which some are dropped, derived from, or named twice."""
        known = self._known
        kept: dict[str, str] = {}
        derivable = dropped = False
        for attribute in attributes:
            text, source = known.get(attribute) or self._judge(attribute)
            if text:
                kept[attribute.key] = text
            else:
                kept.pop(attribute.key, None)
                dropped = True
            if source:
                derivable = True
        if derivable:
            kept.update(self._derived(attributes))
        if tells_series and dropped:
            kept[SERIES] = f'"{SERIES}":"{_digest(attributes)}"'
        return f"{{{','.join(sorted(kept.values()))}}}"

    def fragment(self, key: str, value: str | float) -> str:
        """
        Judge a plain value by itself, as canonical JSON with its name.

        Returns:
            Empty where nothing of it is kept, or where that depends on the attributes beside it.
        """
        asked = (key, type(value), value)
        found = self._fragments.get(asked)
        if found is None:
            found = self._fragment(Attribute(key, value, lasting=False))
            if len(self._fragments) >= _MOST_REMEMBERED:
                self._fragments.clear()
            if type(value) is not str or len(value) <= Memo.LONGEST:
                self._fragments[asked] = found
        return found

    def _fragment(self, attribute: Attribute) -> str:
        """Judge an attribute by itself, and note it on the attribute."""
        key, value = attribute.key, attribute.value
        name, keeps_numbers, keeps_words = rules(key)
        kind = type(value)
        # Most values that are new in each item: numbers, ids.
        if kind is int and keeps_numbers:
            fragment = f"{name}{value!r}"
        elif kind is str and keeps_words and is_plain_word(value):
            fragment = f'{name}"{value!s}"'
        else:
            fragment = "" if key in SOURCES else self._judge(attribute)[0]
        attribute.fragment = fragment
        return fragment

    def _judge(self, attribute: Attribute) -> tuple[str, bool]:
        key, value = attribute.key, attribute.value
        kept = value if self._policy.keeps_content else redacted(key, value)
        judged = ("" if kept is None else f"{_name(key)}:{canonical.text_of(kept)}", key in SOURCES)
        if attribute.lasting:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[attribute] = judged
        return judged

    def _derived(self, attributes: Sequence[Attribute]) -> dict[str, str]:
        facts = derive({attribute.key: attribute.value for attribute in attributes})
        texts = {}
        for name, fact in facts.items():
            value = fact if self._policy.keeps_content else redacted(name, fact)
            if value is not None:
                texts[name] = f"{_name(name)}:{canonical.text_of(value)}"
        return texts


@lru_cache(maxsize=10_000)
def _name(key: str) -> str:
    return canonical.text_of(key)


@lru_cache(maxsize=10_000)
def rules(key: str) -> Rules:
    """Give what holds for the values of a name."""
    is_free = key not in SOURCES and bool(key)
    rule = verdict(key)
    return Rules(f"{_name(key)}:", is_free and rule != "content", is_free and rule in KEEPING)


def _digest(attributes: Sequence[Attribute]) -> str:
    """Hash all attributes that are not kept as they came."""
    values = {
        attribute.key: canonical.text_of(attribute.value)
        for attribute in attributes
        if redacted(attribute.key, attribute.value) != attribute.value
    }
    return blake2b(canonical.object_of(values).encode(), digest_size=4).hexdigest()


@lru_cache(maxsize=4)
def keeper(policy: Policy) -> Keeper:
    """Give the keeper of a policy, the same one each time."""
    return Keeper(policy)
