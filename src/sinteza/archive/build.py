"""Load PubMed's files into an archive, batch by batch, each batch one transaction."""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files as resources
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from sinteza.archive import segments
from sinteza.archive.content import DATE_FIELDS
from sinteza.archive.drafts import Draft, Ready, Table, Workshop, processes
from sinteza.archive.splitting import ARTICLE, Item, check, items, open_file
from sinteza.errors import ArchiveError

FILE = "archive.db"
FORMAT = "2"
BATCH = 32_768
"""Most documents of a segment."""
BYTES = 64 << 20
"""Most bytes of XML of a segment: a batch ends earlier if its records are long; bounds memory."""

Progress = Callable[[str, int, int | None], None]
_Change = tuple[int, int | None, int, int]
"""PMID, document or (for a deletion) None, the day it was created, the day of the change."""


def silent(what: str, done: int, total: int | None) -> None:
    """No progress."""


class Loaded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call brought in: files read, files that were in already, records, deletions."""

    files: int
    known: int
    records: int
    deleted: int


def build(
    folder: Path,
    files: Sequence[Path],
    *,
    progress: Progress = silent,
    batch: int = BATCH,
    jobs: int | None = 1,
) -> Loaded:
    """Make an archive of baseline files, in the order given, or go on with one begun.

    ``jobs`` processes read and index (None: as many as there are CPUs); the archive is the same
    with any number. ArchiveError if the folder holds an archive of other files; FormatError for a
    damaged file.
    """
    if not files:
        raise ArchiveError("There are no files to build from", hint="archive build DIR FILE ...")
    with _locked(folder) as lock:
        digests = [check(path) for path in files]
        database = folder / FILE
        if database.exists():
            with contextlib.closing(connect(folder)) as db:
                known = {row[0] for row in db.execute("SELECT digest FROM file")}
            if known - set(digests):
                raise ArchiveError(
                    "There is an archive here already, of other files",
                    where=str(folder),
                    hint="Add to it with: sinteza archive update, or choose another folder.",
                )
        else:
            _create(folder)
        pairs = list(zip(files, digests, strict=True))
        return _load(folder, pairs, progress, batch, processes(jobs), lock)


def update(
    folder: Path,
    files: Sequence[Path],
    *,
    progress: Progress = silent,
    batch: int = BATCH,
    jobs: int | None = 1,
) -> Loaded:
    """Load update files in the order given: later versions replace, deletions remove.

    A file that is in already is passed over, so that a call that was cut can be repeated.
    """
    connect(folder).close()
    with _locked(folder) as lock:
        pairs = [(path, check(path)) for path in files]
        return _load(folder, pairs, progress, batch, processes(jobs), lock)


def connect(folder: Path) -> sqlite3.Connection:
    """The database of an archive; ArchiveError if there is none or it is of another format."""
    database = folder / FILE
    if not database.exists():
        raise ArchiveError(
            "There is no archive here",
            where=str(folder),
            hint="Make one: sinteza archive build DIR FILE ...",
        )
    db = sqlite3.connect(database, isolation_level=None)
    try:
        row = db.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
    except sqlite3.DatabaseError as error:
        db.close()
        raise ArchiveError(
            f"This is not an archive of Sinteza ({error})", where=str(database)
        ) from error
    if row is None or row[0] != FORMAT:
        db.close()
        raise ArchiveError(
            f"The archive has format {row and row[0]}; this Sinteza reads {FORMAT}",
            where=str(database),
            hint="Build it again from NLM's files.",
        )
    return db


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """One process loads at a time; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ArchiveError(
                "Another process is loading files into this archive",
                where=str(folder),
                hint="Wait until it is done.",
            ) from error
        yield lock.fileno()


def _create(folder: Path) -> None:
    fresh = folder / (FILE + ".new")
    fresh.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute("PRAGMA page_size = 4096")
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.executescript((resources("sinteza.archive") / "schema.sql").read_text())
        db.execute("INSERT INTO about VALUES ('format', ?)", (FORMAT,))
    fresh.rename(folder / FILE)


@dataclass
class _File:
    seq: int
    name: str
    digest: str
    taken: int = 0
    records: int = 0
    deleted: int = 0
    day: int = 0
    done: bool = False


