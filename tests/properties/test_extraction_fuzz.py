"""Whatever is thrown at it, extraction ends in time, and its places lie in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.classification.match import Matcher
from sinteza.classification.taxonomy import Concept, Taxonomy
from sinteza.extraction.read import read
from sinteza.model.record import Record, Section
from sinteza.text.roles import load

PIECES = st.sampled_from(
    [
        "responder rate",
        "≥50%",
        "12·5%",
        "(",
        ")",
        "[",
        "; ",
        ", ",
        " vs. ",
        "placebo",
        "lamotrigine 200 mg/day",
        "seizure-free",
        "34 (43%)",
        "respectively",
        "95% CI 1.2-3.4",
        "n = 12",
        "p<0.001",
        "\u200f\u05d0\u05d1",
        "<b>",
        "&lt;",
        "\x00",
        "e\u0301",
        "ﬁ",
        "𝟓𝟎%",
        ". ",
        "adverse events",
        "discontinued",
        "none",
        "forty-one percent",
        "randomized",
        "respectively",
        "open-label extension",
        "group A received",
        "primary endpoint",
        "from 5% to",
        "compared with",
        "psychiatric",
        "/",
    ]
)


def record(title: str, text: str) -> Record:
    return Record(id="t:1", source="t", source_id="1", title=title, abstract=(Section(text=text),))


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=300), st.text(max_size=40))
def test_any_text(text: str, title: str) -> None:
    found = read(record(title, text), load().predict)
    ids = {arm.id for arm in found.arms}
    for outcome in found.outcomes:
        assert 0 <= outcome.evidence.start <= outcome.evidence.end <= len(text)
        for value in outcome.values:
            assert value.arm in ids
            assert 0 <= value.start <= value.end <= len(text)
            assert 0 <= value.confidence <= 1
            assert value.events is None or value.total is None or value.events <= value.total


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "(" * 100_000,
        "50% " * 50_000,
        "1, " * 60_000,
        "placebo " * 25_000,
        "responder rate was 5% (" * 8_000,
        "immun" * 40_000,
        "lamotrigine 5 mg, " * 12_000,
        "one hundred and " * 12_000,
        "A (b) " * 30_000,
        "median percent reduction in seizure frequency " * 4_000,
        "discontinued due to adverse events " * 5_000,
        "placebo 5% " * 15_000,
        "one of two patients " * 8_000,
        "reduction in median " * 8_000,
        "ketamine plus midazolam, placebo plus " * 4_000,
        "(A group) received " * 8_000,
        "≥50% (5%) or " * 10_000,
        "started at 5 mg and increased " * 5_000,
        "the most common reasons for discontinuation were " * 3_000,
    ],
    ids=lambda text: text[:12],
)
def test_long_and_odd_texts_end_in_time(text: str) -> None:
    start = time.process_time()
    read(record(text[:300], text), load().predict)
    assert time.process_time() - start < 8


def test_the_matcher_on_long_texts() -> None:
    concept = Concept(
        id="a",
        kind="therapy",
        label={"en": "immunotherapy", "ro": "imunoterapie"},
        patterns=(r"immun\w*globulin\w*", r"(a|b)\w* .{0,40}stimulat\w+"),
    )
    matcher = Matcher(Taxonomy([concept]))
    for text in ("immun" * 40_000, "a stimul " * 20_000, "immunoglobulin " * 10_000):
        start = time.process_time()
        matcher.match(record("t", text))
        assert time.process_time() - start < 8
