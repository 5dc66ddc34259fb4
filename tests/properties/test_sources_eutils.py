"""Whatever the server does: the complete set or a clear error, and never twice for nothing."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import SourceError, SourceUnavailable
from sinteza.sources.eutils import PubMed, SearchAnswer
from sinteza.sources.http import Http, HttpxTransport, RateLimit, Reply, Request
from tests.fake_eutils import FAULTS, FakePubMed, FakeServer, real_records

PMID = re.compile(rb"<PMID Version=\"\d+\">(\d+)</PMID>.*?</PubmedArticle>", re.DOTALL)


class Clock:
    """Time that passes only in sleeps."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture(scope="module")
def fake(shared: Path) -> FakePubMed:
    return FakePubMed(real_records(shared / "asm_trials")[:120])


@pytest.fixture(scope="module")
def base(fake: FakePubMed) -> Iterator[str]:
    with FakeServer(fake) as address:
        yield address


@pytest.fixture(scope="module")
def transport() -> Iterator[HttpxTransport]:
    one = HttpxTransport()
    yield one
    one.close()


def client(base: str, transport: HttpxTransport, **options: object) -> PubMed:
    clock = Clock()
    http = Http(
        transport,
        RateLimit(1e6, now=clock.now, sleep=clock.sleep),
        timeout=0.3,
        now=clock.now,
        sleep=clock.sleep,
        uniform=lambda low, high: high,
    )
    return PubMed(http, base=base, batch=25, max_ids=30, **options)  # type: ignore[arg-type]


# "slow" waits for the timeout, so it is tried on its own below
QUICK = [fault for fault in FAULTS if fault != "slow"]


@given(st.lists(st.sampled_from(["", "", *QUICK]), max_size=25))
@settings(max_examples=30)
def test_the_complete_set_or_a_clear_error(
    fake: FakePubMed, base: str, transport: HttpxTransport, faults: list[str]
) -> None:
    everything = {str(record.pmid) for record in fake.records}
    fake.faults, fake.forever, fake.requests = list(faults), "", []
    pubmed = client(base, transport)
    outcome = everything_of(pubmed)
    if isinstance(outcome, SourceError):
        spent = len(faults) - len(fake.faults)
        assert spent >= pubmed.http.attempts or "no record" in outcome.what
        return
    answer, got = outcome
    assert set(answer.ids) == everything
    assert len(answer.ids) == answer.count == len(everything)
    assert sorted(got) == sorted(everything)


def everything_of(pubmed: PubMed) -> tuple[SearchAnswer, list[str]] | SourceError:
    try:
        answer = pubmed.search("epilepsy[tiab]")
        bodies = list(pubmed.fetch(answer.ids))
    except SourceError as error:
        return error
    return answer, [pmid.decode() for body in bodies for pmid in PMID.findall(body)]


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_survived(
    fake: FakePubMed, base: str, transport: HttpxTransport, fault: str
) -> None:
    fake.faults, fake.forever, fake.requests = [fault], "", []
    assert client(base, transport).search("epilepsy[tiab]").count == len(fake.records)
    fake.faults = [fault]
    ids = [str(record.pmid) for record in fake.records[:10]]
    got = [p for body in client(base, transport).fetch(ids) for p in PMID.findall(body)]
    assert sorted(pmid.decode() for pmid in got) == sorted(ids)


@pytest.mark.parametrize("fault", [f for f in QUICK if f != "missing PMIDs"])
def test_a_lasting_fault_is_an_error(
    fake: FakePubMed, base: str, transport: HttpxTransport, fault: str
) -> None:
    fake.faults, fake.forever, fake.requests = [], fault, []
    ids = [str(record.pmid) for record in fake.records[:10]]
    try:
        if fault != "surplus record":  # a search has none
            with pytest.raises(SourceError):
                client(base, transport).search("epilepsy[tiab]")
        if fault != "wrong count":  # a fetch has none
            with pytest.raises(SourceUnavailable):
                list(client(base, transport).fetch(ids))
    finally:
        fake.forever = ""


