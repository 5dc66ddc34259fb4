"""The live client without a network: what it sends, reads, refuses and waits for."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from sinteza.errors import QueryError, SourceRefused, SourceUnavailable
from sinteza.sources.eutils import Identity, PubMed, within
from sinteza.sources.http import Http, RateLimit, Reply, Request


class Scripted:
    """Answers from a function; remembers what was asked."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.sent: list[Request] = []

    def send(self, request: Request, *, timeout: float) -> Reply:
        self.sent.append(request)
        return self.answer(request)

    def close(self) -> None:
        pass


def made(answer: Callable[[Request], Reply], slept: list[float] | None = None) -> PubMed:
    pauses: list[float] = [] if slept is None else slept
    http = Http(
        Scripted(answer),
        RateLimit(1e6, now=lambda: 1_700_000_000.0, sleep=lambda s: None),
        now=lambda: 1_700_000_000.0,
        sleep=pauses.append,
        uniform=lambda low, high: high,
    )
    return PubMed(http, Identity(email="a@example.org", api_key="secret"))


def search_xml(ids: list[int], extra: str = "") -> bytes:
    rows = "".join(f"<Id>{pmid}</Id>" for pmid in ids)
    return (
        f"<eSearchResult><Count>{len(ids)}</Count><IdList>{rows}</IdList>{extra}</eSearchResult>"
    ).encode()


def answering(ids: list[int], extra: str = "") -> Callable[[Request], Reply]:
    return lambda request: Reply(
        200,
        search_xml(ids[: int(request.fields["retmax"])], extra)
        if request.fields["retmax"] != "0"
        else search_xml([], extra).replace(b">0<", f">{len(ids)}<".encode(), 1),
    )


def test_search_says_all_pubmed_said() -> None:
    extra = (
        "<TranslationSet><Translation><From>epilepsy</From><To>x</To></Translation>"
        "</TranslationSet><QueryTranslation>x[All Fields]</QueryTranslation>"
        "<ErrorList><PhraseNotFound>qqq</PhraseNotFound></ErrorList>"
        "<WarningList><PhraseIgnored>the</PhraseIgnored></WarningList>"
    )
    pubmed = made(answering([3, 2, 1], extra))
    answer = pubmed.search("epilepsy qqq", window=(date(2015, 1, 1), date(2021, 1, 6)))
    assert answer.ids == ("3", "2", "1")
    assert answer.count == 3
    assert answer.term == "(epilepsy qqq) AND 2015/01/01:2021/01/06[dp]"
    assert answer.translation == "x[All Fields]"
    assert answer.translation_set == (("epilepsy", "x"),)
    assert answer.warnings == ("PhraseNotFound: qqq", "PhraseIgnored: the")
    assert answer.at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert [name for name, _ in answer.raw] == ["esearch-0000 count.xml", "esearch-0001 ids.xml"]


def test_unknown_field_is_refused_even_with_a_count() -> None:
    extra = "<ErrorList><FieldNotFound>zz</FieldNotFound></ErrorList>"
    with pytest.raises(SourceRefused, match="no field zz"):
        made(answering([1], extra)).search("epilepsy[ti]")


@pytest.mark.parametrize(
    "query", ["x[ti] or y[ti]", "x[ti] OR y[ti] AND z[ti]", "(x[ti]", "x adj3 y", "x[zz]"]
)
def test_what_pubmed_would_misread_is_not_sent(query: str) -> None:
    pubmed = made(answering([1]))
    with pytest.raises(QueryError):
        pubmed.search(query)
    assert isinstance(pubmed.http.transport, Scripted)
    assert not pubmed.http.transport.sent


def test_allowed_notes_are_sent() -> None:
    query = "x[ti] OR y[ti] AND z[ti]"
    assert made(answering([1])).search(query, allow=["W-MIXED-OPS"]).count == 1


