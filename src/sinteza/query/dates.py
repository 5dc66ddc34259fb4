"""Dates as PubMed's query language writes them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

OPEN_YEAR = 3000
"""PubMed's way to write "no end"."""

_MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name}
_SEASONS = {"winter": 1, "spring": 4, "summer": 7, "fall": 10, "autumn": 10}
_POINT = re.compile(r"(\d{4})(?:/(\d{1,2})(?:/(\d{1,2}))?)?")
_DASHED = re.compile(r"(\d{4})(?:[-.](\d{1,2})(?:[-.](\d{1,2}))?)?")
_NAMED = re.compile(r"(\d{4})[\s/-]+([a-z]+)\.?(?:[\s/-]+(\d{1,2}))?")
_RELATIVE = re.compile(r"last\s+(?:(\d+)\s+)?(day|month|year)s?")


@dataclass(frozen=True)
class Point:
    """A date of some precision; ``rewritten`` if it was not written as yyyy/mm/dd."""

    year: int
    month: int | None = None
    day: int | None = None
    rewritten: bool = False

    @property
    def first(self) -> date:
        """The first day it covers."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day it covers."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def open(self) -> bool:
        """Whether it stands for "no end"."""
        return self.year >= OPEN_YEAR


def point(text: str) -> Point | None:
    """Read yyyy, yyyy/mm, yyyy/mm/dd (also with dashes, points or month names); None if no date."""
    wanted = " ".join(text.strip().casefold().split())
    wanted = re.sub(r"\s*/\s*", "/", wanted)
    if match := _POINT.fullmatch(wanted):
        rewritten = False
    elif match := _DASHED.fullmatch(wanted):
        rewritten = True
    elif match := _NAMED.fullmatch(wanted):
        name = match.group(2)
        month = _SEASONS.get(name) or _MONTHS.get(name[:3])
        if month is None:
            return None
        return _checked(int(match.group(1)), month, match.group(3), True)
    else:
        return None
    month_text = match.group(2)
    month = int(month_text) if month_text else None
    return _checked(int(match.group(1)), month, match.group(3), rewritten)


def _checked(year: int, month: int | None, day_text: str | None, rewritten: bool) -> Point | None:
    day = int(day_text) if day_text else None
    if year < 1 or (month is not None and not 1 <= month <= 12):
        return None
    if day is not None and not 1 <= day <= calendar.monthrange(year, month or 1)[1]:
        return None
    return Point(year, month, day, rewritten)


def relative(text: str) -> tuple[int, str] | None:
    """``last 5 years`` as (5, "years"); ``last year`` is (1, "years"); None for anything else."""
    match = _RELATIVE.fullmatch(" ".join(text.strip().casefold().split()))
    if not match:
        return None
    return int(match.group(1) or 1), match.group(2) + "s"


def written(day: date) -> str:
    """yyyy/mm/dd."""
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"
