"""SRU against a real server (zebra), answers of real libraries, and CQL out of our queries."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinteza.errors import QueryError, SourceRefused, SourceUnavailable
from sinteza.formats.fields import Identity
from sinteza.query import syntax
from sinteza.sources import sru
from sinteza.sources.cql import to_cql
from sinteza.sources.http import Http, HttpxTransport, RateLimit, Reply, Request
from sinteza.sources.sru import Sru
from tests import zebra

needs_zebra = pytest.mark.skipif(not zebra.available(), reason="idzebra-2.0 is not installed")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = [
        zebra.record(
            n,
            f"Epilepsia farmacorezistentă la adult {n}"
            if n % 2
            else f"Drug-resistant epilepsy {n}",
            "Popescu, Ștefan" if n % 3 else "Kwan, Patrick",
            2000 + n % 20,
            ("Epilepsie", "Lamotrigină") if n % 5 == 0 else ("Epilepsie",),
        )
        for n in range(1, 58)
    ]
    with zebra.serve(tmp_path_factory.mktemp("zebra"), records) as endpoint:
        yield endpoint


@pytest.fixture
def http() -> Iterator[Http]:
    transport = HttpxTransport()
    yield Http(transport, RateLimit(10_000), attempts=2, sleep=lambda s: None)
    transport.close()


@needs_zebra
def test_a_catalogue_says_what_it_has(catalogue: str, http: Http) -> None:
    told = Sru(catalogue, http).explain()
    assert told.title == "Catalogul bibliotecii"
    assert told.indexes == ("dc.title", "dc.creator")
    assert told.schemas == ("marcxml", "dc")


@needs_zebra
@pytest.mark.parametrize("schema", ["marcxml", "dc"])
def test_every_page_of_a_search_is_fetched(
    catalogue: str, http: Http, schema: str, tmp_path: Path
) -> None:
    client = Sru(catalogue, http, source="infomedica", schema=schema, page=10)
    query = to_cql(syntax.parse("epilepsia[ti] AND adult[ti]")).text
    found = list(client.search(query, folder=tmp_path))
    assert client.count(query) == len(found) == 29
    assert len(list(tmp_path.glob("*.xml.gz"))) == 3
    record = next(r for r in found if r.title.endswith(" 7"))
    assert record.title == "Epilepsia farmacorezistentă la adult 7"
    assert record.authors[0].short == "Popescu Ș"
    assert record.year == 2007
    if schema == "marcxml":
        assert record.id == "infomedica:rec0007"
        assert record.keywords == ("Epilepsie",)
    assert list(client.search(query, folder=tmp_path)) == found


@needs_zebra
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("epilepsia", 29),
        ('"epilepsia farmacorezistentă"', 29),
        ("kwan p[au]", 0),  # the catalogue has whole first names
        ("kwan[au]", 19),
        ("epilepsia OR epilepsy", 57),
        ("epilepsia NOT kwan[au]", 19),
        ("lamotrigină[mh]", 11),
        ("epileps*", 57),
        ("epilepsia AND 2010:2012[dp]", 3),
        ("epilepsia AND hasabstract", 29),
    ],
)
def test_our_queries_count_what_they_mean(
    catalogue: str, http: Http, query: str, count: int
) -> None:
    assert Sru(catalogue, http).count(to_cql(syntax.parse(query)).text) == count


@needs_zebra
def test_a_diagnostic_is_said_with_what_to_do(catalogue: str, http: Http) -> None:
    with pytest.raises(SourceRefused, match="diagnostic 16") as caught:
        Sru(catalogue, http).count('dc.nonesuch = "x"')
    assert "index" in (caught.value.hint or "")
    with pytest.raises(SourceRefused, match="diagnostic"):
        Sru(catalogue, http).count("((")


class Cutting:
    """A transport that lets so many answers through, then cuts."""

    def __init__(self, inner: HttpxTransport, whole: int) -> None:
        self.inner, self.whole = inner, whole

    def send(self, request: Request, *, timeout: float) -> Reply:
        reply = self.inner.send(request, timeout=timeout)
        self.whole -= 1
        return reply if self.whole >= 0 else Reply(200, reply.body[:100])


@needs_zebra
@pytest.mark.parametrize("whole", range(6))
def test_a_search_cut_at_any_page_goes_on(catalogue: str, tmp_path: Path, whole: int) -> None:
    transport = HttpxTransport()

    def client(cutting: Cutting | HttpxTransport) -> Sru:
        limited = Http(cutting, RateLimit(10_000), attempts=2, sleep=lambda s: None)
        return Sru(catalogue, limited, page=10)

    query = "epilepsia or epilepsy"
    complete = list(client(transport).search(query))
    assert len(complete) == 57
    before = []
    with pytest.raises(SourceUnavailable, match="no whole XML"):
        before.extend(client(Cutting(transport, whole)).search(query, folder=tmp_path))
    assert before == complete[: 10 * whole]
    assert list(client(transport).search(query, folder=tmp_path)) == complete
    transport.close()


def test_answers_of_the_german_libraries_parse(shared: Path) -> None:
    files = sorted((shared / "library_formats" / "sru").glob("*.gz"))
    assert len(files) == 6
    for path in files:
        root = sru.parse(gzip.decompress(path.read_bytes()))
        found = list(sru.records(root, "dnb", Identity()))
        assert sru.hits(root) >= len(found) > 0
        assert all(record.title for record in found)


def test_a_filter_no_catalogue_has_is_left_out_only_where_that_widens() -> None:
    cql = to_cql(syntax.parse("epilepsy[ti] AND hasabstract"))
    assert cql.text == 'dc.title = "epilepsy"'
    assert "left out" in cql.notes[0]
    with pytest.raises(QueryError, match="lose records"):
        to_cql(syntax.parse("epilepsy[ti] OR hasabstract"))
    kept = to_cql(syntax.parse("epilepsy[ti] NOT hasabstract"))
    assert kept.text == 'dc.title = "epilepsy"'
    assert "not excluded" in kept.notes[0]
    with pytest.raises(QueryError, match="Nothing"):
        to_cql(syntax.parse("hasabstract"))


def test_a_source_maps_fields_to_its_own_indexes() -> None:
    cql = to_cql(syntax.parse('"drug resistant"[ti] AND kwan[au]'), indexes={"ti": "alma.title"})
    assert cql.text == '(alma.title = "drug resistant" and dc.creator = "kwan")'
