"""Records into the review: files as they come and the evidence base of the protocol."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from sinteza.errors import FormatError
from sinteza.model.decision import Actor
from sinteza.model.event import ExtractionRecorded, RecordsImported
from sinteza.model.record import Record
from sinteza.review.protocols import Loaded
from sinteza.sources import evidence, files
from sinteza.store import Draft, Store, artifacts, projections

BATCH = 1000
Progress = Callable[[str, int, int | None], None]
_encode = msgspec.json.Encoder().encode
IMPORTER = Actor(kind="rule", name="import")


def import_files(
    store: Store, paths: Sequence[Path], *, at: str, progress: Progress
) -> list[RecordsImported]:
    """Read files of records, all of them or none.

    A file that the review already holds (by its bytes) is passed over. Raises
    :class:`~sinteza.errors.FormatError` for a file that cannot be read to its end.
    """
    done = []
    with store.transaction():
        for path in paths:
            with _open(path) as stream:
                digest, _ = artifacts.digest_of(stream)
                if _is_held(store, digest):
                    continue
                stream.seek(0)
                artifacts.put_stream(store.connection, stream, name=f"raw/{path.name}")
            seen = _counted(files.open_records(path), path.name, progress)
            done.append(take_records(store, seen, name=path.name, raw=[digest], form="", at=at))
    return done


def import_evidence(
    store: Store, loaded: Loaded, *, at: str, progress: Progress
) -> RecordsImported | None:
    """The records and readings that the protocol brings along; what is held is passed over."""
    folder = loaded.evidence
    if folder is None:
        return None
    with store.transaction():
        _take_readings(store, loaded, at)
        if not (folder / "records.jsonl").is_file():
            return None
        raw = (folder / "records.jsonl").read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        if _is_held(store, digest):
            return None
        artifacts.put_stream(store.connection, io.BytesIO(raw), name="raw/records.jsonl")
        name = f"{loaded.protocol.id}/{loaded.protocol.evidence}"
        records = _counted(evidence.read_records(folder), name, progress)
        return take_records(store, records, name=name, raw=[digest], form="evidence", at=at)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror}",
            path=str(path),
            hint="Check its name and that you may read it.",
        ) from error


def _is_held(store: Store, digest: str) -> bool:
    return any(
        isinstance(event.payload, RecordsImported) and event.payload.raw == digest
        for event in store.events(kinds=("records.imported",))
    )


def _counted(records: Iterable[Record], name: str, progress: Progress) -> Iterator[Record]:
    for count, record in enumerate(records, 1):
        yield record
        if count % 500 == 0:
            progress(f"read {name}", count, None)


def take_records(
    store: Store,
    records: Iterator[Record],
    *,
    name: str,
    raw: Sequence[str],
    form: str,
    at: str,
) -> RecordsImported:
    """Keep the records in batches and write the one event that brings them in.

    ``raw`` are the artifacts they were read from. To be called within a transaction.
    """
    parsed: list[str] = []
    seen: set[str] = set()
    sources: set[str] = set()
    read = known = 0
    while batch := list(islice(records, BATCH)):
        names = [record.id for record in batch]
        held = _held_ids(store, names)
        for record in batch:
            known += record.id in held or record.id in seen
            seen.add(record.id)
            sources.add(record.source)
        read += len(batch)
        body = b"\n".join(_encode(record) for record in batch)
        parsed.append(store.put(body, name=f"records/{name}/{len(parsed)}"))
    payload = RecordsImported(
        source=", ".join(sorted(sources)) or name,
        name=name,
        format=form,
        raw=raw[0] if len(raw) == 1 else "",
        files=tuple(raw) if len(raw) > 1 else (),
        parsed=tuple(parsed),
        read=read,
        added=read - known,
        known=known,
    )
    store.append(IMPORTER, at, [(name, payload)])
    return payload


def _held_ids(store: Store, names: Sequence[str]) -> set[str]:
    marks = ",".join("?" * len(names))
    query = f"SELECT id FROM record WHERE id IN ({marks})"
    return {name for (name,) in store.connection.execute(query, names)}


def _take_readings(store: Store, loaded: Loaded, at: str) -> None:
    """What people read, reader by reader; only what is new or was changed."""
    assert loaded.evidence is not None
    held = {
        (reading.id, reading.read_by): reading for reading in projections.readings(store.connection)
    }
    by_reader: dict[str, list[Draft]] = {}
    for reading in evidence.read_studies(loaded.evidence):
        if held.get((reading.id, reading.read_by)) != reading:
            by_reader.setdefault(reading.read_by, []).append(
                (reading.id, ExtractionRecorded(study=reading))
            )
    for reader, drafts in by_reader.items():
        store.append(Actor(kind="person", name=reader), at, drafts)
    by_machine: dict[str, list[Draft]] = {}
    for reading in evidence.read_machine(loaded.evidence):
        # a reading of the full abstract, made here, stands before the shipped one
        if (reading.id, reading.read_by) not in held:
            by_machine.setdefault(reading.read_by, []).append(
                (reading.id, ExtractionRecorded(study=reading))
            )
    for reader, drafts in by_machine.items():
        name, _, version = reader.rpartition("/")
        store.append(Actor(kind="model", name=name, version=version), at, drafts)
