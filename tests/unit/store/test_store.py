from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from sinteza.errors import LogTampered, SchemaTooNew, StoreError
from sinteza.model.decision import Actor, Decision
from sinteza.model.event import RecordsSplit, ScreeningDecided, ScreeningWithdrawn
from sinteza.store import Store, projections

AT = "2026-01-01T00:00:00Z"
ANA = Actor(kind="person", name="Ana")
ION = Actor(kind="person", name="Ion")


def decided(cluster: str, verdict: str, actor: Actor = ANA) -> tuple[str, ScreeningDecided]:
    decision = Decision(cluster=cluster, stage="title_abstract", verdict=verdict, actor=actor)  # type: ignore[arg-type]
    return cluster, ScreeningDecided(decision=decision)


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path / "review.sqlite", create=True) as opened:
        yield opened


def test_events_are_numbered_and_chained(store: Store) -> None:
    store.append(ANA, AT, [decided("a", "include"), decided("b", "exclude")])
    store.append(ION, AT, [decided("a", "exclude", ION)])
    events = list(store.events())
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.prev for event in events] == ["", events[0].digest, events[1].digest]
    assert store.verify() == 3


def test_a_later_decision_of_the_same_person_replaces_only_her_own(store: Store) -> None:
    store.append(ANA, AT, [decided("a", "include")])
    store.append(ION, AT, [decided("a", "maybe", ION)])
    store.append(ANA, AT, [decided("a", "exclude")])
    held = {d.actor.name: d.verdict for d in projections.decisions(store.connection)}
    assert held == {"Ana": "exclude", "Ion": "maybe"}


def test_withdrawing_takes_back_to_undecided(store: Store) -> None:
    store.append(ANA, AT, [decided("a", "include")])
    store.append(
        ANA, AT, [("a", ScreeningWithdrawn(cluster="a", stage="title_abstract", actor=ANA))]
    )
    assert list(projections.decisions(store.connection)) == []
    assert store.verify() == 2


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE event SET payload = replace(payload, 'include', 'exclude') WHERE seq = 2", 2),
        ("UPDATE event SET at = '2020-01-01T00:00:00Z' WHERE seq = 1", 1),
        ("UPDATE event SET actor = replace(actor, 'Ana', 'Eva') WHERE seq = 3", 3),
        ("DELETE FROM event WHERE seq = 2", 2),
        ("UPDATE event SET prev = 'x' WHERE seq = 3", 3),
    ],
)
def test_a_change_by_hand_is_named(store: Store, change: str, seq: int) -> None:
    store.append(ANA, AT, [decided(name, "include") for name in "abcd"])
    store.connection.execute("DROP TRIGGER event_is_final")
    store.connection.execute("DROP TRIGGER event_stays")
    store.connection.execute(change)
    with pytest.raises(LogTampered) as caught:
        store.verify()
    assert caught.value.seq == seq


@pytest.mark.parametrize("statement", ["UPDATE event SET at = ''", "DELETE FROM event"])
def test_the_file_refuses_to_change_events(store: Store, statement: str) -> None:
    store.append(ANA, AT, [decided("a", "include")])
    with pytest.raises(sqlite3.IntegrityError, match="an event is never"):
        store.connection.execute(statement)


def test_a_failing_append_leaves_nothing(store: Store) -> None:
    def drafts():
        yield decided("a", "include")
        raise KeyError("half-way")

    with pytest.raises(KeyError):
        store.append(ANA, AT, drafts())
    assert store.head() == (0, "")
    assert list(projections.decisions(store.connection)) == []


def test_projections_follow_from_the_log(store: Store) -> None:
    store.append(ANA, AT, [decided("a", "include"), decided("b", "exclude")])
    store.append(ANA, AT, [("a", RecordsSplit(cluster="a", members=("a", "x")))])
    assert store.differences() == []
    store.connection.execute("DELETE FROM decision WHERE cluster = 'b'")
    assert store.differences() == ["decision"]
    store.rebuild()
    assert store.differences() == []


def test_artifacts_are_kept_once_and_damage_is_seen(store: Store) -> None:
    from sinteza.store import artifacts

    body = b"abc" * 3_000_000
    digest = store.put(body, name="x")
    assert store.put(body, name="x again") == digest
    assert store.get(digest) == body
    assert artifacts.damaged(store.connection) == []
    store.connection.execute("UPDATE artifact_chunk SET data = zeroblob(10) WHERE n = 1")
    assert artifacts.damaged(store.connection) == [digest]
    with pytest.raises(StoreError, match="missing"):
        store.get("0" * 64)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    Store(path, create=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match="newer Sinteza"):
        Store(path)


def test_what_is_no_review_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no review here"):
        Store(tmp_path / "review.sqlite")
    (tmp_path / "text").write_text("not a database at all, but long enough to look at" * 20)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path / "text")


def _decide(path: Path, name: str, count: int) -> None:
    actor = Actor(kind="person", name=name)
    with Store(path) as opened:
        for number in range(count):
            opened.append(actor, AT, [decided(f"c{number}", "include", actor)])


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    Store(path, create=True).close()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_decide, args=(path, f"p{i}", 20)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    with Store(path) as opened:
        assert opened.verify() == 80
        assert len(list(projections.decisions(opened.connection))) == 80
        assert opened.differences() == []
