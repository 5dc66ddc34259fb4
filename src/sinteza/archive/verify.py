"""Is an archive sound? Everything in it is read again and compared."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from sinteza.archive.build import Progress, connect, silent
from sinteza.archive.drafts import AT_ONCE, in_parts
from sinteza.archive.index import Segment, block, segments
from sinteza.archive.indexing import index
from sinteza.archive.postings import Collector, Page, digest
from sinteza.archive.reading import pmids, read
from sinteza.errors import ArchiveError, FormatError


def verify(folder: Path, *, quick: bool = False, progress: Progress = silent) -> tuple[str, ...]:
    """What is wrong, in sentences; empty if the archive is sound.

    Checks the database, every page against the digest of its segment, every block against its own,
    and that the versions fit together. Unless ``quick``, also indexes every record again and
    compares page by page.
    """
    problems: list[str] = []
    with contextlib.closing(connect(folder)) as db:
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
    pages = db.execute(
        "SELECT first, data FROM page WHERE segment = ? ORDER BY first", (segment.number,)
    ).fetchall()
    (kept,) = db.execute("SELECT digest FROM segment WHERE id = ?", (segment.number,)).fetchone()
    if digest(pages) != kept:
        return [f"{name}: a page is missing or was changed"]
    problems: list[str] = []
    try:
        for first, data in pages:
            page = Page.read(data)
            if page.terms[0] != first or page.terms != sorted(page.terms):
                problems.append(f"{name}: the terms of page '{first}' are not in order")
        columns = segment.columns
        articles: list[bytes] = []
        held: tuple[int, bytes] = (0, b"")
        for at in range(segment.documents):
            number, offset, length, pmid = (
                int(columns[column][at]) for column in ("block", "offset", "length", "pmid")
            )
            if held[0] != number:
                held = (number, block(db, number))
            raw = held[1][offset : offset + length]
            if not (raw.startswith(b"<PubmedArticle") and raw.endswith(b"</PubmedArticle>")):
                problems.append(f"{name}: PMID {pmid} is not where it should be")
            else:
                articles.append(raw)
        if quick or problems:
            return problems
        again = Collector()
        for part in in_parts(articles, AT_ONCE):
            batch = read(part)
            expected = columns["pmid"][again.documents : again.documents + batch.articles]
            for found, pmid in zip(pmids(batch).tolist(), expected.tolist(), strict=True):
                if found != pmid:
                    problems.append(f"{name}: PMID {found} stands for {pmid}")
            again.add(batch.articles, index(batch))
    except (ArchiveError, FormatError, ValueError) as error:
        return [*problems, f"{name}: {error}"]
    if list(again.pages()) != pages:
        problems.append(f"{name}: its records, indexed again, give other pages")
    return problems


def _versions(db: sqlite3.Connection, parts: list[Segment]) -> list[str]:
    """Each PMID has one version that stands, or none if it was deleted."""
    problems: list[str] = []
    ended = {row[0] for row in db.execute("SELECT document FROM ended")}
    standing: dict[int, int] = {}
    for segment in parts:
        for at, pmid in enumerate(segment.columns["pmid"].tolist()):
            if segment.first + at not in ended:
                if pmid in standing:
                    problems.append(f"PMID {pmid} stands twice")
                standing[pmid] = segment.first + at
    current = dict(db.execute("SELECT pmid, document FROM current WHERE gone IS NULL"))
    if current != standing:
        problems.append("The list of records that stand does not agree with the versions")
    return problems
