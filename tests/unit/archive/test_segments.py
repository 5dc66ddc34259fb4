"""Small segments become large ones, and no answer changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from sinteza.archive import segments
from sinteza.archive.build import build, connect, update
from sinteza.archive.index import Segment
from sinteza.archive.search import Archive, open_archive
from sinteza.archive.splitting import items, open_file
from sinteza.archive.verify import verify
from tests.unit.archive.test_versions import article, deleted, write

QUERIES = (
    "all[sb]", "seizure*[tiab]", '"partial seizures"[tiab]', '"of the seizures"[tiab:~3]',
    "epilepsy/drug therapy[mh]", "epilepsy[majr]", "smith*[au]", "french ja[1au]", "patients[all]",
    "anticonvulsants[pa]", "2001:2010[dp]", "anti*[tw] NOT univ*[ad]", "10.1111*[aid]",
)  # fmt: skip


def some(shared: Path, folder: Path, count: int) -> list[Path]:
    """Two files with the first real records."""
    path = min((shared / "asm_trials").glob("*.xml.gz"))
    with open_file(path) as stream:
        raw = [item.raw.decode() for item in islice(items(stream), count)]
    half = count // 2
    return [write(folder / "a.xml", *raw[:half]), write(folder / "b.xml", *raw[half:])]


def sizes(folder: Path) -> list[int]:
    with closing(connect(folder)) as db:
        return [row[0] for row in db.execute("SELECT documents FROM segment ORDER BY first")]


def answers(folder: Path) -> list[tuple[str, ...]]:
    with open_archive(folder) as archive:
        days = (None, date(2012, 1, 1))
        return [archive.search(query, as_of=day).ids for query in QUERIES for day in days]


def raw(folder: Path) -> list[bytes]:
    with open_archive(folder) as archive:
        return list(archive.raw(archive.search("all[sb]").ids))


def test_merged_in_every_way_the_answers_are_the_same(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = some(shared, tmp_path, 90)
    removed = write(tmp_path / "removed.xml", deleted(193359, 381616))
    plans = {"apart": (10**6, 10**6), "pairs": (2, 2), "late": (10**6, 2), "usual": (16, 4)}
    found = {}
    for name, (width, few) in plans.items():
        monkeypatch.setattr(segments, "FEW", few)
        merge = segments.merge
        with monkeypatch.context() as patched:
            patched.setattr(
                segments, "merge", lambda db, width=width, merge=merge: merge(db, width=width)
            )
            build(tmp_path / name, files, batch=6)
            update(tmp_path / name, [removed])
        found[name] = (answers(tmp_path / name), raw(tmp_path / name))
        assert verify(tmp_path / name) == ()
    count = {name: len(sizes(tmp_path / name)) for name in plans}
    assert count["apart"] > 10
    assert count["pairs"] == count["late"] == 1
    assert count["usual"] < 16
    assert sum(map(len, found["apart"][0])) > 200
    for name in ("pairs", "late", "usual"):
        assert found[name] == found["apart"]


def test_a_list_longer_than_a_page(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = some(shared, tmp_path, 60)
    build(tmp_path / "long", files, batch=11)
    monkeypatch.setattr("sinteza.archive.pages.PLACES_A_PAGE", 64)
    monkeypatch.setattr("sinteza.archive.pages.NAMES_A_PAGE", 5)
    build(tmp_path / "short", files, batch=11)
    assert verify(tmp_path / "short") == ()
    with closing(connect(tmp_path / "short")) as db:
        (segment,) = segments.segments(db)
        assert isinstance(segment, Segment)
        parts = segment.find(["the"]).parts
        assert len(parts) > 8
        assert all(page.counts[lists].sum() <= 64 for page, lists in parts)
    assert answers(tmp_path / "short") == answers(tmp_path / "long")


def test_daily_updates_do_not_pile_up(tmp_path: Path) -> None:
    def day(number: int) -> str:
        return article(number, f"alpha {number}", created="2001-01-01", revised="2010-01-01")

    build(tmp_path / "a", [write(tmp_path / "base.xml", *map(day, range(1, 100)))])
    for number in range(100, 160):
        update(tmp_path / "a", [write(tmp_path / f"{number}.xml", day(number))])
        assert len(sizes(tmp_path / "a")) <= 2 * (segments.FEW - 1) + 1
    assert sum(sizes(tmp_path / "a")) == 159
    with open_archive(tmp_path / "a") as archive:
        assert archive.search("alpha[ti]").count == 159
    assert verify(tmp_path / "a") == ()


def test_full_segments_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MOST", 1000)

    def due(documents: list[int], width: int) -> list[int]:
        parts = [Segment.__new__(Segment) for _ in documents]
        for part, size in zip(parts, documents, strict=True):
            part.documents = size
        return [part.documents for part in segments._due(parts, width)]

    assert due([600, 10, 10, 10], 4) == []
    assert due([600, 10, 10, 10, 10], 4) == [10, 10, 10, 10]
    assert due([600, 300, 10, 10, 10, 10], 4) == [10, 10, 10, 10]
    assert due([100, 600, 2, 100, 90, 80, 3], 4) == [2, 100, 90, 80, 3]
    assert due([400, 400, 150], 16) == [400, 400, 150]  # as large as it may get
    assert due([400, 400, 400, 150], 16) == [400, 400, 150]
    assert due([501, 501, 501], 2) == []


def test_who_opened_the_archive_before_a_merge_reads_on(tmp_path: Path) -> None:
    def one(number: int) -> Path:
        text = article(number, f"alpha {number}", created="2001-01-01", revised="2010-01-01")
        return write(tmp_path / f"{number}.xml", text)

    def ask(archive: Archive) -> list[int]:
        return [int(pmid) for pmid in archive.search("alpha[ti]").ids]

    build(tmp_path / "a", [one(1)])
    update(tmp_path / "a", [one(2)])
    with open_archive(tmp_path / "a") as before:
        assert len(before.segments) == 2
        for number in range(3, 9):
            update(tmp_path / "a", [one(number)])
        assert ask(before) == [1, 2]
        with open_archive(tmp_path / "a") as after:
            assert len(after.segments) < 5
            assert ask(after) == list(range(1, 9))


def test_a_merge_that_fails_leaves_the_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        write(
            tmp_path / f"{n}.xml",
            article(n, f"alpha {n}", created="2001-01-01", revised="2010-01-01"),
        )
        for n in range(1, 5)
    ]
    build(tmp_path / "a", files[:1])
    update(tmp_path / "a", files[1:2])
    update(tmp_path / "a", files[2:3])

    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(segments.pages, "write", fails)
        patched.setattr(segments, "FEW", 3)
        with pytest.raises(sqlite3.OperationalError), closing(connect(tmp_path / "a")) as db:
            segments.merge(db, width=3)
    assert verify(tmp_path / "a") == ()
    assert sizes(tmp_path / "a") == [1, 1, 1]
    update(tmp_path / "a", files[3:])
    assert sizes(tmp_path / "a") == [4]