def test_a_day_too_large_is_split_by_pmid(
    fake: FakePubMed, base: str, transport: HttpxTransport
) -> None:
    from dataclasses import replace

    kept = fake.records
    one_day = kept[0].created
    fake.records = [replace(record, created=one_day) for record in kept]
    fake.faults, fake.requests = [], []
    try:
        answer = client(base, transport).search("epilepsy[tiab]")
    finally:
        fake.records = kept
    assert set(answer.ids) == {str(record.pmid) for record in kept}
    assert any("[uid]" in form["term"] for _, form in fake.requests)
    assert [name for name, _ in answer.raw] == sorted(name for name, _ in answer.raw)


def test_records_without_a_date_of_creation_are_found_by_pmid(
    fake: FakePubMed, base: str, transport: HttpxTransport
) -> None:
    from dataclasses import replace
    from datetime import date

    kept = fake.records
    fake.records = [replace(kept[0], created=date(1, 1, 1)), *kept[1:]]  # no range holds it
    fake.faults, fake.requests = [], []
    try:
        answer = client(base, transport).search("epilepsy[tiab]")
    finally:
        fake.records = kept
    assert set(answer.ids) == {str(record.pmid) for record in kept}


def test_a_set_that_changes_while_it_is_read_is_read_again(
    fake: FakePubMed, base: str, transport: HttpxTransport
) -> None:
    hidden = fake.records[0].pmid
    fake.hidden, fake.faults, fake.requests = {hidden}, [], []

    def appear(server: FakePubMed) -> None:
        if len(server.requests) == 4:
            server.hidden = set()

    fake.after = appear
    try:
        answer = client(base, transport).search("epilepsy[tiab]")
    finally:
        fake.hidden, fake.after = set(), None
    assert set(answer.ids) == {str(record.pmid) for record in fake.records}


class Stop(BaseException):
    """A crash: no code may catch it."""


@given(st.integers(min_value=1, max_value=14))
@settings(max_examples=8)
def test_a_crash_is_resumed_without_fetching_twice(
    fake: FakePubMed, base: str, transport: HttpxTransport, crash_at: int
) -> None:
    fake.faults, fake.requests = [], []

    class Crashing:
        left = crash_at

        def send(self, request: Request, *, timeout: float) -> Reply:
            self.left -= 1
            if self.left < 0:
                raise Stop
            return transport.send(request, timeout=timeout)

        def close(self) -> None:
            pass

    def run(pubmed: PubMed) -> list[bytes]:
        ids = [str(record.pmid) for record in fake.records]
        return list(pubmed.fetch(ids)) if pubmed.search("epilepsy[tiab]").count else []

    with tempfile.TemporaryDirectory() as folder:
        first = client(base, transport, keep=Path(folder))
        first.http.transport = Crashing()
        with contextlib.suppress(Stop):
            run(first)
        bodies = run(client(base, transport, keep=Path(folder)))
    got = [pmid for body in bodies for pmid in PMID.findall(body)]
    assert len(got) == len(set(got)) == len(fake.records)
    fetched = [form["id"] for utility, form in fake.requests if utility == "efetch"]
    assert len(fetched) == len(set(fetched))


def test_the_command_writes_every_record(
    fake: FakePubMed, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from sinteza.cli.main import cli

    fake.faults, fake.requests = ["500"], []
    monkeypatch.setenv("SINTEZA_EUTILS", base)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NCBI_API_KEY", "k")
    ids = [str(record.pmid) for record in fake.records[:5]]
    done = CliRunner().invoke(
        cli, ["pubmed", "fetch", "--out", str(tmp_path / "out"), *ids, "99999999"]
    )
    assert done.exit_code == 3
    assert "no record for: 99999999" in done.stderr
    written = list((tmp_path / "out").iterdir())
    got = [pmid for path in written for pmid in PMID.findall(path.read_bytes())]
    assert sorted(pmid.decode() for pmid in got) == sorted(ids)
    found = CliRunner().invoke(cli, ["pubmed", "search", "epilepsy[ti]"])
    assert len(found.stdout.split()) == len(fake.records)
    assert "PubMed read: epilepsy[ti]" in found.stderr
