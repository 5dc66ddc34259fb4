"""Search an archive: the exact, complete set of every query, as of any day.

Segments are searched one after another, each part of a query giving the documents of the segment
that it selects. Memory is that of one segment, whatever the size of the archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from sinteza.archive import index
from sinteza.archive.build import connect
from sinteza.archive.index import Segment
from sinteza.archive.match import Matcher, unsupported
from sinteza.archive.places import Mask
from sinteza.archive.when import NEVER
from sinteza.errors import ArchiveError
from sinteza.query.explain import Line, explain
from sinteza.query.mesh import Thesaurus, shipped
from sinteza.query.strategy import parse_strategy
from sinteza.query.translate import Translation, translate
from sinteza.query.tree import (
    Concept,
    DateRange,
    Mesh,
    Node,
    Note,
    Query,
    RelativeDate,
    join,
    walk,
)

Window = tuple[date, date]

_OPENING = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
_CLOSING = b"</PubmedArticleSet>\n"


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A complete answer. ``ids`` are all PMIDs, ascending; ``as_of`` and ``archive`` (its digest)
    say what was searched, ``translation`` and ``mesh_year`` how the query was read.
    """

    ids: tuple[str, ...]
    count: int
    translation: Translation
    mesh_year: int
    as_of: str
    archive: str
    notes: tuple[Note, ...] = ()
    lines: tuple[Line, ...] = ()


