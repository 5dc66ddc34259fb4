"""Harvesting: pages, deletions, dates, errors, and going on after a cut at any page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sinteza.errors import SourceRefused, SourceUnavailable
from sinteza.sources.http import Http, HttpxTransport, RateLimit
from sinteza.sources.oai_pmh import Harvested, OaiPmh, answered, entries, parse
from tests.fake_oai import Repository, serve

LIVE = [n for n in range(1, 24) if n % 7]


@pytest.fixture
def http() -> Iterator[Http]:
    transport = HttpxTransport()
    yield Http(transport, RateLimit(10_000), attempts=3, sleep=lambda s: None)
    transport.close()


def numbers(found: list[Harvested], deleted: bool = False) -> list[int]:
    return [int(h.identifier.rsplit(":", 1)[-1]) for h in found if h.deleted is deleted]


def test_who_the_repository_is(http: Http) -> None:
    with serve(Repository()) as endpoint:
        oai = OaiPmh(endpoint, http)
        assert (oai.identify().name, oai.identify().granularity) == ("Biblioteca", "YYYY-MM-DD")
        assert oai.metadata_formats() == ("oai_dc", "marcxml", "xoai")
        assert list(oai.sets()) == [("a", "Medicină"), ("b", "B")]
    with serve(Repository(sets=False)) as endpoint:
        assert list(OaiPmh(endpoint, http).sets()) == []


@pytest.mark.parametrize("prefix", ["oai_dc", "marcxml", "xoai"])
def test_every_page_is_harvested_with_the_deletions(http: Http, prefix: str) -> None:
    with serve(Repository()) as endpoint:
        found = list(OaiPmh(endpoint, http, source="infomedica").harvest(prefix=prefix))
    assert numbers(found) == LIVE
    assert numbers(found, deleted=True) == [7, 14, 21]
    record = found[0].record
    assert record is not None
    assert record.id == "infomedica:oai:x:1"
    assert record.title == "Epilepsia & șocul 1"
    assert record.year == 2001
    assert [a.short for a in record.authors] == ["Popescu Ș"]
    assert found[0].sets == ("a",)


def test_dates_are_cut_to_the_granularity_and_none_is_no_error(http: Http) -> None:
    repository = Repository()
    with serve(repository) as endpoint:
        oai = OaiPmh(endpoint, http)
        found = list(oai.harvest(start="2024-01-03T10:00:00Z", end="2024-01-05"))
        assert numbers(found) == [3, 4, 5]
        assert repository.asked[-1]["from"] == "2024-01-03"
        assert list(oai.harvest(start="2030-01-01")) == []
    exact = Repository(granularity="YYYY-MM-DDThh:mm:ssZ")
    with serve(exact) as endpoint:
        list(OaiPmh(endpoint, http).harvest(start="2024-01-03"))
        assert exact.asked[-1].get("from", "2024-01-03T00:00:00Z") == "2024-01-03T00:00:00Z"
        assert exact.asked[1]["from"] == "2024-01-03T00:00:00Z"


@pytest.mark.parametrize("cut", range(5))
def test_a_harvest_cut_at_any_page_goes_on(http: Http, tmp_path: Path, cut: int) -> None:
    with serve(Repository()) as endpoint:
        whole = list(OaiPmh(endpoint, http).harvest())
    repository = Repository(faults=[""] * cut + ["cut"] * 3)
    folder = tmp_path / "pages"
    with serve(repository) as endpoint:
        before: list[Harvested] = []
        with pytest.raises(SourceUnavailable, match="no whole XML"):
            before.extend(OaiPmh(endpoint, http).harvest(folder=folder))
        assert before == whole[: 5 * cut]
        repository.asked.clear()
        after = list(OaiPmh(endpoint, http).harvest(folder=folder))
        assert after == whole
        assert len(repository.asked) == 5 - cut  # no page was asked for twice
        repository.asked.clear()
        assert list(OaiPmh(endpoint, http).harvest(folder=folder)) == whole
        assert repository.asked == []
    assert answered(folder) == "2024-03-01T00:00:00Z"


def test_an_expired_token_begins_anew(http: Http, tmp_path: Path) -> None:
    repository = Repository(faults=["", "", "gone"])
    with serve(repository) as endpoint:
        with pytest.raises(SourceRefused, match="404"):
            list(OaiPmh(endpoint, http).harvest(folder=tmp_path))
        repository.expired.add("oai_dc|||10")
        with pytest.raises(SourceRefused, match="badResumptionToken"):
            # still expired when the new harvest comes to it: the error is the repository's
            list(OaiPmh(endpoint, http).harvest(folder=tmp_path))
        repository.expired.clear()
        assert numbers(list(OaiPmh(endpoint, http).harvest(folder=tmp_path))) == LIVE


def test_faults_that_pass_are_waited_out(http: Http) -> None:
    with serve(Repository(faults=["busy", "cut", "", "html"])) as endpoint:
        assert numbers(list(OaiPmh(endpoint, http).harvest())) == LIVE


def test_errors_say_what_to_do(http: Http) -> None:
    with serve(Repository()) as endpoint:
        oai = OaiPmh(endpoint, http)
        with pytest.raises(SourceRefused, match="cannotDisseminateFormat") as caught:
            list(oai.harvest(prefix="mods"))
        assert "format" in (caught.value.hint or "")
        with pytest.raises(SourceRefused, match="idDoesNotExist"):
            oai.record("oai:x:999")
        record = oai.record("oai:x:2").record
        assert record is not None
        assert record.doi == "10.5555/2"
    with serve(Repository(loop=True)) as endpoint, pytest.raises(SourceRefused, match="same"):
        list(OaiPmh(endpoint, http).harvest())


def test_the_folder_of_another_request_is_refused(http: Http, tmp_path: Path) -> None:
    with serve(Repository()) as endpoint:
        list(OaiPmh(endpoint, http).harvest(folder=tmp_path))
        from sinteza.errors import SourceError

        with pytest.raises(SourceError, match="another request"):
            list(OaiPmh(endpoint, http).harvest(prefix="xoai", folder=tmp_path))


def test_answers_of_real_repositories_parse(shared: Path) -> None:
    folder = shared / "library_formats" / "oai_pmh" / "sickle"
    found = list(entries(parse((folder / "ListRecords.xml").read_bytes()), "x"))
    assert found[0].deleted
    assert found[1].record is not None
    assert found[1].record.title == "Sample Title"
    for name, code in (
        ("badArgument", "badArgument"),
        ("badResumptionToken", "badResumptionToken"),
        ("idDoesNotExist", "idDoesNotExist"),
        ("noSetHierarchy", "noSetHierarchy"),
        ("cannotDisseminateFormat", "cannotDisseminateFormat"),
    ):
        with pytest.raises(SourceRefused, match=code):
            parse((folder / f"{name}.xml").read_bytes())
    assert list(entries(parse((folder / "noRecordsMatch.xml").read_bytes()), "x")) == []
    with pytest.raises(SourceUnavailable):
        parse((folder / "ListRecordsBroken.xml").read_bytes())
