"""The language model's adapter against a local server that also lies, breaks off and is slow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sinteza.errors import SourceError, SourceRefused, SourceUnavailable
from sinteza.extraction.extractor import Extractor
from sinteza.extraction.study import study
from sinteza.model.record import Record, Section
from sinteza.sources.chat import ChatExtractor, from_environment
from sinteza.sources.http import Http, HttpxTransport, RateLimit
from tests.fake_chat import FAULTS, FakeChat, serving

RECORD = Record(
    id="pubmed:7",
    source="pubmed",
    source_id="7",
    title="Lotramacetam for focal seizures",
    abstract=(
        Section(text="We randomized 120 adults to lotramacetam (n\u00a0=\u00a060) or placebo."),
        Section(text="Responders were 24 (40\u00b70%) of 60 on lotramacetam and 20.0% on placebo."),
    ),
    body=(
        Section(
            text="No patient died on placebo; one died on lotramacetam.",
            label="Results / Safety",
            category="RESULTS",
        ),
        Section(
            text=" | Lotramacetam | Placebo\nSerious adverse events | 3 (5.0) | 1 (1.7)",
            label="Table 1. Safety",
            category="TABLE",
        ),
    ),
)
QUOTE = "Responders were 24 (40.0%) of 60 on lotramacetam and 20.0% on placebo."
ANSWER: dict[str, Any] = {
    "domain": "epilepsy",
    "design": {"type": "rct_parallel", "randomised": True, "blinding": None, "control": "placebo"},
    "population": {"drug_resistant": None, "age_group": "adults", "n_randomised": 120},
    "arms": [
        {"id": "a", "role": "intervention", "name": "lotramacetam", "n_randomised": 60},
        {"id": "b", "role": "comparator", "name": "placebo", "n_randomised": 61},
    ],
    "outcomes": [
        {
            "code": "RR50",
            "quote": QUOTE,
            "values": [
                {"arm": "a", "events": 24, "total": 60, "percent": 40},
                {"arm": "b", "percent": 20.0},
            ],
        }
    ],
    "effects": [],
}


def outcome(**changes: Any) -> dict[str, Any]:
    return {**ANSWER, "outcomes": [{**ANSWER["outcomes"][0], **changes}]}


@pytest.fixture
def chat() -> Iterator[FakeChat]:
    with serving(FakeChat(content=json.dumps(ANSWER))) as server:
        yield server


@pytest.fixture
def asked(chat: FakeChat) -> Iterator[ChatExtractor]:
    transport = HttpxTransport()
    http = Http(transport, RateLimit(1000.0), attempts=3, timeout=0.3, sleep=lambda _: None)
    yield ChatExtractor(chat.url, "made-up/model-1", chat.key, http=http)
    transport.close()


def test_values_come_with_places_that_we_found(chat: FakeChat, asked: ChatExtractor) -> None:
    assert isinstance(asked, Extractor)
    report = asked.read(RECORD)
    assert report.extractor == "chat/made-up/model-1"
    (found,) = report.outcomes
    text = RECORD.abstract_text
    assert text[found.evidence.start : found.evidence.end] == RECORD.abstract[1].text
    first, second = found.values
    assert (first.events, first.total, first.percent) == (24, 60, 40.0)
    assert text[first.start : first.end] == "24 (40\u00b70"
    assert text[second.start : second.end] == "20.0"
    assert all(value.needs_look and value.confidence < 0.7 for value in found.values)
    # 61 is printed nowhere
    assert [arm.n_randomised for arm in report.arms] == [60, None]
    kept = study(report, RECORD)
    assert kept.read_by == "chat/made-up/model-1"
    assert all("needs_look" in result.flags for result in kept.results)
    assert all(result.actor == "model:chat/made-up/model-1" for result in kept.results)
    (request,) = chat.requests
    assert (request["model"], request["temperature"]) == ("made-up/model-1", 0)
    assert "Results / Safety" in request["messages"][1]["content"]


@pytest.mark.parametrize(
    ("content", "flag"),
    [
        (outcome(quote="Responders were 90% on lotramacetam."), "dropped_quote_not_in_the_text: 1"),
        (outcome(quote="40.0%"), "dropped_quote_not_in_the_text: 1"),
        (outcome(quote=""), "dropped_quote_not_in_the_text: 1"),
        (outcome(values=[{"arm": "a", "percent": 45}]), "dropped_figure_not_in_the_quote: 1"),
        (outcome(values=[{"arm": "a", "total": 60}]), "dropped_figure_not_in_the_quote: 1"),
        (outcome(values=[{"arm": "z", "percent": 40}]), "dropped_unknown_arm: 1"),
        (outcome(code="HAPPY"), "dropped_not_in_the_schema: 1"),
        (outcome(values="forty"), "dropped_not_in_the_schema: 1"),
        ({**ANSWER, "outcomes": [17]}, "dropped_not_in_the_schema: 1"),
    ],
)
def test_what_does_not_hold_is_left_out_and_counted(
    chat: FakeChat, asked: ChatExtractor, content: dict[str, Any], flag: str
) -> None:
    chat.content = json.dumps(content)
    report = asked.read(RECORD)
    assert report.outcomes == ()
    assert flag in report.flags
    assert report.design.type == "rct_parallel"


@pytest.mark.parametrize(
    "content", ["", "I am sorry, but", "[]", '{"outcomes": [', "null", "[" * 5000, '{"a": NaN}']
)
def test_an_answer_that_is_no_json_gives_nothing(
    chat: FakeChat, asked: ChatExtractor, content: str
) -> None:
    chat.content = content
    report = asked.read(RECORD)
    assert (report.outcomes, report.flags) == ((), ("answer_unusable",))
    assert report.design.type == "unknown"


def test_misprints_are_flagged_as_the_rules_flag_them(chat: FakeChat, asked: ChatExtractor) -> None:
    values = [{"arm": "a", "events": 60, "total": 24}, {"arm": "b", "events": 24, "percent": 20}]
    chat.content = f"```json\n{json.dumps(outcome(values=values))}\n```"
    (found,) = asked.read(RECORD).outcomes
    assert "events_over_total" in found.values[0].flags


def test_quotes_of_the_body_carry_their_section(chat: FakeChat, asked: ChatExtractor) -> None:
    died = {
        "code": "DEATH",
        "quote": RECORD.body[0].text,
        "values": [{"arm": "a", "events": 1}, {"arm": "b", "events": 0}],
    }
    row = {
        "code": "SAE",
        "quote": "Serious adverse events | 3 (5.0) | 1 (1.7)",
        "values": [{"arm": "a", "events": 3, "percent": 5.0}],
    }
    chat.content = json.dumps({**ANSWER, "outcomes": [died, row]})
    first, second = asked.read(RECORD).outcomes
    assert [value.events for value in first.values] == [1, 0]
    for found, quote in ((first, died["quote"]), (second, row["quote"])):
        place = found.evidence
        assert RECORD.passage(place.section)[place.start : place.end] == quote
    assert first.evidence.section == "Results / Safety"
    assert second.evidence.sentence == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_outlived(chat: FakeChat, asked: ChatExtractor, fault: str) -> None:
    chat.faults = [fault]
    assert len(asked.read(RECORD).outcomes) == 1
    assert len(chat.requests) == 2


@pytest.mark.parametrize("fault", ["500", "slow", "no choices"])
def test_a_server_that_never_answers_is_unavailable(
    chat: FakeChat, asked: ChatExtractor, fault: str
) -> None:
    chat.faults = [fault] * 3
    with pytest.raises(SourceUnavailable, match="tried 3 times"):
        asked.read(RECORD)


def test_a_wrong_key_is_refused_at_once_and_never_shown(chat: FakeChat) -> None:
    asked = ChatExtractor(chat.url, "m", "other")
    with pytest.raises(SourceRefused, match="401") as caught:
        asked.read(RECORD)
    assert "SINTEZA_CHAT_KEY" in str(caught.value)
    assert "other" not in str(caught.value)
    assert len(chat.requests) == 1
    asked.close()


def test_nothing_is_asked_without_an_endpoint() -> None:
    with pytest.raises(SourceError, match="SINTEZA_CHAT_URL"):
        from_environment({})
    with pytest.raises(SourceError, match="SINTEZA_CHAT_MODEL"):
        from_environment({"SINTEZA_CHAT_URL": "http://localhost/v1"})
    with pytest.raises(SourceRefused, match="no address"):
        from_environment({"SINTEZA_CHAT_URL": "localhost", "SINTEZA_CHAT_MODEL": "m"})