def _load(
    folder: Path,
    files: Sequence[tuple[Path, str]],
    progress: Progress,
    batch: int,
    jobs: int,
    lock: int,
) -> Loaded:
    known = 0
    opened: set[int] = set()
    with contextlib.closing(connect(folder)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        rows = db.execute("SELECT seq, name, digest, taken, records, deleted, day, done FROM file")
        here = {
            digest_: _File(seq, name, digest_, taken, found, gone, day, bool(done))
            for seq, name, digest_, taken, found, gone, day, done in rows
        }
        before = _sums(here)
        writer = _Writer(db)
        loading = _Loading(writer, batch, jobs, lock, progress)
        try:
            for number, (path, file_digest) in enumerate(files):
                file = here.get(file_digest)
                if file is None:
                    file = here[file_digest] = _File(len(here) + 1, path.name, file_digest)
                if file.done or file.seq in opened:
                    known += 1
                    continue
                opened.add(file.seq)
                with open_file(path) as stream:
                    for item in islice(items(stream, path=str(path)), file.taken, None):
                        loading.add(file, item, path)
                loading.end_of(file)
                progress("files", number + 1, len(files))
            loading.finish()
        finally:
            loading.workshop.stop()
        segments.merge(db, width=segments.FEW)
        db.executescript("PRAGMA incremental_vacuum")  # a script is run to its end
        db.execute("PRAGMA busy_timeout = 0")  # who reads on keeps the log; nobody waits for it
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    records, deleted = (now - then for now, then in zip(_sums(here), before, strict=True))
    return Loaded(files=len(opened), known=known, records=records, deleted=deleted)


def _sums(files: dict[str, _File]) -> tuple[int, int]:
    return sum(f.records for f in files.values()), sum(f.deleted for f in files.values())


class _Step(NamedTuple):
    """What came next of a file: some articles, a list of deletions, or (neither) its end."""

    file: _File
    articles: int = 0
    deletions: tuple[int, ...] | None = None


class _Loading:
    """Gathers what is read into drafts, and has each written when it is ready, in order."""

    def __init__(
        self, writer: _Writer, batch: int, jobs: int, lock: int, progress: Progress
    ) -> None:
        self.writer = writer
        self.batch = batch
        self.progress = progress
        self.workshop = Workshop(jobs, self._ready, lock)
        self.waiting: deque[list[_Step]] = deque()
        self._fresh()

    def _fresh(self) -> None:
        self.draft = Draft()
        self.steps: list[_Step] = []

    def add(self, file: _File, item: Item, path: Path) -> None:
        if item.kind != ARTICLE:
            self.steps.append(_Step(file, deletions=tuple(item.pmids)))
            return
        self.draft.add(item.raw, str(path))
        last = self.steps[-1] if self.steps else None
        if last and last.file is file and last.articles:
            self.steps[-1] = last._replace(articles=last.articles + 1)
        else:
            self.steps.append(_Step(file, articles=1))
        if len(self.draft.articles) >= self.batch or self.draft.size >= BYTES:
            self._hand_over()

    def end_of(self, file: _File) -> None:
        self.steps.append(_Step(file))

    def finish(self) -> None:
        """Write what is left."""
        if self.draft.articles:
            self._hand_over()
        self.workshop.finish()
        if self.steps:
            self.writer.commit(self.steps, None)

    def _hand_over(self) -> None:
        draft, steps = self.draft, self.steps
        self._fresh()
        self.waiting.append(steps)
        self.workshop.add(draft)

    def _ready(self, ready: Ready) -> None:
        steps = self.waiting.popleft()
        self.writer.commit(steps, ready)
        segments.merge(self.writer.db)
        self.progress(steps[-1].file.name, steps[-1].file.taken, None)


class _Writer:
    """Writes what is ready, each time in one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.first, self.segment = db.execute(
            "SELECT coalesce(max(first + documents), 0), coalesce(max(id), 0) + 1 FROM segment"
        ).fetchone()
        (self.block,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM block").fetchone()

    def changes(self, steps: Sequence[_Step], documents: Table) -> list[_Change]:
        """Versions and deletions in file order; counts them in their files."""
        column = {name: at for at, name in enumerate(DATE_FIELDS, 1)}
        entered, created, revised = (documents[:, column[name]] for name in ("edat", "crdt", "lr"))
        since = np.where(created, created, np.where(entered, entered, revised))
        rows = zip(
            documents[:, 0].tolist(), since.tolist(), np.maximum(revised, since).tolist(),
            strict=True,
        )  # fmt: skip
        latest = revised.tolist()
        found: list[_Change] = []
        document = 0
        for file, articles, deletions in steps:
            for pmid, first, day in islice(rows, articles):
                found.append((pmid, document, first, day))
                file.day = max(file.day, latest[document])
                document += 1
            file.taken += articles
            file.records += articles
            if deletions is not None:
                found += ((pmid, None, 0, file.day) for pmid in deletions)
                file.taken += 1
                file.deleted += len(deletions)
            elif not articles:
                file.done = True
        return found

    def versions(self, changes: Sequence[_Change], documents: int) -> list[int]:
        """From when each new document stands; writes ``current`` and ``ended``."""
        since = [0] * documents
        latest: dict[int, tuple[int, int, int | None]] = {}
        ended: list[tuple[int, int]] = []
        for pmid, document, created, day in changes:
            before = latest.get(pmid)
            if before is None:
                before = self.db.execute(
                    "SELECT document, day, gone FROM current WHERE pmid = ?", (pmid,)
                ).fetchone()
            if document is None:
                if before is not None and before[2] is None:
                    gone = max(day, before[1])
                    ended.append((before[0], gone))
                    latest[pmid] = (before[0], before[1], gone)
                continue
            if before is None:
                since[document] = created
            else:
                day = max(day, before[1], before[2] or 0)
                since[document] = day
                if before[2] is None:
                    ended.append((before[0], day))
            latest[pmid] = (self.first + document, day, None)
        self.db.executemany("INSERT INTO ended VALUES (?, ?)", ended)
        self.db.executemany(
            "INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?)",
            [(pmid, *entry) for pmid, entry in sorted(latest.items())],
        )
        return since

    def commit(self, steps: Sequence[_Step], ready: Ready | None) -> None:
        """All of it in one transaction: whoever kills the process finds the last one whole."""
        db = self.db
        documents = ready.documents if ready else np.zeros((0, 1 + len(DATE_FIELDS)), np.int64)
        db.execute("BEGIN IMMEDIATE")
        try:
            since = self.versions(self.changes(steps, documents), len(documents))
            if ready:
                where = ready.where + np.array((self.block, 0, 0))
                table = np.column_stack([documents[:, 0], since, documents[:, 1:], where])
                segments.write(db, self.segment, self.first, table, ready.pages)
                db.executemany(
                    "INSERT INTO block VALUES (?, ?, ?)",
                    ((number, *block) for number, block in enumerate(ready.blocks, self.block)),
                )
            for file in {step.file.seq: step.file for step in steps}.values():
                db.execute(
                    "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (file.seq, file.name, file.digest, file.taken, file.records, file.deleted,
                     file.day, int(file.done)),
                )  # fmt: skip
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        if ready:
            self.first += len(documents)
            self.segment += 1
            self.block += len(ready.blocks)
