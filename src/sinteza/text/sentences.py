"""Sentences of an abstract, with their places.

A rule for scientific English: a stop ends a sentence where a blank and a capital, a figure or an
opening bracket follow, but not after the abbreviations of the trade nor inside a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_ABBREVIATED = (
    r"vs\.|i\.e\.|e\.g\.|cf\.|no\.|Dr\.|approx\.|al\.|Fig\.|St\.|Inc\.|Ltd\.|Co\.|resp\."
    r"|ca\.|Nos?\."
)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[\"“≥>])")
_NOT_END = re.compile(rf"(?:^|[\s(])(?:{_ABBREVIATED})$")


class Sentence(NamedTuple):
    """Characters ``start`` to ``end`` of the text, and the section it stands in."""

    start: int
    end: int
    section: int


def split(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of one text, blanks between them left out."""
    return list(_split(text))


# several readers of one record ask for the same text in turn
@lru_cache(maxsize=4)
def _split(text: str) -> tuple[tuple[int, int], ...]:
    spans = []
    at = 0
    for match in _END.finditer(text):
        if _NOT_END.search(text, max(at, match.start() - 8), match.start()):
            continue
        if match.start() > at:
            spans.append((at, match.start()))
        at = match.end()
    end = len(text.rstrip())
    if end > at:
        spans.append((at, end))
    return tuple(spans)


def split_sections(sections: Iterable[str]) -> list[Sentence]:
    """Sentences of sections joined by one space (as ``Record.abstract_text`` joins them)."""
    found: list[Sentence] = []
    base = 0
    for number, text in enumerate(sections):
        found.extend(Sentence(base + a, base + b, number) for a, b in split(text))
        base += len(text) + 1
    return found