class Info(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an archive holds. ``records`` stand now, ``versions`` were ever loaded; ``date`` is the
    latest revision in it; ``digest`` follows from the files and their order alone.
    """

    records: int
    versions: int
    deleted: int
    files: int
    unfinished: tuple[str, ...]
    segments: int
    date: str
    digest: str
    bytes: int


def open_archive(path: Path | str, *, thesaurus: Thesaurus | None = None) -> Archive:
    """Open an archive for searching; ArchiveError if there is none. Close it, or use ``with``."""
    return Archive(Path(path), thesaurus or shipped())


class Archive:
    """An open archive, as it stood when opened, whatever another process loads meanwhile."""

    def __init__(self, folder: Path, thesaurus: Thesaurus) -> None:
        self.folder = folder
        self.thesaurus = thesaurus
        self.db = connect(folder)
        # one transaction until it is closed: a load going on meanwhile is not seen, and the
        # segments it merges stay where they are for this reader
        self.db.execute("BEGIN")
        self.segments = index.segments(self.db)
        ended = self.db.execute("SELECT document, day FROM ended ORDER BY document").fetchall()
        files = self.db.execute("SELECT name, digest, day, done FROM file ORDER BY seq").fetchall()
        self._ended = np.array(ended, np.int64).reshape(-1, 2)
        self.day = date.fromordinal(max((day for _, _, day, _ in files), default=0) or 1)
        """The latest day of revision in the archive: the day it speaks of."""
        self.digest = hashlib.sha256("".join(row[1] for row in files).encode()).hexdigest()
        """SHA-256 over the files loaded, in order: the same files give the same digest."""
        self.unfinished = tuple(name for name, _, _, done in files if not done)
        """Files whose loading was cut: records may be missing."""

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.db.close()

    # ---- what is in it

    def info(self) -> Info:
        """Counts, date, digest and size."""
        db = self.db
        (versions,) = db.execute("SELECT coalesce(sum(documents), 0) FROM segment").fetchone()
        (records,) = db.execute("SELECT count(*) FROM current WHERE gone IS NULL").fetchone()
        (deleted,) = db.execute("SELECT count(*) FROM current WHERE gone IS NOT NULL").fetchone()
        (files,) = db.execute("SELECT count(*) FROM file").fetchone()
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (page_size,) = db.execute("PRAGMA page_size").fetchone()
        return Info(
            records=records,
            versions=versions,
            deleted=deleted,
            files=files,
            unfinished=self.unfinished,
            segments=len(self.segments),
            date=self.day.isoformat(),
            digest=self.digest,
            bytes=pages * page_size,
        )

    # ---- search

    def search(
        self,
        query: str,
        window: Window | None = None,
        as_of: date | None = None,
        *,
        date_field: str = "dp",
        explained: bool = False,
    ) -> Answer:
        """All records of a query, within a window of ``date_field``, as the archive stood on a day.

        ``as_of`` takes of each record the last version revised by that day; one created by then but
        kept only in a later revision stands too, and is counted in a note. QueryError for a query
        that cannot be run or names what no archive holds.
        """
        translation = translate(parse_strategy(query, local=True), self.thesaurus)
        root = translation.root
        unsupported(root, query)
        if window is not None:
            root = join("AND", root, DateRange(date_field, *window))
        today = as_of or self.day
        found = self._pmids(root, as_of, today)
        notes = [*parse_notes(query), *translation.notes, *self._notes(root, window, as_of, today)]
        lines: tuple[Line, ...] = ()
        if explained:
            hits = self._hits(root, as_of, today)
            lines = explain(root, hits=lambda node: hits[id(node)])
        return Answer(
            ids=_written(found),
            count=len(found),
            translation=translation,
            mesh_year=translation.mesh_year,
            as_of=today.isoformat(),
            archive=self.digest,
            notes=tuple(dict.fromkeys(notes)),
            lines=lines,
        )

    def matching(self, root: Node, as_of: date | None = None) -> tuple[int, ...]:
        """The PMIDs of a tree already translated, ascending."""
        return tuple(self._pmids(root, as_of, as_of or self.day).tolist())

    def explain(self, query: Query, as_of: date | None = None) -> tuple[Line, ...]:
        """The parts of a query as typed, with the records that each finds by itself.

        QueryError for what no archive holds.
        """

        def translated(node: Node) -> Node:
            return translate(replace(query, root=node), self.thesaurus).root

        unsupported(translated(query.root), query.text)
        return explain(query.root, hits=lambda node: len(self.matching(translated(node), as_of)))

    def _masks(self, root: Node, as_of: date | None, today: date) -> Iterator[tuple[Segment, Mask]]:
        for segment in self.segments:
            mask = Matcher(segment, self.thesaurus, today).mask(root)
            yield segment, mask & self._standing(segment, as_of)

    def _hits(self, root: Node, as_of: date | None, today: date) -> dict[int, int]:
        """The records of every part of a tree, by the part's identity."""
        found: dict[int, int] = {}
        for segment in self.segments:
            matcher = Matcher(segment, self.thesaurus, today)
            standing = self._standing(segment, as_of)
            for node in reversed(list(walk(root))):  # parts before what they are parts of
                matcher.known[id(node)] = mask = matcher.mask(node)
                found[id(node)] = found.get(id(node), 0) + int((mask & standing).sum())
        return found

    def _pmids(self, root: Node, as_of: date | None, today: date) -> npt.NDArray[np.int32]:
        parts = [segment.column("pmid")[mask] for segment, mask in self._masks(root, as_of, today)]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int32)

    def _standing(self, segment: Segment, as_of: date | None) -> Mask:
        low, high = np.searchsorted(
            self._ended[:, 0], (segment.first, segment.first + segment.documents)
        )
        ended = self._ended[low:high]
        if as_of is None:
            now = ~segment.nothing()
            now[ended[:, 0] - segment.first] = False
            return now
        until = np.full(segment.documents, NEVER, np.int32)
        until[ended[:, 0] - segment.first] = ended[:, 1]
        day = as_of.toordinal()
        standing: Mask = (segment.column("since") <= day) & (until > day)
        return standing

    def _notes(
        self, root: Node, window: Window | None, as_of: date | None, today: date
    ) -> Iterator[Note]:
        if self.unfinished:
            names = ", ".join(self.unfinished)
            yield _note("W-UNFINISHED", f"Loading was cut: records of {names} may be missing")
        nodes = list(walk(root))
        if any(isinstance(node, RelativeDate) for node in nodes):
            yield _note("I-DAY-OF-SEARCH", f"'last ...' counts back from {today.isoformat()}")
        if any(isinstance(node, (Mesh, Concept)) for node in nodes):
            within = DateRange("dp", *window) if window else None
            count = sum(
                int((mask & Matcher(segment, self.thesaurus, today).without_mesh(within)).sum())
                for segment in self.segments
                for mask in (self._standing(segment, as_of),)
            )
            if count:
                yield _note(
                    "I-NO-MESH",
                    f"{count} records searched have no MeSH headings; [mh] cannot find them",
                )
        if as_of is not None:
            day = as_of.toordinal()
            later = sum(
                int((segment.column("lr")[mask] > day).sum())
                for segment, mask in self._masks(root, as_of, today)
            )
            if later:
                yield _note(
                    "I-LATER-REVISION",
                    f"{later} of the records found are kept only as revised after that day",
                )

    # ---- records

    def raw(self, ids: Iterable[str | int], as_of: date | None = None) -> Iterator[bytes]:
        """The ``PubmedArticle`` of each PMID, as it came, in the order asked.

        With ``as_of``, in the version that a search as of that day finds. ArchiveError for a PMID
        that is not in the archive (or was deleted).
        """
        wanted = [int(pmid) for pmid in ids]
        then = self._documents(wanted, as_of) if as_of else None
        kept: tuple[int, bytes] = (0, b"")
        for pmid in wanted:
            document = self._document(pmid) if then is None else then.get(pmid)
            if document is None:
                raise ArchiveError(
                    f"PMID {pmid} is not in the archive"
                    + (f" as of {as_of.isoformat()}" if as_of else ""),
                    where=str(self.folder),
                    hint="It was never loaded, or was deleted.",
                )
            segment = self._segment_of(document)
            at = document - segment.first
            number, offset, length = (
                int(segment.column(name)[at]) for name in ("block", "offset", "length")
            )
            if kept[0] != number:
                kept = (number, index.block(self.db, number))
            yield kept[1][offset : offset + length]

    def _document(self, pmid: int) -> int | None:
        row = self.db.execute(
            "SELECT document FROM current WHERE pmid = ? AND gone IS NULL", (pmid,)
        ).fetchone()
        return None if row is None else int(row[0])

    def _documents(self, pmids: list[int], as_of: date) -> dict[int, int]:
        found: dict[int, int] = {}
        for segment in self.segments:
            column = segment.column("pmid")
            here = np.flatnonzero(np.isin(column, pmids) & self._standing(segment, as_of))
            found.update(zip(column[here].tolist(), (here + segment.first).tolist(), strict=True))
        return found

    def _segment_of(self, document: int) -> Segment:
        firsts = [segment.first for segment in self.segments]
        return self.segments[int(np.searchsorted(firsts, document, side="right")) - 1]

    def fetch(
        self, ids: Iterable[str | int], as_of: date | None = None, *, size: int = 500
    ) -> Iterator[bytes]:
        """The records as whole ``PubmedArticleSet`` files of at most ``size`` records."""
        part: list[bytes] = []
        for article in self.raw(ids, as_of):
            part.append(article)
            if len(part) == size:
                yield _OPENING + b"\n".join(part) + b"\n" + _CLOSING
                part = []
        if part:
            yield _OPENING + b"\n".join(part) + b"\n" + _CLOSING


def parse_notes(query: str) -> tuple[Note, ...]:
    """What the parser remarked."""
    return parse_strategy(query, local=True).notes


def _written(pmids: npt.NDArray[np.int32]) -> tuple[str, ...]:
    """Ascending numbers as strings, all of a length at a time: half the time of ``str``."""
    found: list[str] = []
    for length in range(1, 11):
        low, high = np.searchsorted(pmids, (10 ** (length - 1), 10**length))
        rest = pmids[low:high].astype(np.uint32)
        if len(rest):
            digits = np.empty((len(rest), length), np.uint32)
            for at in reversed(range(length)):
                tens = rest // np.uint32(10)
                digits[:, at] = rest - tens * np.uint32(10) + np.uint32(ord("0"))
                rest = tens
            found += digits.view(f"<U{length}").ravel().tolist()
    return tuple(found)


def _note(code: str, message: str) -> Note:
    return Note(code=code, message=message, start=0, end=1)


__all__ = ["Answer", "Archive", "Info", "open_archive"]
