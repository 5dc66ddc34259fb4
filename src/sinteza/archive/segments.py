"""Write segments, and join small ones into larger ones.

An update of a few records makes a small segment; every search reads all of them. So neighboring
segments are merged when there are many of about the same size (as in a log-structured merge tree,
O'Neil et al. 1996), up to a size that bounds what a search holds in memory.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from sinteza.archive import columns, pages
from sinteza.archive.index import Segment, segments
from sinteza.archive.places import DOCUMENT_AT, Places

MOST = 1 << 18
"""Most documents of a merged segment; one with more than half of it is left as it is."""
WIDTH = 16
"""Segments of about one size, within this factor, that are merged while files are loaded."""
FEW = 4
"""The same at the end of a load."""


def write(
    db: sqlite3.Connection,
    number: int,
    first: int,
    table: npt.NDArray[np.int64] | npt.NDArray[np.int32],
    content: Iterable[tuple[str, bytes]],
) -> None:
    """Write a segment: its columns (documents x :data:`columns.NAMES`) and its pages."""
    whole = hashlib.sha256()
    firsts = []
    for at, (name, data) in enumerate(content):
        whole.update(data)
        firsts.append(name)
        db.execute("INSERT INTO page VALUES (?, ?, ?)", (number, at, data))
    db.executemany(
        "INSERT INTO number VALUES (?, ?, ?)",
        [
            (number, name, columns.dump(column))
            for name, column in zip(columns.NAMES, table.T, strict=True)
        ],
    )
    db.execute(
        "INSERT INTO segment VALUES (?, ?, ?, ?, ?)",
        (number, first, len(table), whole.hexdigest(), zlib.compress("\n".join(firsts).encode())),
    )


def merge(db: sqlite3.Connection, *, width: int = WIDTH) -> None:
    """Merge the last segments, in one transaction each, while enough are of about one size."""
    while parts := _due(segments(db), width):
        db.execute("BEGIN IMMEDIATE")
        try:
            _join(db, parts)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def _due(parts: list[Segment], width: int) -> list[Segment]:
    """The last segments that are to be one; none if there are too few."""
    at, documents = len(parts), 0
    while at and parts[at - 1].documents <= MOST // 2:
        documents += parts[at - 1].documents
        if documents > MOST:
            break
        at -= 1
    tail = parts[at:]
    size = WIDTH
    while len(tail) >= width:
        begin = len(tail)
        while begin and tail[begin - 1].documents < size:
            begin -= 1
        if len(tail) - begin >= width:
            return tail[begin:]
        size *= WIDTH
    full = sum(part.documents for part in tail) > MOST * 3 // 4
    return tail if full and len(tail) > 1 else []


def _join(db: sqlite3.Connection, parts: list[Segment]) -> None:
    table = np.column_stack(
        [np.concatenate([part.column(name) for part in parts]) for name in columns.NAMES]
    )
    # merged ones are numbered downwards, so that they are in nobody's way
    (number,) = db.execute(
        "SELECT min(id, 0) - 1 FROM (SELECT min(id) AS id FROM segment)"
    ).fetchone()
    write(db, number, parts[0].first, table, _merged(db, parts))
    for part in parts:
        for name, key in (("page", "segment"), ("number", "segment"), ("segment", "id")):
            db.execute(f"DELETE FROM {name} WHERE {key} = ?", (part.number,))


class _Stream:
    """The lists of one segment in the order of their names, read as needed."""

    def __init__(self, db: sqlite3.Connection, segment: Segment, shift: int) -> None:
        self.rows = db.execute(
            "SELECT data FROM page WHERE segment = ? ORDER BY number", (segment.number,)
        )
        self.shift = np.uint64(shift << DOCUMENT_AT)
        self.names: list[str] = []
        self.counts = np.empty(0, np.intp)
        self.places = np.empty(0, np.uint64)
        self.more = True
        self.read()

    def read(self) -> None:
        """Append the next page to what is held."""
        row = self.rows.fetchone()
        if row is None:
            self.more = False
            return
        page = pages.Page(row[0])
        self.names += page.names
        self.counts = np.concatenate((self.counts, page.counts))
        places = page.places(np.arange(len(page.names))) + self.shift
        self.places = np.concatenate((self.places, places))

    def take(self, last: str) -> tuple[list[str], npt.NDArray[np.intp], Places]:
        """Let go of the lists up to a name."""
        while self.more and self.names[-1] <= last:
            self.read()  # it may go on in the next page
        at = bisect_right(self.names, last)
        to = int(self.counts[:at].sum())
        taken = self.names[:at], self.counts[:at], self.places[:to]
        self.names, self.counts, self.places = self.names[at:], self.counts[at:], self.places[to:]
        return taken


def _merged(db: sqlite3.Connection, parts: list[Segment]) -> Iterator[tuple[str, bytes]]:
    """The pages of neighboring segments as one: a few pages of each at a time."""
    streams = [_Stream(db, part, part.first - parts[0].first) for part in parts]
    while True:
        for stream in streams:
            if stream.more and not stream.names:
                stream.read()
        held = [stream for stream in streams if stream.names]
        if not held:
            return
        last = min((stream.names[-1] for stream in held if stream.more), default=None)
        if last is None:
            last = max(stream.names[-1] for stream in held)
        taken = [stream.take(last) for stream in held]
        names = sorted({name for part, _, _ in taken for name in part})
        rank = {name: at for at, name in enumerate(names)}
        ranks = np.concatenate(
            [
                np.repeat(np.array([rank[name] for name in part], np.int32), counts)
                for part, counts, _ in taken
            ]
        )
        places = np.concatenate([part for _, _, part in taken])
        # documents rise from segment to segment: by list, then as they come
        by_list = np.argsort(ranks, kind="stable")
        yield from pages.write([name[:-2] for name in names], ranks[by_list], places[by_list])
