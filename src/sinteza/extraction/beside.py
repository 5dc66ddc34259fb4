"""Counts printed right beside the words of their outcome: ``lack of efficacy (n = 13)``.

An ``n =`` is a size nearly everywhere, and people "who completed the study" are those whom the rest
of the sentence tells of; so neither is a figure to the general grammar. Where such a count can mean
but one thing it is read here, and the rest of the sentence goes on without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sinteza.extraction.guarded import Guarded
from sinteza.extraction.naming import Named
from sinteza.extraction.numbers import INT, PEOPLE, Value, integer
from sinteza.extraction.outcomes import Reading

_CODES = frozenset({"COMP", "WD", "WDAE", "WDLOE", "DEATH", "LTFU", "AE", "SAE", "FAIL"})
_N = re.compile(rf"\b[nN]\s?=\s?({INT})(?![\d.]*\s?%)")
# "adverse events (8)" among the reasons why people left
_REASONS = frozenset({"WDAE", "WDLOE", "LTFU"})
_ALONE = re.compile(rf"({INT})(?:\s{PEOPLE})?", re.I)
# from the outcome's words to the parenthesis with its counts
_OPENS = re.compile(r"(?:\s(?!and\b|or\b|but\b|in\b|on\b|with\b)[\w-]+){0,4}\s*[(\[]")
_WHAT = (
    r"(?!(?:[\w-]+\s){0,3}?(?:titration|baseline|screening|questionnaires?|diar\w+|surveys?|tests?|enrol\w+|infusion|surgery)\b)"
    r"(?:[\w-]+\s){0,4}?(?:study|trial|protocol|treatments?|phases?|periods?|arms|therapy|follow-up|comparison|weeks|months|days|week\s\d+)\b"
)
_DONE = r"(?:(?:who|that)\s(?:had\s|have\s)?completed|completing)"
# "in the 21 patients who completed the study", "the patients completing the trial (n = 21)"
_COMPLETERS = Guarded(
    rf"\b(?:of|in|for|among|the|all)\s({INT})\s(?:[a-z-]+\s){{0,2}}?{PEOPLE}\s{_DONE}\s{_WHAT}"
    rf"|(?:{PEOPLE}|those)\s{_DONE}\s{_WHAT}\s?\(n\s?=\s?({INT})\)",
    "complet",
)
# "of the 14 patients who withdrew, 8 did so because of ..."
_LEAVERS = Guarded(
    rf"\b(?:of|in|for|among|the|all)\s({INT})\s(?:[a-z-]+\s){{0,2}}?{PEOPLE}\swho\s(?:had\s|were\s)?(?:discontinued|withdr[ae]wn?|dropped\sout)\b",
    "discontin",
    "withdr",
    "dropped",
)
_FAILED = Guarded(
    rf"\b(?:of|in|for|among|the|all)\s({INT})\s(?:[a-z-]+\s){{0,2}}?{PEOPLE}\swho\s(?:had\s)?failed\sto\srespond\b",
    "failed",
)
# who completed the trial before this one
_WENT_ON = re.compile(r"\b(?:entered|enrolled|elected|opted|rolled over|chose)\b", re.I)


def find(sentence: str, named: list[Named]) -> list[Reading]:
    """The readings of such counts, each with the name it belongs to."""
    whole = (0, len(sentence))
    found = [
        Reading(item.code, values, whole, item)
        for item in named
        if item.code in _CODES and (values := list(_sized(sentence, item, named)))
    ]
    if _WENT_ON.search(sentence):
        return found
    for code, pattern in (("COMP", _COMPLETERS), ("WD", _LEAVERS), ("FAIL", _FAILED)):
        for match in pattern.finditer(sentence):
            group = next(n for n, text in enumerate(match.groups(), 1) if text)
            events = integer(match[group])
            if events and not any(_within(match, reading.values[0]) for reading in found):
                value = Value(match.start(group), match.end(group), events=events)
                name = Named(match.start(), match.end(), code)
                found.append(Reading(code, [value], whole, name, {"aside"}))
    return found


def _sized(sentence: str, item: Named, named: list[Named]) -> Iterator[Value]:
    """The counts of the parenthesis behind a name, where it holds no shares."""
    opened = _OPENS.match(sentence, item.end)
    if not opened or any(item.end < other.start < opened.end() for other in named):
        return
    closed = sentence.find(")" if opened[0].endswith("(") else "]", opened.end())
    inside = sentence[opened.end() : closed if closed >= 0 else len(sentence)]
    counts = list(_N.finditer(inside))
    if item.code in _REASONS and (alone := _ALONE.fullmatch(inside)):
        counts = [alone]
    if "%" in inside or (len(counts) == 1 and counts[0].start() > 0):
        return
    for match in counts:
        events = integer(match[1])
        if events is not None:
            at = opened.end() + match.start(1)
            yield Value(at, at + len(match[1]), events=events)


def _within(match: re.Match[str], value: Value) -> bool:
    return match.start() <= value.start < match.end()
