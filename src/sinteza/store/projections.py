"""What follows from the log: tables that answer today's questions, and how events change them.

``apply`` is the only way a projection changes; a rebuild empties the tables and applies the log
again, so a projection can never say what no event said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import combinations, product

import msgspec

from sinteza.model.decision import Assignment, Decision, Stage
from sinteza.model.event import (
    ConceptAssigned,
    Event,
    ExtractionRecorded,
    ExtractionVerified,
    RecordsDistinguished,
    RecordsImported,
    RecordsMerged,
    RecordsSplit,
    ScreeningDecided,
    ScreeningResolved,
    ScreeningWithdrawn,
)
from sinteza.model.record import Cluster, Record
from sinteza.model.study import Study
from sinteza.store import artifacts

TABLES = (
    "record",
    "cluster",
    "apart",
    "decision",
    "resolution",
    "assignment",
    "reading",
    "verification",
    "tally",
)
_encode = msgspec.json.Encoder().encode
_records = msgspec.json.Decoder(Record)
_clusters = msgspec.json.Decoder(Cluster)
_decisions = msgspec.json.Decoder(Decision)
_assignments = msgspec.json.Decoder(tuple[Assignment, ...])
_studies = msgspec.json.Decoder(Study)
_verifications = msgspec.json.Decoder(ExtractionVerified)


def clear(connection: sqlite3.Connection) -> None:
    """Empty every projection."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")


def apply(connection: sqlite3.Connection, event: Event) -> None:
    """Change the projections as one event says."""
    connection.execute(
        "INSERT INTO tally VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET count = count + 1",
        (event.kind,),
    )
    payload = event.payload
    if isinstance(payload, RecordsImported):
        _import(connection, event.seq, payload)
    elif isinstance(payload, RecordsMerged):
        _merge(connection, payload.cluster)
    elif isinstance(payload, RecordsSplit):
        _split(connection, payload)
    elif isinstance(payload, RecordsDistinguished):
        _keep_apart(connection, product(payload.left, payload.right))
    elif isinstance(payload, ScreeningDecided):
        _decide(connection, event.seq, payload.decision)
    elif isinstance(payload, ScreeningResolved):
        decision = payload.decision
        connection.execute(
            "INSERT OR REPLACE INTO resolution VALUES (?, ?, ?, ?)",
            (decision.cluster, decision.stage, event.seq, _encode(decision)),
        )
    elif isinstance(payload, ScreeningWithdrawn):
        connection.execute(
            "DELETE FROM decision WHERE cluster = ? AND stage = ? AND actor = ?",
            (payload.cluster, payload.stage, payload.actor.key),
        )
    elif isinstance(payload, ConceptAssigned):
        connection.execute(
            "INSERT OR REPLACE INTO assignment VALUES (?, ?, ?, ?)",
            (payload.cluster, payload.actor.key, event.seq, _encode(payload.assignments)),
        )
    elif isinstance(payload, ExtractionRecorded):
        connection.execute(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",
            (payload.study.id, event.actor.key, event.seq, _encode(payload.study)),
        )
    elif isinstance(payload, ExtractionVerified):
        connection.execute(
            "INSERT INTO verification VALUES (?, ?, ?)",
            (payload.study, event.seq, _encode(payload)),
        )


def _import(connection: sqlite3.Connection, seq: int, payload: RecordsImported) -> None:
    """A record that is already here keeps its cluster and takes the newer body."""
    for digest in payload.parsed:
        lines = artifacts.get(connection, digest).splitlines()
        connection.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, event = excluded.event",
            ((r.id, r.source, r.id, seq, line) for line in lines for r in (_records.decode(line),)),
        )


def _merge(connection: sqlite3.Connection, cluster: Cluster) -> None:
    """The members' earlier clusters end here; decisions made on them are found through members."""
    connection.executemany(
        "UPDATE record SET cluster = ? WHERE id = ?",
        ((cluster.id, member) for member in cluster.members),
    )
    connection.executemany(
        "DELETE FROM cluster WHERE id = ?", ((member,) for member in cluster.members)
    )
    connection.execute(
        "INSERT OR REPLACE INTO cluster VALUES (?, ?, ?)",
        (cluster.id, cluster.representative, _encode(cluster)),
    )


def _split(connection: sqlite3.Connection, payload: RecordsSplit) -> None:
    connection.executemany(
        "UPDATE record SET cluster = id WHERE id = ?", ((member,) for member in payload.members)
    )
    connection.execute("DELETE FROM cluster WHERE id = ?", (payload.cluster,))
    _keep_apart(connection, combinations(payload.members, 2))


def _keep_apart(connection: sqlite3.Connection, pairs: Iterable[tuple[str, ...]]) -> None:
    connection.executemany("INSERT OR IGNORE INTO apart VALUES (?, ?)", map(sorted, pairs))


def _decide(connection: sqlite3.Connection, seq: int, decision: Decision) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            decision.cluster,
            decision.stage,
            decision.actor.key,
            decision.verdict,
            decision.reason,
            seq,
            _encode(decision),
        ),
    )


def records(connection: sqlite3.Connection) -> Iterator[Record]:
    """Every record, by id."""
    for (body,) in connection.execute("SELECT body FROM record ORDER BY id"):
        yield _records.decode(body)


def record(connection: sqlite3.Connection, name: str) -> Record | None:
    """One record by its id."""
    row = connection.execute("SELECT body FROM record WHERE id = ?", (name,)).fetchone()
    return _records.decode(row[0]) if row else None


def clusters(connection: sqlite3.Connection) -> Iterator[Cluster]:
    """Every entry of the review, by id; a record that is like no other is a cluster of one."""
    merged = dict(connection.execute("SELECT id, body FROM cluster").fetchall())
    for (name,) in connection.execute("SELECT DISTINCT cluster FROM record ORDER BY cluster"):
        if name in merged:
            yield _clusters.decode(merged[name])
        else:
            yield Cluster(id=name, members=(name,), representative=name)


def apart(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Pairs that a person split or found to be two: they are not merged by themselves."""
    return frozenset(connection.execute("SELECT a, b FROM apart").fetchall())


def decisions(connection: sqlite3.Connection, stage: Stage | None = None) -> Iterator[Decision]:
    """Today's decisions, by cluster, stage and actor."""
    rows = connection.execute(
        "SELECT body FROM decision WHERE ?1 IS NULL OR stage = ?1 ORDER BY cluster, stage, actor",
        (stage,),
    )
    for (body,) in rows:
        yield _decisions.decode(body)


def resolutions(connection: sqlite3.Connection) -> Iterator[Decision]:
    """How conflicts were settled."""
    for (body,) in connection.execute("SELECT body FROM resolution ORDER BY cluster, stage"):
        yield _decisions.decode(body)


def assignments(connection: sqlite3.Connection) -> Iterator[Assignment]:
    """The concepts found, by cluster and actor."""
    for (body,) in connection.execute("SELECT body FROM assignment ORDER BY cluster, actor"):
        yield from _assignments.decode(body)


def readings(connection: sqlite3.Connection) -> Iterator[Study]:
    """What each reader extracted, by study and reader."""
    for (body,) in connection.execute("SELECT body FROM reading ORDER BY study, actor"):
        yield _studies.decode(body)


def verifications(connection: sqlite3.Connection) -> Iterator[ExtractionVerified]:
    """Judgments on single extracted values, in the order they were made."""
    for (body,) in connection.execute("SELECT body FROM verification ORDER BY event"):
        yield _verifications.decode(body)
