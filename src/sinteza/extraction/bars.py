# ruff: noqa: E501 - a pattern is read best on one line
"""Bars of response: the shares of "reductions of >= 50 %, >= 75 %, and 100 %" are no results.

A bar is one of a few round shares. Where several stand in a list they are bars if one has a sign
("at least"), if the list is followed by what was reduced or responded ("the 50% and 75% responder
rates"), or if such a word stands right before it ("reductions of 50% and 75%").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CODES = {"25": "RR25", "50": "RR50", "75": "RR75", "90": "RR90", "100": "SF", "fifty": "RR50", "seventy-five": "RR75"}  # fmt: skip
_SIGN = r"(?:[≥≧⩾]|> ?or ?= ?|> ?/ ?=|>=?|(?:at least|more than|greater than(?: or equal to)?|over)(?: an?)? )"
_SHARE = r"(?:25|50|75|90|100|fifty|seventy-five)"
_MORE = r"(?: or (?:more|greater|higher|better))?"
_ONE = rf"(?:{_SIGN}\s?)?{_SHARE}(?:\s?(?:%|percent|per cent))?{_MORE}"
_LIST = re.compile(
    rf"(?<![\d.,≤<+-])(?:{_ONE}\s*(?:, and|, or|,|/|and|or)\s*)+{_ONE}(?![\d.]*\d)(?!\s?%)", re.I
)
_EACH = re.compile(rf"({_SIGN}\s?)?({_SHARE})(?:\s?(?:%|percent|per cent))?{_MORE}", re.I)
_SIGNED = re.compile(_SIGN, re.I)
_NOUN = re.compile(
    r"[- ]?(?:(?!me(?:di)?an)\w+[- ]){0,3}?(?:(?:reduc|decreas)tions?|reductions?|decreases?|improvements?|fewer|respon\w+(?: rates?)?)\b",
    re.I,
)
_BEFORE = re.compile(
    r"(?:\brespon\w+(?: (?:rates?|status))?|(?<!median )(?<!mean )\b(?:reduc|decreas|improv)\w+)(?:(?: in| of)? (?:\w+[- ]){1,5}?)?\s?(?:of|by|at|for|\(|\[|:)?\s*$",
    re.I,
)
# "50% and 75% of patients" are results
_RESULT = re.compile(r"\s?(?:of (?:the |all )?(?:\w+ )?(?:patients|subjects|children)|for|in|with|on|vs|versus|had|were|compared)\b", re.I)  # fmt: skip
_LONE = re.compile(
    rf"(?:{_SIGN}\s?({_SHARE})\s?(?:%|percent\b|per cent\b)|({_SHARE})\s?(?:%|percent|per cent){_MORE[:-1]})(?!\s?CI)",
    re.I,
)
# "and 100% (9% vs 2%) responder rates", "9% achieved 100% and 24% achieved >= 90% reduction"
_WHOLE = re.compile(
    r"(?<![\d.,≥-])(100)\s?%(?=\s?\([^()]*%[^()]*\)\s?(?:\w+ ){0,2}?(?:respon|reduc))"
    r"|\b(?:achiev\w+|had|experienc\w+|attain\w+|reach\w+) (?:an? )?(100)\s?%(?! of)"
    r"|\band (?:of )?(100)\s?%(?= (?:by|in) \d)",
    re.I,
)


# "50-74%", ">= 25% to < 50%": of neither bar
_LOW = r"(?:0|1|20|2[56]|5[01]|7[56]|9[01])\s?%?\s?"
_HIGH = r"(?:24|25|49|50|74|75|89|90|99)\s?%"
_BAND = re.compile(
    rf"(?<![\d.,])(?:(?:{_SIGN}\s?)?{_LOW}(?:(?:-|to|and|but|,)\s?)+(?:<|less than) ?(?:25|50|75|90|100)\s?%"
    rf"|(?:{_SIGN}\s?)?{_LOW}(?:-|to)\s?{_HIGH}|\bbetween {_LOW}and (?:{_HIGH}|100\s?%))(?!\s?(?:of|for|in|on|with|had|were|vs|respectively)\b)",
    re.I,
)


def bands(text: str) -> Iterator[tuple[int, int]]:
    """Places of ranges of reduction, as ``50-74%``: who is in one is not everybody over its bar."""
    for match in _BAND.finditer(text):
        noun = _NOUN.match(text, match.end())
        yield match.start(), noun.end() if noun else match.end()


def lists(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Each list of bars: place and code of its members, the words that name it with them."""
    for match in _LIST.finditer(text):
        if not re.search(r"%|per ?cent", match[0], re.I):
            continue
        noun = _NOUN.match(text, match.end())
        before = _BEFORE.search(text, max(0, match.start() - 60), match.start())
        if not (noun or _SIGNED.search(match[0])) and (
            not before or _RESULT.match(text, match.end())
        ):
            continue
        members = []
        start = before.start() if before else match.start()
        for bar in _EACH.finditer(text, match.start(), match.end()):
            members.append((start, bar.end(), CODES[bar[2].lower()]))
            start = bar.end()
        if noun:
            first, _, code = members[-1]
            members[-1] = (first, noun.end(), code)
        if len({code for _, _, code in members}) == len(members):
            yield members


def lone(text: str) -> Iterator[tuple[int, int, str]]:
    """Bars with a sign and no noun: "a reduction >= 50% was seen in 42% and >= 75% in 21%"."""
    for match in _LONE.finditer(text):
        yield match.start(), match.end(), CODES[(match[1] or match[2]).lower()]
    for match in _WHOLE.finditer(text):
        yield match.start(match.lastindex or 0), match.end(), CODES["100"]


def figures(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The shares that are bars, or bounds of bands, between two places."""
    for pattern in (_BAND, _EACH):
        for match in pattern.finditer(text, start, end):
            yield match.span()
