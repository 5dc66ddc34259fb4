"""Dates as databases print them, to ISO strings as precise as they are, and back."""

from __future__ import annotations

import re

MONTHS = {
    month: f"{number:02d}"
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# NLM's rule for seasons in publication dates (PubMed User Guide, "Publication date").
SEASONS = {"winter": "01", "spring": "04", "summer": "07", "fall": "10", "autumn": "10"}
MONTH_NAMES = {number: name.capitalize() for name, number in MONTHS.items()}

_YEAR = re.compile(r"(?<!\d)(1[5-9]|20|21)\d\d(?!\d)")
_NUMERIC = re.compile(r"(\d{4})(?:[-/.](\d{1,2})?)?(?:[-/.](\d{1,2})?)?(?:/|[T ]\d.*)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)?")


def first_month(words: str) -> str:
    """The month that NLM counts for a season or a range of months: Winter 01, Nov-Dec 11."""
    first = re.search(r"[a-z]+", words.lower())
    if not first:
        return ""
    return MONTHS.get(first.group()[:3]) or SEASONS.get(first.group(), "")


def _join(year: str, month: str | None, day: str | None) -> str:
    if not month or not 1 <= int(month) <= 12:
        return year
    if not day or not 1 <= int(day) <= 31:
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d}"


def parse(text: str) -> str:
    """``2024/04/03/``, ``2024///``, ``20240403``, ``2020 Feb 3``, ``3 March 2020`` to ISO.

    Month/day/year with slashes is read as Americans write it, the way EBSCO exports it, unless the
    first number cannot be a month. Empty if there is no year.
    """
    text = text.strip()
    if found := _NUMERIC.fullmatch(text):
        return _join(*found.groups())
    if found := _COMPACT.fullmatch(text):
        return _join(*found.groups())
    if found := _AMERICAN.fullmatch(text):
        first, second, year = found.groups()
        return _join(year, second, first) if int(first) > 12 else _join(year, first, second)
    found = _YEAR.search(text)
    if not found:
        return ""
    rest = text[: found.start()] + " " + text[found.end() :]
    month = next((m for word in re.findall(r"[A-Za-z]+", rest) if (m := first_month(word))), "")
    days = re.findall(r"(?<!\d)\d{1,2}(?!\d)", rest)
    # "2020 Jan-Feb" and "2020 Jan 1-Mar 2" are ranges: the month counts, a day would be a guess
    single = len(re.findall(r"[A-Za-z]{3,}", rest)) == 1 and len(days) == 1
    return _join(found.group(), month, days[0] if single else None)


def year(date: str) -> int | None:
    """The year of an ISO date."""
    return int(date[:4]) if date[:4].isdigit() else None


def slashed(date: str) -> str:
    """ISO to ``2024/04/03``."""
    return date.replace("-", "/")
