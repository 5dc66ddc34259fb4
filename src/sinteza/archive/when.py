"""Days of a query as numbers (``date.toordinal()``)."""

from __future__ import annotations

import calendar
from datetime import date

from sinteza.query.dates import Point
from sinteza.query.tree import SingleDate

NEVER = 2**31 - 1
"""After every day."""


def back(day: date, count: int, unit: str) -> date:
    """``count`` days, months or years before a day; the last of the month where it has no such."""
    if unit == "days":
        return date.fromordinal(max(day.toordinal() - count, 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "years" else 1)
    if months < 12:
        return date.min
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_day(node: SingleDate) -> int:
    """The first day of a year, month or day."""
    return Point(node.year, node.month, node.day).first.toordinal()


def last_day(until: SingleDate | date | None) -> int:
    """The last day of a year, month or day; None is open."""
    if until is None:
        return NEVER
    if isinstance(until, SingleDate):
        return Point(until.year, until.month, until.day).last.toordinal()
    return until.toordinal()