def test_dry_run_hides_the_key() -> None:
    requests = made(answering([])).requests("epilepsy[ti]")
    shown = "\n".join(request.shown() for request in requests)
    assert "secret" not in shown
    assert "term=epilepsy[ti]" in shown
    assert "email=a@example.org" in shown


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            b"<eSearchResult><ERROR>Search Backend failed: x</ERROR></eSearchResult>",
            SourceUnavailable,
        ),
        (b"<eSearchResult><ERROR>Invalid db name specified</ERROR></eSearchResult>", SourceRefused),
        (
            b"<eSearchResult><ERROR>Search Backend failed: 'retstart' cannot be larger than 9998"
            b"</ERROR></eSearchResult>",
            SourceRefused,
        ),
        (b'{"error":"API rate limit exceeded"}', SourceUnavailable),
        (b"<html><body>down</body></html>", SourceUnavailable),
        (b"<eSearchResult><Count>1", SourceUnavailable),
        (b"", SourceUnavailable),
    ],
)
def test_errors_inside_http_200(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        made(lambda request: Reply(200, body)).count("epilepsy[ti]")


def test_retry_after_is_kept_and_pauses_double() -> None:
    replies = [Reply(429, b"", {"retry-after": "7"}), Reply(500, b""), Reply(503, b"")]
    slept: list[float] = []

    def answer(request: Request) -> Reply:
        return replies.pop(0) if replies else answering([1])(request)

    assert made(answer, slept).count("epilepsy[ti]") == 1
    assert slept == [7.0, 2.0, 4.0]


def test_a_refusal_is_not_repeated() -> None:
    pubmed = made(lambda request: Reply(400, b"bad request"))
    with pytest.raises(SourceRefused, match="400"):
        pubmed.count("epilepsy[ti]")
    assert isinstance(pubmed.http.transport, Scripted)
    assert len(pubmed.http.transport.sent) == 1


def test_withdrawn_pmids_are_named() -> None:
    def answer(request: Request) -> Reply:
        asked = request.fields["id"].split(",")
        rows = "".join(
            f"<PubmedArticle><MedlineCitation><PMID>{p}</PMID></MedlineCitation></PubmedArticle>"
            for p in asked
            if p != "2"
        )
        return Reply(200, f"<PubmedArticleSet>{rows}</PubmedArticleSet>".encode())

    with pytest.raises(SourceRefused, match="no record for 1 of the PMIDs asked for: 2"):
        list(made(answer).fetch(["1", "2", "3"]))
    absent: list[tuple[str, ...]] = []
    assert len(list(made(answer).fetch(["1", "2", "3"], missing=absent.append))) == 1
    assert absent == [("2",)]


def test_what_is_no_pmid_is_refused() -> None:
    with pytest.raises(SourceRefused, match="not a PMID"):
        list(made(answering([])).fetch(["12", "PMC3"]))


def test_window_is_checked() -> None:
    assert within("a", None) == "a"
    with pytest.raises(SourceRefused):
        within("a", (date(2021, 1, 1), date(2020, 1, 1)))
    with pytest.raises(SourceRefused):
        within("a", (date(2020, 1, 1), date(2021, 1, 1)), "ti")


def test_identity_from_the_environment() -> None:
    identity = Identity.from_environment({"NCBI_EMAIL": "a@b.ro", "NCBI_API_KEY": "k"})
    assert identity.per_second == 10
    assert identity.fields == {"tool": "sinteza", "email": "a@b.ro", "api_key": "k"}
    assert Identity.from_environment({}).per_second == 3


def _take(path: Path, barrier: Barrier, times: int) -> None:
    limit = RateLimit(50, path / "slot")
    barrier.wait(30)
    taken = []
    for _ in range(times):
        limit.wait()
        taken.append(time.time())
    (path / f"taken-{multiprocessing.current_process().pid}").write_text(
        " ".join(map(repr, taken)), "utf-8"
    )


def test_one_rate_for_all_processes(tmp_path: Path) -> None:
    """Two processes that take 15 slots each at 50 a second need 29 gaps of 20 ms together."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [context.Process(target=_take, args=(tmp_path, barrier, 15)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(worker.exitcode == 0 for worker in workers)
    files = list(tmp_path.glob("taken-*"))
    taken = sorted(float(text) for path in files for text in path.read_text("utf-8").split())
    assert len(taken) == 30
    # alone, each would be done after 14 gaps (0.28 s)
    assert taken[-1] - taken[0] >= 29 / 50 - 0.1


def test_a_clock_set_back_does_not_stall(tmp_path: Path) -> None:
    (tmp_path / "slot").write_text("99999999999.0")
    slept: list[float] = []
    RateLimit(3, tmp_path / "slot", now=lambda: 1000.0, sleep=slept.append).wait()
    assert slept == []
