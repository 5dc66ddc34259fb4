"""Versions, deletions, days: the archive as it stood."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sinteza.archive.build import Loaded, build, update
from sinteza.archive.search import Archive, open_archive
from sinteza.archive.verify import verify
from sinteza.errors import ArchiveError, FormatError, QueryError


def day_xml(name: str, day: str, attributes: str = "") -> str:
    year, month, number = day.split("-")
    parts = f"<Year>{year}</Year><Month>{month}</Month><Day>{number}</Day>"
    return f"<{name}{attributes}>{parts}</{name}>"


def article(pmid: int, title: str, *, created: str, revised: str) -> str:
    entrez = day_xml("PubMedPubDate", created, ' PubStatus="entrez"')
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID>{pmid}</PMID>'
        f"{day_xml('DateRevised', revised)}<Article><Journal><JournalIssue><PubDate><Year>2010"
        f"</Year></PubDate></JournalIssue></Journal><ArticleTitle>{title}</ArticleTitle></Article>"
        f"</MedlineCitation><PubmedData><History>{entrez}</History></PubmedData></PubmedArticle>"
    )


def deleted(*pmids: int) -> str:
    rows = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in pmids)
    return f"<DeleteCitation>{rows}</DeleteCitation>"


def write(path: Path, *parts: str) -> Path:
    path.write_text(f"<?xml version='1.0'?><PubmedArticleSet>{''.join(parts)}</PubmedArticleSet>")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three records; one revised, one deleted, one new, in two updates."""
    base = write(
        tmp_path / "base.xml",
        article(1, "alpha one", created="2001-01-01", revised="2010-01-01"),
        article(2, "alpha two", created="2002-01-01", revised="2010-01-01"),
        article(3, "alpha three", created="2003-01-01", revised="2010-01-01"),
    )
    first = write(
        tmp_path / "first.xml",
        article(2, "beta two", created="2002-01-01", revised="2012-05-01"),
        article(4, "alpha four", created="2012-04-01", revised="2012-05-02"),
        deleted(3),
    )
    second = write(
        tmp_path / "second.xml",
        article(3, "gamma three", created="2003-01-01", revised="2014-01-01"),
    )
    build(tmp_path / "a", [base])
    update(tmp_path / "a", [first, second])
    return tmp_path / "a"


def ids(archive: Archive, query: str, as_of: date | None = None) -> list[int]:
    return [int(pmid) for pmid in archive.search(query, as_of=as_of).ids]


def test_later_versions_replace_and_deletions_remove(folder: Path) -> None:
    with open_archive(folder) as archive:
        assert ids(archive, "alpha[ti]") == [1, 4]
        assert ids(archive, "beta[ti] OR gamma[ti]") == [2, 3]
        info = archive.info()
    assert (info.records, info.versions, info.deleted, info.date) == (4, 6, 0, "2014-01-01")
    assert verify(folder) == ()


@pytest.mark.parametrize(
    ("day", "alpha", "others"),
    [
        ("2001-06-01", [1], []),
        ("2002-06-01", [1, 2], []),
        ("2012-04-30", [1, 2, 3, 4], []),  # created in April, kept as revised in May
        ("2012-05-01", [1, 3, 4], [2]),
        ("2012-05-02", [1, 4], [2]),  # the deletion dates from the file's latest revision
        ("2013-12-31", [1, 4], [2]),
        ("2014-01-01", [1, 4], [2, 3]),
    ],
)
def test_as_of_any_day(folder: Path, day: str, alpha: list[int], others: list[int]) -> None:
    with open_archive(folder) as archive:
        then = date.fromisoformat(day)
        assert ids(archive, "alpha[ti]", then) == alpha
        assert ids(archive, "beta[ti] OR gamma[ti]", then) == others


def test_a_later_revision_is_said(folder: Path) -> None:
    with open_archive(folder) as archive:
        notes = archive.search("alpha[ti]", as_of=date(2005, 1, 1)).notes
        assert "3 of the records found" in next(
            note.message for note in notes if note.code == "I-LATER-REVISION"
        )
        later = archive.search("alpha[ti]", as_of=date(2011, 1, 1)).notes
        assert "I-LATER-REVISION" not in {note.code for note in later}


def test_a_window_and_relative_dates(folder: Path) -> None:
    with open_archive(folder) as archive:
        answer = archive.search("alpha[ti]", window=(date(2010, 1, 1), date(2010, 1, 1)))
        assert answer.count == 2
        assert archive.search("alpha[ti]", window=(date(2011, 1, 1), date(2012, 1, 1))).count == 0
        recent = archive.search('"last 2 years"[crdt]', as_of=date(2012, 6, 1))
        assert recent.ids == ("4",)
        assert "I-DAY-OF-SEARCH" in {note.code for note in recent.notes}


def test_fetch_gives_what_came(folder: Path) -> None:
    with open_archive(folder) as archive:
        (whole,) = archive.fetch(["4", 2])
        assert whole.index(b"alpha four") < whole.index(b"beta two")
        assert whole.count(b"<PubmedArticle>") == 2
        with pytest.raises(ArchiveError, match="not in the archive"):
            list(archive.fetch(["99"]))
        (then,) = archive.fetch([2, 3], date(2011, 1, 1))
        assert b"alpha two" in then
        assert b"alpha three" in then
        with pytest.raises(ArchiveError, match="as of 2013-01-01"):
            list(archive.fetch([3], date(2013, 1, 1)))


