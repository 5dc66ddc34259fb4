from __future__ import annotations

from hashlib import sha256

from sinteza.extraction.overlap import find, registrations
from sinteza.extraction.read import read
from sinteza.extraction.study import study
from sinteza.model.record import Author, Record, Section

TEXT = (
    "In this double-blind trial (NCT01234567), 120 adults with refractory focal seizures were "
    "randomized to lotramacetam 300 mg/day (n = 60) or placebo (n = 60). The responder rate was "
    "40.0% on lotramacetam and 20.0% on placebo."
)


def record(number: str, title: str = "Lotramacetam for focal seizures", text: str = TEXT) -> Record:
    return Record(
        id=f"pubmed:{number}",
        source="pubmed",
        source_id=number,
        title=title,
        abstract=(Section(text=text),),
        authors=(Author(last="Doe", initials="A"), Author(last="Roe", initials="B")),
        year=2020,
    )


def test_a_study_with_quotes_and_derived_events() -> None:
    one = record("1")
    found = study(read(one), one)
    assert [arm.n_randomized for arm in found.arms] == [60, 60]
    result = next(item for item in found.results if item.arm == "a0")
    assert (result.events, result.total, result.derived) == (24, 60, "percent")
    assert not result.verified
    assert result.actor.startswith("model:sinteza-rules")
    assert result.quote
    words = one.abstract_text[result.quote.start : result.quote.end]
    assert words.startswith("The responder rate")
    assert sha256(words.encode()).hexdigest() == result.quote.digest


def test_reports_of_one_trial_are_found() -> None:
    one, two = record("1"), record("2", title="A subgroup of the lotramacetam trial")
    other = record(
        "3",
        text="Ninety patients (NCT07654321) were randomized to lotramacetam 100 mg/day (n = 45) or "
        "placebo (n = 45).",
    )
    items = [(item, study(read(item), item)) for item in (one, two, other)]
    (pair,) = find(items)
    assert (pair.left, pair.right) == ("pubmed:1", "pubmed:2")
    assert pair.registered
    assert ("registration", "NCT01234567") in pair.signs
    assert registrations(one) == {"NCT01234567"}
