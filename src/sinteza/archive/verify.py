"""Is an archive sound? Everything in it is read again and compared."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import numpy as np

from sinteza.archive.build import Progress, connect, silent
from sinteza.archive.columns import Numbers
from sinteza.archive.drafts import AT_ONCE
from sinteza.archive.index import Segment, block, segments
from sinteza.archive.indexing import index
from sinteza.archive.pages import Page
from sinteza.archive.places import DOCUMENT_AT
from sinteza.archive.postings import Collector
from sinteza.archive.reading import pmids, read
from sinteza.errors import ArchiveError, FormatError

AT_MOST = 4_000_000
"""Words held while records are indexed again."""


def verify(folder: Path, *, quick: bool = False, progress: Progress = silent) -> tuple[str, ...]:
    """What is wrong, in sentences; empty if the archive is sound.

    Checks the database, every page against the digest of its segment, every block against its own,
    and that the versions fit together. Unless ``quick``, also indexes every record again and
    compares the sum over all places.
    """
    problems: list[str] = []
    with contextlib.closing(connect(folder)) as db:
        db.execute("BEGIN")  # what is loaded meanwhile is not looked at
        for (line,) in db.execute("PRAGMA integrity_check").fetchall():
            if line != "ok":
                problems.append(f"SQLite: {line}")
        parts = segments(db)
        expected = 0
        for done, segment in enumerate(parts):
            if segment.first != expected:
                problems.append(f"Segment {segment.number} does not begin where the last one ends")
            expected = segment.first + segment.documents
            problems += _segment(db, segment, quick)
            progress("segments", done + 1, len(parts))
        problems += _versions(db, parts)
    return tuple(problems)


def _segment(db: sqlite3.Connection, segment: Segment, quick: bool) -> list[str]:
    name = f"Segment {segment.number}"
    problems: list[str] = []
    try:
        digest, places = _pages(db, segment)
        (kept,) = db.execute(
            "SELECT digest FROM segment WHERE id = ?", (segment.number,)
        ).fetchone()
        if digest != kept:
            return [f"{name}: a page is missing or was changed"]
        if places is None:
            problems.append(f"{name}: the terms of its pages are not in order")
        again = _Again(name)
        articles: list[bytes] = []
        held: tuple[int, bytes] = (0, b"")
        columns = [segment.column(column) for column in ("block", "offset", "length", "pmid")]
        numbers = columns.pop()
        for number, offset, length in zip(*(column.tolist() for column in columns), strict=True):
            if held[0] != number:
                held = (number, block(db, number))
            articles.append(held[1][offset : offset + length])
            if len(articles) == AT_ONCE:
                problems += again.articles(articles, numbers, quick)
                articles = []
        problems += again.articles(articles, numbers, quick)
        again.collected()
    except (ArchiveError, FormatError, TypeError, ValueError) as error:
        return [*problems, f"{name}: {error}"]
    if not quick and not problems and again.total != places:
        problems.append(f"{name}: its records, indexed again, give another index")
    return problems


class _Sum:
    """A sum over the places of a segment, in whatever order they come."""

    def __init__(self) -> None:
        self.total = 0

    def page(self, page: Page, shift: int) -> None:
        """Add every place, mixed with the name of its list."""
        names = [
            int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
            for name in page.names
        ]
        mixed = page.places(np.arange(len(names))) + np.uint64(shift << DOCUMENT_AT)
        # the finalizer of splitmix64 (Steele, Lea, Flood 2014), so that errors do not cancel out
        mixed ^= np.repeat(np.array(names, np.uint64), page.counts)
        for right, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed ^= mixed >> np.uint64(right)
            mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
        self.total = (self.total + int(mixed.sum(dtype=np.uint64))) % (1 << 64)


class _Again(_Sum):
    """The same of a segment's records, read and indexed again."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.collector = Collector()
        self.documents = 0

    def articles(self, articles: list[bytes], numbers: Numbers, quick: bool) -> list[str]:
        """Index the next articles of a segment with these PMIDs; what is wrong with them."""
        begin = self.documents + self.collector.documents
        expected = numbers[begin : begin + len(articles)].tolist()
        problems = [
            f"{self.name}: PMID {pmid} is not where it should be"
            for raw, pmid in zip(articles, expected, strict=True)
            if not (raw.startswith(b"<PubmedArticle") and raw.endswith(b"</PubmedArticle>"))
        ]
        if quick or problems or not articles:
            self.documents += len(articles)
            return problems
        batch = read(articles)
        for found, pmid in zip(pmids(batch).tolist(), expected, strict=True):
            if found != pmid:
                problems.append(f"{self.name}: PMID {found} stands for {pmid}")
        self.collector.add(batch.articles, index(batch))
        if self.collector.size >= AT_MOST:
            self.collected()
        return problems

    def collected(self) -> None:
        """Add what was collected so far."""
        for _, data in self.collector.pages():
            self.page(Page(data), self.documents)
        self.documents += self.collector.documents
        self.collector = Collector()


def _pages(db: sqlite3.Connection, segment: Segment) -> tuple[str, int | None]:
    """The digest of a segment's pages and the sum of their places; None if out of order."""
    whole = hashlib.sha256()
    found = _Sum()
    last = ""
    in_order = True
    rows = db.execute(
        "SELECT number, data FROM page WHERE segment = ? ORDER BY number", (segment.number,)
    )
    count = 0
    for number, data in rows:
        whole.update(data)
        page = Page(data)
        found.page(page, 0)
        in_order &= number == count < len(segment.firsts)
        in_order = in_order and page.names[0] == segment.firsts[count] >= last
        in_order &= page.names == sorted(page.names)
        last = page.names[-1]
        count += 1
    in_order &= count == len(segment.firsts)
    return whole.hexdigest(), found.total if in_order else None


def _versions(db: sqlite3.Connection, parts: list[Segment]) -> list[str]:
    """Each PMID has one version that stands, or none if it was deleted."""
    problems: list[str] = []
    ended = {row[0] for row in db.execute("SELECT document FROM ended")}
    standing: dict[int, int] = {}
    for segment in parts:
        for at, pmid in enumerate(segment.column("pmid").tolist()):
            if segment.first + at not in ended:
                if pmid in standing:
                    problems.append(f"PMID {pmid} stands twice")
                standing[pmid] = segment.first + at
    current = dict(db.execute("SELECT pmid, document FROM current WHERE gone IS NULL"))
    if current != standing:
        problems.append("The list of records that stand does not agree with the versions")
    return problems
