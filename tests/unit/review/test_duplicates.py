"""Deduplication of a review and of files, through the facade and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.dedupe import command
from sinteza.errors import StoreError
from sinteza.model.decision import Actor
from sinteza.review.duplicates import in_files
from sinteza.review.review import Review
from sinteza.sources import files
from tests.unit.dedupe.records import TITLE, made

AT = "2026-01-01T00:00:00Z"
ANA = Actor(kind="person", name="Ana")


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """Two databases' exports with one record in common and one that a person must look at."""
    paths = [tmp_path / "embase.csv", tmp_path / "scopus.csv"]
    files.write_records([made("E1"), made("E2", "Lamotrigine and the risk of rash")], paths[0])
    files.write_records(
        [made("S1", f"{TITLE}.", pages="101-10"), made("S2", year=2011, volume="")], paths[1]
    )
    return paths


@pytest.fixture
def folder(exports: list[Path], tmp_path: Path) -> Path:
    """A review that took the exports in."""
    target = tmp_path / "review"
    with Review(target, create=True, at=AT) as review:
        review.import_files(exports)
    return target


def merged(review: Review) -> list[tuple[str, ...]]:
    return [entry.members for entry in review.clusters if len(entry.members) > 1]


def test_a_second_run_records_nothing(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        assert review.dedupe() == 1
        head = review.store.head()
        assert review.dedupe() == 0
        assert review.store.head() == head


def test_a_split_stays_split(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        review.dedupe()
        (members,) = merged(review)
        was = review.split(members[1], actor=ANA, reason="two trials")
        assert was.members == members
        assert merged(review) == []
        assert review.dedupe() == 0
        last = list(review.store.events(kinds=("records.split",)))[-1]
        assert (last.actor, getattr(last.payload, "reason", "")) == (ANA, "two trials")


def test_only_a_merged_entry_can_be_split(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        review.dedupe()
        alone = next(entry.id for entry in review.clusters if len(entry.members) == 1)
        for name in (alone, "nobody:1"):
            with pytest.raises(StoreError) as caught:
                review.split(name, actor=ANA)
            assert "sinteza dedupe" in str(caught.value)


def test_the_command_merges_lists_and_splits(folder: Path) -> None:
    run = CliRunner().invoke
    told = json.loads(run(command, [str(folder), "--at", AT, "--json"]).output)
    assert told["new"] == 1
    (entry,) = told["clusters"]
    assert sorted(entry["members"]) == ["E1", "S1"]
    assert "title" in entry["evidence"][0]["agree"]
    queue = run(command, [str(folder), "--at", AT, "--queue"]).output
    assert "years apart" in queue
    assert TITLE in queue
    links = run(command, [str(folder), "--at", AT, "--links"]).output
    assert "(version)" in links
    split = run(command, [str(folder), "--at", AT, "--split", entry["id"], "--as", "Ana"])
    assert "stand alone again" in split.output
    assert "0 merged entries" in run(command, [str(folder), "--at", AT]).output
    joined = run(command, [str(folder), "--at", AT, "--merge", *entry["ids"], "--as", "Ana"])
    assert joined.output.strip() == " = ".join(entry["ids"])


def test_a_person_merges_what_the_queue_asks_about(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        review.dedupe()
        (doubt,) = review.deduplication.queue
        entry = review.merge(doubt.left, doubt.right, actor=ANA)
        assert len(entry.members) == 3
        assert entry.evidence[-1].rule == "person"
        assert merged(review) == [entry.members]
        assert review.dedupe() == 0
        assert review.deduplication.queue == ()
        with pytest.raises(StoreError, match="one entry already"):
            review.merge(doubt.left, doubt.right, actor=ANA)


def test_a_person_keeps_apart_what_the_queue_asks_about(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        review.dedupe()
        (doubt,) = review.deduplication.queue
        before = merged(review)
    said = ["--distinct", doubt.left, doubt.right, "--reason", "two years", "--as", "Ana"]
    told = CliRunner().invoke(command, [str(folder), "--at", AT, *said])
    assert "≠" in told.output
    with Review(folder, at=AT) as review:
        assert review.deduplication.queue == ()
        assert review.dedupe() == 0
        assert merged(review) == before
        (event,) = review.store.events(kinds=("records.distinguished",))
        assert event.actor == ANA
        assert event.payload.reason == "two years"
        review.store.verify()
        (one,) = merged(review)
        with pytest.raises(StoreError, match="are one entry"):
            review.distinguish(one[0], one[1], actor=ANA)


def test_files_are_compared_and_nothing_is_written(exports: list[Path]) -> None:
    before = {path: path.read_bytes() for path in exports}
    result = CliRunner().invoke(command, [*map(str, exports), "--json"])
    told = json.loads(result.output)
    assert told["records"] == 4
    (entry,) = told["clusters"]
    assert (entry["members"], entry["files"]) == (["E1", "S1"], [str(path) for path in exports])
    assert [doubt["reasons"] for doubt in told["queue"]] == [["years apart"]]
    assert {path: path.read_bytes() for path in exports} == before


def test_the_same_name_and_the_same_id_twice_are_kept_apart(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    paths = [tmp_path / "a.csv", other / "a.csv"]
    for path in paths:
        files.write_records([made("E1")], path)
    found = in_files(paths)
    assert list(found.records) == ["a:E1", "a-2:E1"]
    assert found.found.clusters[0].members == ("a-2:E1", "a:E1")


def test_split_wants_a_review(exports: list[Path]) -> None:
    result = CliRunner().invoke(command, [str(exports[0]), "--split", "x"])
    assert result.exit_code == 2
    assert "folder of one review" in result.output
