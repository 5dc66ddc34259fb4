"""The append-only log of a review in one SQLite file.

``digest`` of an event is SHA-256 over the digest before it and the event's own columns, so that a
change by hand shows. An append is one transaction: the events and what follows from them are
written together or not at all.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import msgspec

from sinteza.errors import LogTampered, SchemaTooNew, StoreError
from sinteza.model.decision import Actor
from sinteza.model.event import Event, Payload
from sinteza.store import artifacts, projections

SCHEMA = 1
_BUSY_SECONDS = 60.0
_encoder = msgspec.json.Encoder()
_payloads = msgspec.json.Decoder(Payload)
_actors = msgspec.json.Decoder(Actor)
_kind_of = {member: member.__struct_config__.tag for member in Payload.__args__}

Draft = tuple[str, Payload]


def event_digest(prev: str, columns: tuple[int, str, str, str, str, str]) -> str:
    """SHA-256 of the previous digest and the columns seq, at, actor, kind, subject, payload."""
    found = hashlib.sha256(prev.encode())
    for column in columns:
        part = str(column).encode()
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()


@contextmanager
def _as_store_error(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        message = str(error)
        hints = {
            "full": "Free some space and run the same command again; nothing was lost.",
            "readonly": "Choose a folder you may write to, or change its permissions.",
            "unable to open": "Choose a folder that exists and that you may write to.",
            "locked": "Another Sinteza writes to this review; wait for it, or end it.",
            "not a database": "This is no review; give the folder of one, or a new folder.",
            "malformed": "The file is damaged; restore it from a copy.",
            "disk I/O": "The disk does not answer; check it and its free space.",
        }
        hint = next((text for word, text in hints.items() if word in message), None)
        raise StoreError(
            f"The review cannot be used: {message}", where=str(path), hint=hint
        ) from error


class Store:
    """An open review file. A context manager; one writer at a time, any number of readers."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and not path.is_file():
            raise StoreError(
                "There is no review here",
                where=str(path),
                hint="Make one with 'sinteza run PROTOCOL --out DIR' or 'sinteza new DIR'.",
            )
        with _as_store_error(path):
            self.connection = self._connect(str(path))
            try:
                self._prepare()
            except BaseException as error:
                self.connection.close()
                if not (isinstance(error, sqlite3.OperationalError) and self._only_readable()):
                    raise
                # nobody can write here, so what lies here does not change under the reader
                self.connection = self._connect(f"{path.resolve().as_uri()}?immutable=1")

    @staticmethod
    def _connect(where: str) -> sqlite3.Connection:
        return sqlite3.connect(
            where,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            cached_statements=256,
            uri=where.startswith("file:"),
        )

    def _only_readable(self) -> bool:
        """A finished review in a folder, or on a disk, that cannot be written to."""
        unfinished = self.path.with_name(self.path.name + "-wal")
        return (
            os.access(self.path, os.R_OK)
            and not os.access(self.path.parent, os.W_OK)
            and not (unfinished.exists() and unfinished.stat().st_size)
        )

    def _prepare(self) -> None:
        run = self.connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        version = run("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise SchemaTooNew(
                f"This review was written by a newer Sinteza (format {version})",
                where=str(self.path),
                hint=f"This Sinteza reads up to format {SCHEMA}; update it.",
            )
        if version == 0:
            schema = (files("sinteza.store") / "schema.sql").read_text("utf-8")
            with self.transaction():
                if run("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in _statements(schema):
                        run(statement)
                    run(f"PRAGMA user_version = {SCHEMA}")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested calls join the outer one."""
        if self._is_writing():
            yield
            return
        with _as_store_error(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self._is_writing():
                    self.connection.execute("ROLLBACK")
                raise

    def _is_writing(self) -> bool:
        return self.connection.in_transaction

    def append(self, actor: Actor, at: str, drafts: Iterable[Draft]) -> int:
        """Write events, each a subject and a payload; gives how many. One transaction."""
        who = _encoder.encode(actor).decode()
        count = 0
        with self.transaction():
            seq, prev = self.head()
            for subject, payload in drafts:
                seq += 1
                body = _encoder.encode(payload).decode()
                kind = _kind_of[type(payload)]
                columns = (seq, at, who, kind, subject, body)
                digest = event_digest(prev, columns)
                self.connection.execute(
                    "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*columns, prev, digest)
                )
                event = Event(
                    seq=seq,
                    at=at,
                    actor=actor,
                    kind=kind,
                    subject=subject,
                    payload=payload,
                    prev=prev,
                    digest=digest,
                )
                projections.apply(self.connection, event)
                prev = digest
                count += 1
        return count

    def head(self, *, besides: str = "") -> tuple[int, str]:
        """Number and digest of the last event, ``besides`` those of a kind; (0, "") without one."""
        row = self.connection.execute(
            "SELECT seq, digest FROM event WHERE kind <> ? ORDER BY seq DESC LIMIT 1", (besides,)
        ).fetchone()
        return (row[0], row[1]) if row else (0, "")

    def events(self, *, after: int = 0, kinds: tuple[str, ...] = ()) -> Iterator[Event]:
        """The log in its order."""
        marks = ",".join("?" * len(kinds))
        where = f" AND kind IN ({marks})" if kinds else ""
        rows = self.connection.execute(
            f"SELECT seq, at, actor, kind, subject, payload, prev, digest FROM event"
            f" WHERE seq > ?{where} ORDER BY seq",
            (after, *kinds),
        )
        for seq, at, actor, kind, subject, payload, prev, digest in rows:
            yield Event(
                seq=seq,
                at=at,
                actor=_actors.decode(actor),
                kind=kind,
                subject=subject,
                payload=_payloads.decode(payload),
                prev=prev,
                digest=digest,
            )

    def put(self, data: bytes, *, name: str) -> str:
        """Keep bytes; gives their SHA-256."""
        with self.transaction():
            return artifacts.put(self.connection, data, name=name)

    def get(self, digest: str) -> bytes:
        """Kept bytes."""
        return artifacts.get(self.connection, digest)

    def verify(self) -> int:
        """Check the chain; gives the number of events.

        Raises :class:`~sinteza.errors.LogTampered` naming the first event that does not verify.
        """
        prev, expected = "", 0
        rows = self.connection.execute(
            "SELECT seq, at, actor, kind, subject, payload, prev, digest FROM event ORDER BY seq"
        )
        for *columns, before, digest in rows:
            expected += 1
            seq, kind, subject = columns[0], columns[3], columns[4]
            if seq != expected:
                what = f"Event {expected} is missing"
            elif before != prev:
                what = f"Event {seq} ({kind} {subject}) does not follow event {seq - 1}"
            elif event_digest(prev, tuple(columns)) != digest:
                what = f"Event {seq} ({kind} {subject}) was changed by hand"
            else:
                prev = digest
                continue
            raise LogTampered(
                what,
                seq=expected,
                where=str(self.path),
                hint="Restore the file from a copy; what came after cannot be trusted.",
            )
        return expected

    def rebuild(self) -> None:
        """Empty the projections and apply the whole log again."""
        with self.transaction():
            projections.clear(self.connection)
            for event in self.events():
                projections.apply(self.connection, event)

    def differences(self) -> list[str]:
        """Projections that are not what the log says; compared with a fresh copy in memory."""
        fresh = sqlite3.connect(":memory:", isolation_level=None)
        schema = (files("sinteza.store") / "schema.sql").read_text("utf-8")
        try:
            for statement in _statements(schema):
                fresh.execute(statement)
            parsed = "SELECT a.digest, a.name, a.size FROM artifact a WHERE a.name LIKE 'records/%'"
            for digest, name, size in self.connection.execute(parsed).fetchall():
                fresh.execute("INSERT INTO artifact VALUES (?, ?, ?)", (digest, name, size))
                fresh.executemany(
                    "INSERT INTO artifact_chunk VALUES (?, ?, ?)",
                    self.connection.execute(
                        "SELECT digest, n, data FROM artifact_chunk WHERE digest = ?", (digest,)
                    ),
                )
            for event in self.events():
                projections.apply(fresh, event)
            return [
                table
                for table in projections.TABLES
                if _content(fresh, table) != _content(self.connection, table)
            ]
        finally:
            fresh.close()


def _content(connection: sqlite3.Connection, table: str) -> str:
    found = hashlib.sha256()
    for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
        found.update(repr(row).encode())
    return found.hexdigest()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one, so that they can share one transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            if statement.strip():
                yield statement
            statement = ""
