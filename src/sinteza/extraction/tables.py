"""Tables of results: a column an arm, a row an outcome.

A table is a text (:mod:`sinteza.formats.jats` writes it): a line a row, cells parted by `` | ``,
the first line the heads of the columns. What is read here always needs a look: heads and notes of
tables vary more than sentences do.
"""

from __future__ import annotations

import re

from sinteza.extraction import naming
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.report import Evidence, ReportOutcome, ReportValue
from sinteza.text.normalize import plain

CONFIDENCE = 0.6
_SEPARATOR = " | "
_N = r"\d{1,3}(?:,\d{3})+|\d+"
# "12 (40.0)", "12/30 (40.0%)", "12 of 30", "40.0%"
_CELL = re.compile(
    rf"\s*(?:(?P<events>{_N})(?:\s?(?:/|of)\s?(?P<total>{_N}))?"
    r"(?:\s*\(\s*(?P<share>\d+(?:\.\d+)?)\s?%?\s*\))?|(?P<percent>\d+(?:\.\d+)?)\s?%)\s*"
)
_COUNTED = frozenset(
    {
        *("RR25", "RR50", "RR75", "RR90", "SF", "AE", "SAE", "WD", "WDAE", "WDLOE", "COMP"),
        *("DEATH", "LTFU", "RETENTION", "FAIL"),
    }
)
_BASELINE = re.compile(r"\b(?:baseline|demographic|characteristics|at (?:entry|admission))", re.I)
_SCHOOLING = re.compile(r"\b(?:school|education|college|university)", re.I)
_LONGEST = 400


def read(text: str, table: ArmTable, section: str) -> list[ReportOutcome]:
    """The counted outcomes of the rows whose columns belong to one arm each.

    ``section`` is the label that the evidence carries; its places count characters of ``text``.
    Only cells that say what they are (``n (%)``, ``n/N``, ``p%``) are read; a bare number is not.
    """
    if _BASELINE.search(section):
        return []
    lines = text.split("\n")
    columns = _columns(lines[0], table)
    found: list[ReportOutcome] = []
    at = len(lines[0]) + 1
    for number, line in enumerate(lines[1:], 1):
        if columns and len(line) <= 4000:
            found += _row(line, at, number, columns, section)
        at += len(line) + 1
    return found


def _cells(line: str) -> list[tuple[int, str]]:
    """The cells of a line, each with its place in it."""
    found, at = [], 0
    for cell in line.split(_SEPARATOR):
        found.append((at, cell))
        at += len(cell) + len(_SEPARATOR)
    return found


def _columns(head: str, table: ArmTable) -> dict[int, int]:
    """Column to arm; columns of no arm, of several, or of an arm that has several are left out."""
    named: dict[int, int] = {}
    for column, (_, cell) in enumerate(_cells(head)):
        mentions = table.mentions(plain(cell[:_LONGEST])) if column else []
        arms = {arm for mention in mentions for arm in mention.arms}
        if len(arms) == 1:
            named[column] = arms.pop()
    held = list(named.values())
    kept = {column: arm for column, arm in named.items() if held.count(arm) == 1}
    # one recognized head among several groups is more likely a misread one
    return kept if len(kept) > 1 or table.single else {}


def _row(
    line: str, at: int, number: int, columns: dict[int, int], section: str
) -> list[ReportOutcome]:
    cells = _cells(line)
    label = cells[0][1]
    named = naming.named(plain(label[:_LONGEST]))
    codes = {item.code for item in named}
    if len(codes) != 1 or not codes <= _COUNTED or _SCHOOLING.search(label):
        return []
    values = []
    for column, arm in columns.items():
        place, cell = cells[column] if column < len(cells) else (0, "")
        match = _CELL.fullmatch(plain(cell))
        if not match or (match["events"] and not (match["total"] or match["share"])):
            continue
        percent = match["share"] or match["percent"]
        values.append(
            ReportValue(
                arm=f"a{arm}",
                events=_whole(match["events"]),
                total=_whole(match["total"]),
                percent=float(percent) if percent else None,
                confidence=CONFIDENCE,
                needs_look=True,
                start=at + place,
                end=at + place + len(cell),
            )
        )
    if not values:
        return []
    evidence = Evidence(sentence=number, start=at, end=at + len(line), section=section)
    return [ReportOutcome(code=codes.pop(), values=tuple(values), evidence=evidence)]


def _whole(digits: str | None) -> int | None:
    return int(digits.replace(",", "")) if digits else None
