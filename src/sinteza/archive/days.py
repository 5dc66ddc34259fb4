"""The days of a batch's articles, as numbers."""

from __future__ import annotations

import functools
import re
from datetime import date

import numpy as np
import numpy.typing as npt

from sinteza.archive import content
from sinteza.archive.elements import Numbers
from sinteza.archive.reading import Batch, day
from sinteza.formats.dates import MONTHS, first_month

_C, _A = "MedlineCitation", "MedlineCitation/Article"
_HISTORY = {"pubmed": "edat", "entrez": "crdt", "medline": "mhda"}
_year = re.compile(r"\b(1[5-9]|20|21)\d\d\b").search


def days(batch: Batch) -> npt.NDArray[np.int64]:
    """Articles x ``content.DATE_FIELDS``: numbers of days (``date.toordinal()``), 0 if not known.

    A date of which parts are missing counts as its first day; the MeSH date is the entry date
    until the record is indexed.
    """
    table = np.zeros((batch.articles, len(content.DATE_FIELDS)), np.int64)
    column = {name: number for number, name in enumerate(content.DATE_FIELDS)}
    for name, path in (
        ("print", f"{_A}/Journal/JournalIssue/PubDate"),
        ("electronic", f"{_A}/ArticleDate"),
        ("lr", f"{_C}/DateRevised"),
        ("dcom", f"{_C}/DateCompleted"),
    ):
        rows = batch.rows(path)[::-1]  # the first one counts
        _into(table[:, column[name]], batch, rows, printed=name == "print")
    statuses = [tag.get("PubStatus", "") for tag in batch.tags]
    rows = batch.rows("PubmedData/History/PubMedPubDate")
    for status, name in _HISTORY.items():
        of_status = np.array([given == status for given in statuses])
        _into(table[:, column[name]], batch, rows[of_status[batch.tag[rows]]])
    indexed, entered = table[:, column["mhda"]], table[:, column["edat"]]
    indexed[indexed == 0] = entered[indexed == 0]
    return table


def _into(
    column: npt.NDArray[np.int64], batch: Batch, rows: Numbers, *, printed: bool = False
) -> None:
    """The day of each row to its article; where there are several, the last row's."""
    different, each = np.unique(batch.day[rows], return_inverse=True)
    numbers = [
        _ordinal(batch.days[number].partition(b"<Hour")[0], printed)
        for number in different.tolist()
    ]
    column[batch.article[rows]] = np.array(numbers, np.int64)[each]


@functools.lru_cache(maxsize=65536)
def _ordinal(raw: bytes, printed: bool) -> int:
    """The number of a day; of an issue's date, the first month of a season or range counts."""
    parts = day(raw)
    words = parts.get("MedlineDate", "")
    year, month, number_in_month = (
        parts.get(name, "").strip() for name in ("Year", "Month", "Day")
    )
    number = MONTHS.get(month[:3].lower()) or (month if month.isdecimal() else "")
    if not year:
        found = _year(words)
        year, number = found.group() if found else "", ""
    if printed and not number:
        number, number_in_month = first_month(parts.get("Season", "") or words), ""
    if not year.isdecimal():
        return 0
    return _first_that_is(
        (
            int(year),
            int(number or 1),
            int(number_in_month) if number and number_in_month.isdecimal() else 1,
        ),
        (int(year), int(number or 1), 1),  # for a day that is in no calendar, such as 31 June
        (int(year), 1, 1),
    )


def _first_that_is(*days: tuple[int, int, int]) -> int:
    for numbers in days:
        try:
            return date(*numbers).toordinal()
        except (ValueError, OverflowError):
            continue
    return 0
