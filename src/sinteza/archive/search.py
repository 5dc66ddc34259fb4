"""Search an archive: the exact, complete set of every query, as of any day.

Segments are searched one after another, each part of a query giving the documents of the segment
that it selects. Memory is that of one segment, whatever the size of the archive.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from sinteza.archive import index
from sinteza.archive.build import connect
from sinteza.archive.index import Mask, Segment
from sinteza.archive.match import Matcher, unsupported
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
    """An open archive. It may be searched while another process loads files into it."""

    def __init__(self, folder: Path, thesaurus: Thesaurus) -> None:
        self.folder = folder
        self.thesaurus = thesaurus
        self.db = connect(folder)
        self.segments = index.segments(self.db)

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

    @functools.cached_property
    def day(self) -> date:
        """The latest day of revision in the archive: the day it speaks of."""
        (day,) = self.db.execute("SELECT coalesce(max(day), 0) FROM file").fetchone()
        return date.fromordinal(max(day, 1))

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 over the files loaded, in order: the same files give the same digest."""
        whole = hashlib.sha256()
        for (file_digest,) in self.db.execute("SELECT digest FROM file ORDER BY seq"):
            whole.update(file_digest.encode())
        return whole.hexdigest()

    def info(self) -> Info:
        """Counts, date, digest and size."""
        db = self.db
        (versions,) = db.execute("SELECT coalesce(sum(documents), 0) FROM segment").fetchone()
        (records,) = db.execute("SELECT count(*) FROM current WHERE gone IS NULL").fetchone()
        (deleted,) = db.execute("SELECT count(*) FROM current WHERE gone IS NOT NULL").fetchone()
        files = db.execute("SELECT name, done FROM file ORDER BY seq").fetchall()
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (page_size,) = db.execute("PRAGMA page_size").fetchone()
        return Info(
            records=records,
            versions=versions,
            deleted=deleted,
            files=len(files),
            unfinished=tuple(name for name, done in files if not done),
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
            lines = explain(root, hits=lambda node: len(self._pmids(node, as_of, today)))
        return Answer(
            ids=tuple(map(str, found.tolist())),
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

    def _masks(self, root: Node, as_of: date | None, today: date) -> Iterator[tuple[Segment, Mask]]:
        for segment in self.segments:
            mask = Matcher(segment, self.thesaurus, today).mask(root)
            yield segment, mask & self._standing(segment, as_of)

    def _pmids(self, root: Node, as_of: date | None, today: date) -> npt.NDArray[np.int32]:
        parts = [segment.columns["pmid"][mask] for segment, mask in self._masks(root, as_of, today)]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int32)

    @functools.cached_property
    def _ended(self) -> npt.NDArray[np.int64]:
        """Document and last day of those that no longer stand, by document."""
        rows = self.db.execute("SELECT document, day FROM ended ORDER BY document").fetchall()
        return np.array(rows, np.int64).reshape(-1, 2)

    def _standing(self, segment: Segment, as_of: date | None) -> Mask:
        low, high = np.searchsorted(
            self._ended[:, 0], (segment.first, segment.first + segment.documents)
        )
        ended = self._ended[low:high]
        until = np.full(segment.documents, NEVER, np.int64)
        until[ended[:, 0] - segment.first] = ended[:, 1]
        if as_of is None:
            now: Mask = until == NEVER
            return now
        day = as_of.toordinal()
        standing: Mask = (segment.columns["since"] <= day) & (until > day)
        return standing

    def _notes(
        self, root: Node, window: Window | None, as_of: date | None, today: date
    ) -> Iterator[Note]:
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
                int((segment.columns["lr"][mask] > day).sum())
                for segment, mask in self._masks(root, as_of, today)
            )
            if later:
                yield _note(
                    "I-LATER-REVISION",
                    f"{later} of the records found are kept only as revised after that day",
                )

    # ---- records

    def raw(self, ids: Iterable[str | int]) -> Iterator[bytes]:
        """The ``PubmedArticle`` of each PMID, as it came, in the order asked.

        ArchiveError for a PMID that is not in the archive (or was deleted).
        """
        kept: tuple[int, bytes] = (0, b"")
        for wanted in ids:
            row = self.db.execute(
                "SELECT document, gone FROM current WHERE pmid = ?", (int(wanted),)
            ).fetchone()
            if row is None or row[1] is not None:
                raise ArchiveError(
                    f"PMID {wanted} is not in the archive" + (" any more" if row else ""),
                    where=str(self.folder),
                    hint="sinteza archive info DIR says what is.",
                )
            segment = self._segment_of(row[0])
            at = row[0] - segment.first
            number, offset, length = (
                int(segment.columns[name][at]) for name in ("block", "offset", "length")
            )
            if kept[0] != number:
                kept = (number, index.block(self.db, number))
            yield kept[1][offset : offset + length]

    def _segment_of(self, document: int) -> Segment:
        firsts = [segment.first for segment in self.segments]
        return self.segments[int(np.searchsorted(firsts, document, side="right")) - 1]

    def fetch(self, ids: Iterable[str | int], *, size: int = 500) -> Iterator[bytes]:
        """The records as whole ``PubmedArticleSet`` files of at most ``size`` records."""
        part: list[bytes] = []
        for article in self.raw(ids):
            part.append(article)
            if len(part) == size:
                yield _OPENING + b"\n".join(part) + b"\n" + _CLOSING
                part = []
        if part:
            yield _OPENING + b"\n".join(part) + b"\n" + _CLOSING


def parse_notes(query: str) -> tuple[Note, ...]:
    """What the parser remarked."""
    return parse_strategy(query, local=True).notes


def _note(code: str, message: str) -> Note:
    return Note(code=code, message=message, start=0, end=1)


__all__ = ["Answer", "Archive", "Info", "open_archive"]
