"""The main job with sources on the network: real records, served by our own servers on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinteza.archive.build import build
from sinteza.errors import SourceError, SourceRefused
from sinteza.model.event import SearchRan
from sinteza.review.protocols import start_from
from sinteza.review.review import Review
from sinteza.review.run import run
from tests.fake_eutils import FakePubMed, FakeServer, real_records
from tests.fake_oai import Repository, serve

AT = "2026-01-01T00:00:00Z"


def runs_of(folder: Path) -> list[SearchRan]:
    with Review(folder) as review:
        events = review.store.events(kinds=("search.ran",))
        return [e.payload for e in events if isinstance(e.payload, SearchRan)]


def test_pubmed_is_searched_and_its_records_enter(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakePubMed(real_records(shared / "asm_trials")[:40])
    with FakeServer(fake) as address:
        monkeypatch.setenv("SINTEZA_EUTILS", address)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        done = run("dre", tmp_path / "r", live=["pubmed"], at=AT)
        again = run("dre", tmp_path / "r", live=["pubmed"], at=AT)
    searched = [r for r in runs_of(tmp_path / "r") if r.outcome == "searched"]
    assert [r.search for r in searched] == ["pubmed-resistance", "pubmed-treatment"]
    for answer in searched:
        assert answer.hits == 40
        assert answer.translation
        assert answer.payloads
    assert done.flow.problems() == []
    # two searches found the same forty records, all of them in the evidence base too
    assert done.flow.identified == 782 + 40 + 40
    assert done.flow.duplicates_known == 40
    assert done.flow.duplicates_merged == 40
    assert (again.flow.identified, again.digest) == (done.flow.identified, done.digest)


def test_a_search_that_fails_leaves_nothing_half(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakePubMed(real_records(shared / "asm_trials")[:10], forever="wrong count")
    with FakeServer(fake) as address:
        monkeypatch.setenv("SINTEZA_EUTILS", address)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        with pytest.raises(SourceError):
            run("dre", tmp_path / "r", live=["pubmed"], at=AT)
    assert runs_of(tmp_path / "r") == []
    done = run("dre", tmp_path / "r", at=AT)
    assert done.flow.identified == 782


def test_sources_out_of_reach_are_said_to_be(tmp_path: Path) -> None:
    run("dre", tmp_path / "r", at=AT)
    told = {r.search: r.outcome for r in runs_of(tmp_path / "r")}
    assert told["pubmed-resistance"] == "offline"
    assert told["infomedica-resistance-ro"] == "no_endpoint"
    offline = next(r for r in runs_of(tmp_path / "r") if r.search == "pubmed-resistance")
    assert '"drug resistan' in offline.translation.lower()
    assert offline.version.startswith("MeSH 20")


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="no source 'pubmet'"):
        run("dre", tmp_path / "r", live=["pubmet"], at=AT)


def test_a_library_with_an_endpoint_is_harvested_once_and_searched_here(tmp_path: Path) -> None:
    with serve(Repository()) as endpoint:
        start_from(tmp_path / "mine", "dre")
        path = tmp_path / "mine" / "protocol.toml"
        text = path.read_text("utf-8").replace('endpoint = ""', f'endpoint = "{endpoint}"')
        text = text.replace("farmacorezistența în epilepsie", "EPILEPSIA șocul")
        path.write_text(text, "utf-8")
        done = run(str(tmp_path / "mine"), tmp_path / "r", live=["infomedica"], at=AT)
    told = {r.search: (r.outcome, r.hits) for r in runs_of(tmp_path / "r")}
    assert told["pubmed-resistance"] == ("offline", None)
    assert told["infomedica-resistance-ro"] == ("searched", 20)
    assert told["infomedica-treatment-en"] == ("searched", 0)
    assert done.flow.identified == 20
    assert done.flow.problems() == []
    with Review(tmp_path / "r") as review:
        assert all(name.startswith("infomedica:") for name in review.entries)


def test_a_local_archive_answers_and_its_answer_can_be_repeated(
    shared: Path, tmp_path: Path
) -> None:
    build(tmp_path / "pubmed", sorted((shared / "asm_trials").glob("*.xml.gz")))
    first = run("dre", tmp_path / "a", archive=tmp_path / "pubmed", at=AT, window="listing-2005")
    second = run("dre", tmp_path / "b", archive=tmp_path / "pubmed", at=AT, window="listing-2005")
    assert first.flow == second.flow
    assert first.flow.problems() == []
    told = [r for r in runs_of(tmp_path / "a") if r.outcome == "searched"]
    assert [r.search for r in told] == ["pubmed-resistance", "pubmed-treatment"]
    found = sum(r.hits or 0 for r in told)
    assert found > 0
    assert first.flow.identified == 782 + found
    for answer in told:
        assert "MeSH 20" in answer.version
        assert answer.lines[0][2] == answer.hits
