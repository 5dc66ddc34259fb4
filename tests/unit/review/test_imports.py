"""What enters a review: counted once, all or nothing; and what the doctor sees of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from sinteza.model.event import ExtractionRecorded
from sinteza.review.doctor import examine
from sinteza.review.protocols import load
from sinteza.review.review import Review
from sinteza.review.run import RunResult

AT = "2026-01-01T00:00:00Z"


def ris(*numbers: int) -> str:
    return "".join(
        f"TY  - JOUR\nID  - {n}\nTI  - Title number {n} of our own\nPY  - 2019\nER  - \n"
        for n in numbers
    )


def nbib(*numbers: int) -> str:
    return "\n".join(f"PMID- {n}\nTI  - Title number {n}\nDP  - 2019\n" for n in numbers)


@pytest.fixture
def review(tmp_path: Path) -> Review:
    return Review(tmp_path / "review", create=True, at=AT)


def test_records_held_before_are_counted_as_known(review: Review, tmp_path: Path) -> None:
    first, second = tmp_path / "a.nbib", tmp_path / "b.nbib"
    first.write_text(nbib(1, 2, 2))
    second.write_text(nbib(2, 3))
    with review:
        one, two = review.import_files([first, second])
        assert (one.read, one.added, one.known) == (3, 2, 1)
        assert (two.read, two.added, two.known) == (2, 1, 1)
        assert sorted(review.entries) == ["pubmed:1", "pubmed:2", "pubmed:3"]


def test_the_same_bytes_are_taken_once_under_any_name(review: Review, tmp_path: Path) -> None:
    first, again = tmp_path / "a.ris", tmp_path / "copy.ris"
    first.write_text(ris(1))
    again.write_text(ris(1))
    with review:
        assert len(review.import_files([first, again])) == 1
        before = review.store.head()
        assert review.import_files([again]) == []
        assert review.store.head() == before


def test_many_records_go_in_batches_and_none_is_lost(review: Review, tmp_path: Path) -> None:
    path = tmp_path / "many.nbib"
    path.write_text(nbib(*range(1, 2502)))
    with review:
        (done,) = review.import_files([path])
        assert (done.read, done.added, len(done.parsed)) == (2501, 2501, 3)
        assert len(review.entries) == 2501


def test_the_evidence_base_enters_once_and_readings_only_where_they_changed(
    tmp_path: Path,
) -> None:
    with Review(tmp_path / "review", create=True, at=AT) as review:
        loaded = load("dre")
        review.adopt(loaded)
        done = review.import_evidence()
        assert done is not None
        assert (done.read, done.known, done.format) == (782, 0, "evidence")
        readings = review.store.events(kinds=("extraction.recorded",))
        actors = {
            (event.actor.kind, event.payload.study.by_machine)
            for event in readings
            if isinstance(event.payload, ExtractionRecorded)
        }
        # what a machine read is signed by a model, what people read by a person
        assert actors == {("person", False), ("model", True)}
        before = review.store.head()
        assert review.import_evidence() is None
        assert review.store.head() == before


def test_the_doctor_sees_a_damaged_artifact(demo: tuple[Path, RunResult], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(demo[0], tmp_path / "review"))
    with Review(folder) as review:
        connection = review.store.connection
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE artifact_chunk SET data = x'00'"
            " WHERE rowid = (SELECT min(rowid) FROM artifact_chunk)"
        )
        log, artifacts = examine(review)
    assert (log.check, log.sound) == ("log", True)
    assert (artifacts.check, artifacts.sound) == ("artifacts", False)
    assert artifacts.detail.startswith("damaged: ")


def test_the_edition_holds_what_the_review_holds(demo: tuple[Path, RunResult]) -> None:
    from sinteza.model.edition import Edition

    edition = msgspec.json.decode((demo[0] / "edition/edition.json").read_bytes(), type=Edition)
    with Review(demo[0]) as review:
        held = review.held()
        flow = review.flow()
    assert edition.flow == flow
    assert {r.id for r in edition.records} == set(held)
    for record in edition.records:
        decision = held[record.id]
        assert decision is not None
        assert (record.verdict, record.reason) == (decision.verdict, decision.reason)
        assert record.decided_by == str(decision.actor)
    for study in edition.studies:
        telling = {r.id for r in edition.records if study.study.id in r.studies}
        assert telling == set(study.records)
        assert any(name in flow.included.clusters for name in study.records)
    used = {a.concept for r in edition.records for a in r.concepts}
    assert used <= set(edition.labels)
