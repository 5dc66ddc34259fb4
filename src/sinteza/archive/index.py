"""Read an archive: its segments' terms, columns and records."""

from __future__ import annotations

import functools
import hashlib
import sqlite3
import zlib
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from sinteza.archive.columns import Numbers, load
from sinteza.archive.pages import Counts, Page, kind_letters
from sinteza.archive.places import Mask, Places, joined
from sinteza.archive.places import documents as documents_of
from sinteza.errors import ArchiveError

PAGES_KEPT, COLUMNS_KEPT = 256, 48
"""Pages and columns kept as read, of all segments together: some 50 MB each at most."""

_AFTER_TAB = "\n"
_BEYOND = "\U0010ffff"


class Reader:
    """The database of an archive and what was last read of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.page = functools.lru_cache(PAGES_KEPT)(self._page)
        self.column = functools.lru_cache(COLUMNS_KEPT)(self._column)

    def _page(self, segment: int, number: int) -> Page:
        (data,) = self.db.execute(
            "SELECT data FROM page WHERE segment = ? AND number = ?", (segment, number)
        ).fetchone()
        return Page(data)

    def _column(self, segment: int, name: str) -> Numbers:
        (data,) = self.db.execute(
            "SELECT data FROM number WHERE segment = ? AND name = ?", (segment, name)
        ).fetchone()
        return load(data)


class Lists(NamedTuple):
    """Lists of a segment by the pages they are in: what a word or name stands for."""

    documents_in_all: int
    parts: list[tuple[Page, Counts]]

    @property
    def size(self) -> int:
        """How many places there are."""
        return sum(int(page.counts[lists].sum()) for page, lists in self.parts)

    def documents(self) -> Mask:
        """The documents they stand in."""
        mask = np.zeros(self.documents_in_all, bool)
        for page, lists in self.parts:
            mask[page.documents(lists)] = True
        return mask

    def places(self, within: Mask | None = None) -> Places:
        """The places, sorted and without repetition; only those within some documents."""
        found = []
        for page, lists in self.parts:
            if within is not None and not within[page.documents(lists)].any():
                continue
            found.append(page.places(lists, within))
        return joined(found)


class Segment:
    """One batch of documents, numbered from 0; nothing is read before it is asked for."""

    def __init__(self, reader: Reader, number: int, first: int, documents: int) -> None:
        self.reader = reader
        self.number = number
        self.first = first
        self.documents = documents

    def column(self, name: str) -> Numbers:
        """PMID, a day, or part of the place of each document."""
        return self.reader.column(self.number, name)

    @functools.cached_property
    def firsts(self) -> list[str]:
        """The name of the first list of each page."""
        (data,) = self.reader.db.execute(
            "SELECT firsts FROM segment WHERE id = ?", (self.number,)
        ).fetchone()
        return zlib.decompress(data).decode().splitlines()

    def _between(self, low: str, high: str) -> Iterator[tuple[Page, int, int]]:
        """Pages with lists from one name to before another, and which of them these are."""
        firsts = self.firsts
        at = bisect_left(firsts, low)
        if at and (at == len(firsts) or firsts[at] != low):
            at -= 1  # it may be in the midst of the page before
        while at < len(firsts) and firsts[at] < high:
            page = self.reader.page(self.number, at)
            begin, end = bisect_left(page.names, low), bisect_left(page.names, high)
            if begin < end:
                yield page, begin, end
            at += 1

    def find(self, terms: Iterable[str], kinds: Collection[int] | None = None) -> Lists:
        """The lists of some terms, in some kinds of content or in all."""
        wanted = kind_letters(kinds)
        parts: dict[int, tuple[Page, list[int]]] = {}
        for term in sorted(set(terms)):
            for page, begin, end in self._between(term + "\t", term + _AFTER_TAB):
                lists = [at for at in range(begin, end) if page.names[at][-1] in wanted]
                if lists:
                    parts.setdefault(id(page), (page, []))[1].extend(lists)
        return self._lists(parts.values())

    def select(
        self,
        prefix: str,
        fits: Callable[[str], object] | None = None,
        kinds: Collection[int] | None = None,
    ) -> Lists:
        """The lists of the terms that begin with a prefix, and fit, in some kinds or in all."""
        wanted = kind_letters(kinds)
        return self._lists(
            (
                page,
                [
                    at
                    for at in range(begin, end)
                    if (name := page.names[at])[-1] in wanted and (fits is None or fits(name[:-2]))
                ],
            )
            for page, begin, end in self._between(prefix, prefix + _BEYOND)
        )

    def _lists(self, parts: Iterable[tuple[Page, list[int]]]) -> Lists:
        return Lists(
            self.documents, [(page, np.array(lists, np.intp)) for page, lists in parts if lists]
        )

    def nothing(self) -> Mask:
        """No document."""
        return np.zeros(self.documents, bool)

    def documents_of(self, places: Places) -> Mask:
        """The documents that some places stand in."""
        mask = np.zeros(self.documents, bool)
        mask[documents_of(places)] = True
        return mask


def segments(db: sqlite3.Connection) -> list[Segment]:
    """All segments, oldest first."""
    reader = Reader(db)
    rows = db.execute("SELECT id, first, documents FROM segment ORDER BY first").fetchall()
    return [Segment(reader, *row) for row in rows]


def block(db: sqlite3.Connection, number: int) -> bytes:
    """The records of one block as they came, end to end; ArchiveError if it is damaged."""
    row = db.execute("SELECT digest, data FROM block WHERE id = ?", (number,)).fetchone()
    try:
        whole = zlib.decompress(row[1]) if row else b""
    except zlib.error as error:
        raise _damaged(f"Block {number} of the archive is damaged ({error})") from error
    if row is None or hashlib.sha256(whole).hexdigest() != row[0]:
        raise _damaged(f"Block {number} of the archive is missing or was changed")
    return whole


def _damaged(what: str) -> ArchiveError:
    return ArchiveError(what, hint="Build the archive again from NLM's files.")