def test_a_cut_load_is_said(folder: Path) -> None:
    db = sqlite3.connect(folder / "archive.db")
    db.execute("UPDATE file SET done = 0 WHERE name = 'second.xml'")
    db.commit()
    db.close()
    with open_archive(folder) as archive:
        notes = {note.code: note.message for note in archive.search("alpha[ti]").notes}
    assert "second.xml" in notes["W-UNFINISHED"]


def test_loading_again_changes_nothing(folder: Path, tmp_path: Path) -> None:
    with open_archive(folder) as archive:
        before = archive.info()
    again = update(folder, [tmp_path / "first.xml", tmp_path / "second.xml"])
    assert again == Loaded(files=0, known=2, records=0, deleted=0)
    with open_archive(folder) as archive:
        assert archive.info() == before


def test_an_archive_of_other_files_is_not_built_over(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="already, of other files"):
        build(folder, [tmp_path / "base.xml"])


def test_a_damaged_file_does_not_enter(folder: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.xml"
    cut.write_text((tmp_path / "base.xml").read_text()[:-40])
    with open_archive(folder) as archive:
        before = archive.info()
    with pytest.raises(FormatError, match="breaks off"):
        update(folder, [cut])
    with open_archive(folder) as archive:
        assert archive.info() == before


@pytest.mark.parametrize("content", [b"", b"hello", b"<a/>", b"\x1f\x8b\x08rubbish"])
def test_other_files_are_refused(folder: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.xml"
    other.write_bytes(content)
    with pytest.raises(FormatError):
        update(folder, [other])


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        open_archive(tmp_path)
    (tmp_path / "archive.db").write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(ArchiveError, match="not an archive"):
        open_archive(tmp_path)


@pytest.mark.parametrize("query", ["systematic[sb]", '"free full text"[sb]', "x[nope]"])
def test_what_cannot_be_answered_is_refused(folder: Path, query: str) -> None:
    with open_archive(folder) as archive, pytest.raises(QueryError):
        archive.search(query)


def damage(folder: Path, statement: str, values: Sequence[object] = ()) -> tuple[str, ...]:
    db = sqlite3.connect(folder / "archive.db")
    db.execute(statement, tuple(values))
    db.commit()
    db.close()
    return verify(folder)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM page WHERE rowid = 1",
        "UPDATE block SET data = x'00' WHERE id = 1",
        "DELETE FROM ended",
        "DELETE FROM current WHERE pmid = 1",
        "DELETE FROM segment WHERE id = 1",
    ],
)
def test_verify_finds_damage(folder: Path, statement: str) -> None:
    assert verify(folder) == ()
    assert damage(folder, statement)


def tables(folder: Path) -> list[list[tuple[object, ...]]]:
    with contextlib.closing(sqlite3.connect(folder / "archive.db")) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master ORDER BY name")]
        return [
            db.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
            if not name.startswith("sqlite_")
        ]


def test_several_processes_give_the_same_archive(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "asm_trials").glob("*.xml.gz"))
    more = write(tmp_path / "more.xml", deleted(193359), deleted(1))
    for jobs in (1, 3):
        folder = tmp_path / str(jobs)
        loaded = build(folder, files, batch=60, jobs=jobs)
        assert (loaded.files, loaded.records, loaded.deleted) == (len(files), 755, 0)
        assert update(folder, [more], jobs=jobs).deleted == 2
    assert tables(tmp_path / "1") == tables(tmp_path / "3")
    assert verify(tmp_path / "3") == ()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_damaged_record_ends_the_loading_where_it_stands(tmp_path: Path, jobs: int) -> None:
    one = article(1, "one", created="2001-01-01", revised="2010-01-01")
    bad = article(3, "<i>three", created="2001-01-01", revised="2010-01-01")
    two = article(2, "two", created="2001-01-01", revised="2010-01-01")
    path = write(
        tmp_path / "base.xml",
        one,
        two,
        bad,
        article(4, "four", created="2001-01-01", revised="2010-01-01"),
    )
    with pytest.raises(FormatError, match=r"base\.xml: .*damaged"):
        build(tmp_path / "a", [path], batch=1, jobs=jobs)
    with open_archive(tmp_path / "a") as archive:
        assert ids(archive, "all[sb]") == [1, 2]
    assert verify(tmp_path / "a") == ()


def test_a_process_that_is_killed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        tmp_path / "base.xml",
        *(article(n, "x", created="2001-01-01", revised="2010-01-01") for n in range(1, 9)),
    )
    with monkeypatch.context() as patched:
        patched.setattr("sinteza.archive.drafts.make_ready", lambda draft: os._exit(9))
        with pytest.raises(ArchiveError, match="ended from outside"):
            build(tmp_path / "a", [path], batch=2, jobs=2)
    assert build(tmp_path / "a", [path], batch=2, jobs=2).records == 8
    assert verify(tmp_path / "a") == ()


def test_a_record_without_a_number_is_an_error(tmp_path: Path) -> None:
    text = article(1, "one", created="2001-01-01", revised="2010-01-01")
    path = write(tmp_path / "base.xml", text.replace("<PMID>1</PMID>", ""))
    with pytest.raises(FormatError, match="no PMID"):
        build(tmp_path / "a", [path])
