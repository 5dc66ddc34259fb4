"""Abbreviations and the words they stand for, out of the text that defines them.

The algorithm is Schwartz and Hearst's (2003, "A simple algorithm for identifying abbreviation
definitions in biomedical text", Pac Symp Biocomput 8:451-462): a short form in parentheses after
its long form, whose letters are found from right to left. The other order, ``SF (long form)``, is
read as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARENTHESIS = re.compile(r"\(([^()\n]{2,120})\)")
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9/+-]{1,9}")
_CUT = re.compile(r"[;,:]|\bor\b")


@dataclass(frozen=True)
class Abbreviation:
    """A short form, its long form, and where the long form stands (characters of the text)."""

    short: str
    long: str
    start: int
    end: int


def _is_short(text: str) -> bool:
    return (
        2 <= len(text) <= 10
        and bool(_SHORT.fullmatch(text))
        and sum(char.isupper() for char in text) >= 1
        and any(char.isalpha() for char in text)
        and not text.isdigit()
        and (sum(char.isupper() for char in text) >= 2 or any(char.isdigit() for char in text))
    )


def _long_form(short: str, words: str) -> int | None:
    """Where in ``words`` the long form of ``short`` begins, or None."""
    at = len(words) - 1
    for index in range(len(short) - 1, -1, -1):
        char = short[index].lower()
        if not char.isalnum():
            continue
        while at >= 0 and (
            words[at].lower() != char or (index == 0 and at > 0 and words[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
        at -= 1
    return at + 1


def find(text: str) -> list[Abbreviation]:
    """The abbreviations a text defines, in order; a later definition of one is left out."""
    found: dict[str, Abbreviation] = {}
    for match in _PARENTHESIS.finditer(text):
        inner = _CUT.split(match[1], maxsplit=1)[0].strip(" '\"[]=")
        before = text[max(0, match.start() - 160) : match.start()].rstrip()
        offset = match.start() - (match.start() - max(0, match.start() - 160))
        if _is_short(inner):
            _from_before(inner, before, offset, found)
        elif before and " " in inner:
            _from_inside(before, inner, match, text, found)
    return list(found.values())


def _from_before(short: str, before: str, offset: int, found: dict[str, Abbreviation]) -> None:
    """``long form (SF)``: at most min(|SF| + 5, 2 |SF|) words before the parenthesis."""
    limit = min(len(short) + 5, len(short) * 2)
    starts = [match.start() for match in re.finditer(r"\S+", before)][-limit:]
    if not starts:
        return
    begin = starts[0]
    words = before[begin:]
    at = _long_form(short, words)
    if at is None:
        return
    long = words[at:]
    if len(long) <= len(short) or re.search(r"[.;:]\s", long) or short in long.split():
        return
    start = offset + begin + at
    found.setdefault(short, Abbreviation(short, long, start, start + len(long)))


def _from_inside(
    before: str, inner: str, match: re.Match[str], text: str, found: dict[str, Abbreviation]
) -> None:
    """``SF (long form)``."""
    short = before.rsplit(None, 1)[-1]
    if _is_short(short) and _long_form(short, inner) == 0:
        start = text.index(inner, match.start())
        found.setdefault(short, Abbreviation(short, inner, start, start + len(inner)))
