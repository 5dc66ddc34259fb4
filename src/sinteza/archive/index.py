"""Read an archive: its segments' terms, columns and records."""

from __future__ import annotations

import functools
import hashlib
import re
import sqlite3
import zlib
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sinteza.archive.columns import Columns
from sinteza.archive.content import TEXT_FIELDS
from sinteza.archive.postings import DOCUMENT_AT, KIND_AT, KIND_BITS, Page, Places
from sinteza.errors import ArchiveError

Mask = npt.NDArray[np.bool_]

_BEYOND = "\U0010ffff"


class Segment:
    """One batch of documents, numbered from 0; nothing is read before it is asked for."""

    def __init__(self, db: sqlite3.Connection, number: int, first: int, documents: int) -> None:
        self.db = db
        self.number = number
        self.first = first
        self.documents = documents
        self._page = functools.lru_cache(maxsize=256)(self._read_page)

    @functools.cached_property
    def columns(self) -> Columns:
        """PMIDs, days and places of the documents."""
        (data,) = self.db.execute(
            "SELECT columns FROM segment WHERE id = ?", (self.number,)
        ).fetchone()
        return Columns.load(data)

    @functools.cached_property
    def _firsts(self) -> list[str]:
        return [
            row[0]
            for row in self.db.execute(
                "SELECT first FROM page WHERE segment = ? ORDER BY first", (self.number,)
            )
        ]

    def _read_page(self, first: str) -> Page:
        (data,) = self.db.execute(
            "SELECT data FROM page WHERE segment = ? AND first = ?", (self.number, first)
        ).fetchone()
        return Page.read(data)

    def _holder(self, term: str) -> int:
        """The number of the page that would hold a term."""
        at = bisect_left(self._firsts, term)
        return at if at < len(self._firsts) and self._firsts[at] == term else max(at - 1, 0)

    def places(self, term: str) -> Places:
        """All places of a term; empty if it is not there."""
        if self._firsts:
            page = self._page(self._firsts[self._holder(term)])
            at = page.find(term)
            if at is not None:
                return page.places(at)
        return np.empty(0, np.uint64)

    def terms(self, prefix: str, pattern: re.Pattern[str] | None = None) -> Iterator[str]:
        """Terms that begin with a prefix, and match a pattern whole, in order."""
        end = prefix + _BEYOND
        for first in self._firsts[self._holder(prefix) :] if self._firsts else ():
            if first > end:
                return
            terms = self._page(first).terms
            for term in terms[bisect_left(terms, prefix) : bisect_left(terms, end)]:
                if pattern is None or pattern.fullmatch(term):
                    yield term

    def union(self, terms: Iterator[str] | list[str]) -> Places:
        """The places of several terms together, sorted."""
        found = [places for term in terms if len(places := self.places(term))]
        if len(found) == 1:
            return found[0]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)

    def nothing(self) -> Mask:
        """No document."""
        return np.zeros(self.documents, bool)

    def documents_of(self, places: Places) -> Mask:
        """The documents that some places stand in."""
        mask = np.zeros(self.documents, bool)
        mask[(places >> np.uint64(DOCUMENT_AT)).astype(np.intp)] = True
        return mask


def in_field(places: Places, field: str) -> Places:
    """The places that stand in a text field."""
    kinds = np.zeros(1 << KIND_BITS, bool)
    kinds[list(TEXT_FIELDS[field])] = True
    kind = (places >> np.uint64(KIND_AT)) & np.uint64((1 << KIND_BITS) - 1)
    return places[kinds[kind.astype(np.intp)]]


def segments(db: sqlite3.Connection) -> list[Segment]:
    """All segments, oldest first."""
    rows = db.execute("SELECT id, first, documents FROM segment ORDER BY id").fetchall()
    return [Segment(db, *row) for row in rows]


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
