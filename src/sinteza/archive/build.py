"""Load PubMed's files into an archive, batch by batch, each batch one transaction."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files as resources
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import Struct

from sinteza.archive import segments
from sinteza.archive.content import days, index
from sinteza.archive.postings import Collector
from sinteza.archive.reading import read
from sinteza.archive.splitting import ARTICLE, Item, check, items, open_file
from sinteza.errors import ArchiveError

FILE = "archive.db"
FORMAT = "2"
BATCH = 32_768
"""Most documents of a segment."""
TOKENS = 4_000_000
"""Most words of a segment: a batch ends earlier if its records are long; bounds memory."""
BLOCK = 32
"""Records compressed together: more is smaller, fewer is faster to fetch."""

Progress = Callable[[str, int, int | None], None]


def silent(what: str, done: int, total: int | None) -> None:
    """No progress."""


class Loaded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call brought in: files read, files that were in already, records, deletions."""

    files: int
    known: int
    records: int
    deleted: int


def build(
    folder: Path, files: Sequence[Path], *, progress: Progress = silent, batch: int = BATCH
) -> Loaded:
    """Make an archive of baseline files, in the order given, or go on with one begun.

    ArchiveError if the folder holds an archive of other files; FormatError for a damaged file.
    """
    if not files:
        raise ArchiveError("There are no files to build from", hint="archive build DIR FILE ...")
    with _locked(folder):
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
        return _load(folder, list(zip(files, digests, strict=True)), progress, batch)


def update(
    folder: Path, files: Sequence[Path], *, progress: Progress = silent, batch: int = BATCH
) -> Loaded:
    """Load update files in the order given: later versions replace, deletions remove.

    A file that is in already is passed over, so that a call that was cut can be repeated.
    """
    connect(folder).close()
    with _locked(folder):
        return _load(folder, [(path, check(path)) for path in files], progress, batch)


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
def _locked(folder: Path) -> Iterator[None]:
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
        yield


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
    folder: Path, files: Sequence[tuple[Path, str]], progress: Progress, batch: int
) -> Loaded:
    known = 0
    read_files: list[_File] = []
    records = deleted = 0
    with contextlib.closing(connect(folder)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        rows = db.execute("SELECT seq, name, digest, taken, records, deleted, day, done FROM file")
        here = {
            digest_: _File(seq, name, digest_, taken, found, gone, day, bool(done))
            for seq, name, digest_, taken, found, gone, day, done in rows
        }
        batch_open = _Batch(db, batch)
        for number, (path, file_digest) in enumerate(files):
            file = here.get(file_digest)
            if file is None:
                file = here[file_digest] = _File(len(here) + 1, path.name, file_digest)
            if file.done:
                known += 1
                continue
            read_files.append(file)
            before = file.records, file.deleted
            with open_file(path) as stream:
                for item in islice(items(stream, path=str(path)), file.taken, None):
                    batch_open.add(file, item, path)
                    if batch_open.full:
                        batch_open.commit()
                        segments.merge(db)
                        progress(path.name, file.taken, None)
            file.done = True
            batch_open.touch(file)
            records += file.records - before[0]
            deleted += file.deleted - before[1]
            progress("files", number + 1, len(files))
        batch_open.commit()
        segments.merge(db, width=segments.FEW)
        db.executescript("PRAGMA incremental_vacuum")  # a script is run to its end
        db.execute("PRAGMA busy_timeout = 0")  # who reads on keeps the log; nobody waits for it
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Loaded(files=len(read_files), known=known, records=records, deleted=deleted)


class _Batch:
    """What is read and not yet committed."""

    def __init__(self, db: sqlite3.Connection, most: int) -> None:
        self.db = db
        self.most = most
        self.first, self.segment = db.execute(
            "SELECT coalesce(max(first + documents), 0), coalesce(max(id), 0) + 1 FROM segment"
        ).fetchone()
        (self.block,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM block").fetchone()
        self.fresh()

    def fresh(self) -> None:
        self.collector = Collector()
        self.rows: list[tuple[int, ...]] = []
        self.places: list[tuple[int, int, int]] = []
        self.blocks: list[tuple[int, str, bytes]] = []
        self.raw: list[bytes] = []
        self.touched: dict[int, _File] = {}
        # (pmid, document or None, created, day): versions and deletions in file order
        self.changes: list[tuple[int, int | None, int, int]] = []

    @property
    def full(self) -> bool:
        return len(self.rows) >= self.most or len(self.collector.terms) >= TOKENS

    def touch(self, file: _File) -> None:
        self.touched[file.seq] = file

    def add(self, file: _File, item: Item, path: Path) -> None:
        self.touch(file)
        file.taken += 1
        if item.kind != ARTICLE:
            for pmid in item.pmids:
                self.changes.append((pmid, None, 0, file.day))
                file.deleted += 1
            return
        content = read(item.raw, path=str(path))
        record = content.record
        pmid = int(record.source_id)
        when = days(record)
        _, _, entered, created, _, revised, _ = when
        since = created or entered or revised
        self.collector.begin()
        index(content, self.collector.text, self.collector.key)
        self.changes.append((pmid, len(self.rows), since, max(revised, since)))
        self.rows.append((pmid, since, *when))
        self.keep(item.raw)
        file.records += 1
        file.day = max(file.day, revised)

    def keep(self, raw: bytes) -> None:
        self.places.append((self.block, sum(map(len, self.raw)), len(raw)))
        self.raw.append(raw)
        if len(self.raw) == BLOCK:
            self.close_block()

    def close_block(self) -> None:
        if not self.raw:
            return
        from isal import isal_zlib

        whole = b"".join(self.raw)
        packed = isal_zlib.compress(whole, 3)
        self.blocks.append((self.block, hashlib.sha256(whole).hexdigest(), packed))
        self.raw.clear()
        self.block += 1

    def versions(self) -> list[int]:
        """From when each new document stands; writes ``current`` and ``ended``."""
        since = [0] * len(self.rows)
        latest: dict[int, tuple[int, int, int | None]] = {}
        ended: list[tuple[int, int]] = []
        for pmid, document, created, day in self.changes:
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

    def commit(self) -> None:
        """All of it in one transaction: whoever kills the process finds the last one whole."""
        self.close_block()
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        try:
            since = self.versions()
            if self.rows:
                table = np.array(self.rows, np.int64)
                table[:, 1] = since
                table = np.hstack([table, np.array(self.places, np.int64)])
                segments.write(db, self.segment, self.first, table, self.collector.pages())
                db.executemany("INSERT INTO block VALUES (?, ?, ?)", self.blocks)
            for file in self.touched.values():
                db.execute(
                    "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (file.seq, file.name, file.digest, file.taken, file.records, file.deleted,
                     file.day, int(file.done)),
                )  # fmt: skip
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        if self.rows:
            self.first += len(self.rows)
            self.segment += 1
        self.fresh()
