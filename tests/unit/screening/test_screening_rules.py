"""Each criterion met and failed, with the words that decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from sinteza.model.protocol import (
    Bilingual,
    Criterion,
    FactRule,
    Filter,
    Protocol,
    PublicationTypeRule,
    Question,
    RetractionRule,
    Rule,
    TermsRule,
    Window,
    WindowRule,
)
from sinteza.model.record import (
    Dates,
    Link,
    MeshHeading,
    OtherAbstract,
    PublicationType,
    Record,
    Section,
)
from sinteza.model.study import Study
from sinteza.screening.rules import Screener, first_day, term_pattern, words_met

WORDS = Bilingual(en="x", ro="x")
WINDOW = Window(id="w", label=WORDS, start="2015-01-01", end="2021-01-06")
RCT = Filter(publication_type="Randomized Controlled Trial", ui="D016449", query="rct[pt]")
TERMS = TermsRule(
    groups=(("drug resistant", "refractory"), ("epilep*",)),
    mesh=(("Drug Resistant Epilepsy",), ("Epilepsy",)),
    read="drug_resistant",
    values=("explicit", "implied"),
)


def protocol(**rules: Rule) -> Protocol:
    return Protocol(
        schema=1,
        id="p",
        title=WORDS,
        version="3",
        question=Question(
            text=WORDS, population=WORDS, intervention=WORDS, comparator=WORDS, outcome=WORDS
        ),
        sources=(),
        searches=(),
        windows=(WINDOW,),
        criteria=tuple(
            Criterion(id=name, label=WORDS, text=WORDS, reason=WORDS, rule=rule)
            for name, rule in rules.items()
        ),
        outcomes=(),
        analyses=(),
        filters=(RCT,),
    )


def record(**fields: Any) -> Record:
    return Record(id="r:1", source="r", source_id="1", **fields)


def decide(rule: Rule, of: Record, *readings: Study, known: Any = None) -> tuple[bool, str]:
    screener = Screener(protocol(c=rule), WINDOW, date(2026, 1, 1))
    got = screener.decide("cluster", of, readings, known)
    assert (got.cluster, got.stage, got.actor.key) == ("cluster", "title_abstract", got.actor.key)
    assert str(got.actor) == "rule:protocol-p/3"
    if got.verdict == "exclude":
        assert got.reason == "c"
        return False, got.note
    assert got.reason == ""
    return True, got.note.removeprefix("c=")


def printed(day: str, **more: str) -> Record:
    return record(dates=Dates(printed=day, **more), year=int(day[:4]))


@pytest.mark.parametrize(
    ("of", "met", "note"),
    [
        (printed("2015-01-01"), True, "2015-01-01"),
        (printed("2014-12-31"), False, "2014-12-31"),
        (printed("2021-01-06"), True, "2021-01-06"),
        (printed("2021-01-07"), False, "2021-01-07"),
        (printed("2021-01"), True, "2021-01"),
        (printed("2021-02"), False, "2021-02"),
        (printed("2021"), True, "year only: 2021"),
        (printed("2014"), False, "2014"),
        (printed("2021-03", electronic="2020-12-30"), True, "2020-12-30"),
        (printed("2014-11", electronic="2014-10-02"), False, "2014-11, 2014-10-02"),
        (record(year=2016), True, "year only: 2016"),
        (record(year=2022), False, "2022"),
        (record(), False, "no date"),
    ],
)
def test_the_window_and_imprecise_dates(of: Record, met: bool, note: str) -> None:
    assert decide(WindowRule(), of) == (met, note)


def test_a_missing_month_is_january_and_a_missing_day_the_first() -> None:
    assert [first_day(day) for day in ("2015", "2015-07", "2015-07-09")] == [
        "2015-01-01",
        "2015-07-01",
        "2015-07-09",
    ]


def test_an_open_window_ends_with_the_run() -> None:
    living = msgspec.structs.replace(WINDOW, end="")
    for today, verdict in ((date(2022, 5, 4), "include"), (date(2022, 5, 3), "exclude")):
        screener = Screener(protocol(c=WindowRule()), living, today)
        assert screener.decide("c", printed("2022-05-04")).verdict == verdict


def of_type(*names: str) -> Record:
    return record(publication_types=tuple(PublicationType(name=name) for name in names))


def test_publication_types() -> None:
    rule = PublicationTypeRule(below=("Pragmatic Clinical Trial",), designs=("rct_parallel",))
    trial = Study(id="s", label="S", design="rct_parallel", read_by="Ana")
    cohort = Study(id="s", label="S", design="observational", read_by="Ana")
    assert decide(rule, of_type("Journal Article", "randomized controlled trial"))[0]
    assert decide(rule, of_type("Pragmatic Clinical Trial")) == (True, "Pragmatic Clinical Trial")
    assert decide(rule, of_type("Review", "Letter")) == (False, "Review, Letter")
    assert decide(rule, record()) == (False, "none given")
    assert decide(rule, record(), trial) == (True, "read by a person: rct_parallel")
    assert decide(rule, record(), cohort) == (False, "none given")
    # a person's reading stands in only where the record says nothing of its kind
    assert decide(rule, of_type("Review"), trial) == (False, "Review")


@pytest.mark.parametrize(
    ("of", "note"),
    [
        (record(title="Refractory Epilepsies"), "title: refractory, title: epilepsies"),
        (
            record(title="Refractory pain", abstract=(Section(text="and EPILEPTIC fits"),)),
            "title: refractory, abstract: epileptic",
        ),
        (
            record(title="x", keywords=("drug-resistant", "épilepsie")),
            "keywords: drug-resistant, keywords: epilepsie",
        ),
        (
            record(title="x", mesh=(MeshHeading(name="Drug Resistant Epilepsy"),)),
            "MeSH: drug resistant, MeSH: epilepsy",
        ),
        (
            record(
                vernacular_title="Epilepsie",
                other_abstracts=(OtherAbstract(sections=(Section(text="refractory"),)),),
            ),
            "abstract: refractory, title: epilepsie",
        ),
    ],
)
def test_terms_met(of: Record, note: str) -> None:
    assert decide(TERMS, of) == (True, note)
    assert words_met(TERMS, of) == note


def test_terms_not_met() -> None:
    half = record(title="Refractory migraine", abstract=(Section(text="a trial"),))
    assert decide(TERMS, half) == (False, "")
    assert decide(TERMS, record(title="Refractory migraine")) == (False, "no abstract at hand")
    assert words_met(TERMS, half) == ""
    # words are whole: a term is no part of another word, and groups do not stand for each other
    assert not decide(TERMS, record(title="irrefractory antiepileptic"))[0]
    assert not decide(TERMS, record(title="refractory, drug resistant"))[0]


def test_a_heading_stands_for_the_group_of_its_place() -> None:
    rule = msgspec.structs.replace(TERMS, mesh=((), ("Seizures",)))
    seizures = (MeshHeading(name="Seizures"),)
    met = decide(rule, record(title="refractory", mesh=seizures))
    assert met == (True, "title: refractory, MeSH: Seizures")
    assert not decide(rule, record(title="epilepsy", mesh=seizures))[0]


def test_terms_read_by_a_person_or_found_in_an_abstract_elsewhere() -> None:
    read = Study(id="s", label="S", drug_resistant="implied")
    other = Study(id="s", label="S", drug_resistant="no")
    bare = record(title="x")
    assert decide(TERMS, bare, read) == (True, "read by a person: implied")
    assert not decide(TERMS, bare, other)[0]
    assert decide(TERMS, bare, known={"c": "abstract: refractory"}) == (
        True,
        "abstract: refractory",
    )
    # with the abstract at hand, it decides and not what was once found
    here = record(title="x", abstract=(Section(text="nothing of it"),))
    assert not decide(TERMS, here, known={"c": "abstract: refractory"})[0]
    assert not decide(TERMS, bare, known={"other": "abstract: refractory"})[0]


def test_facts_and_retractions() -> None:
    rule = FactRule(field="domain", values=("veterinary", "other"))
    dogs = Study(id="s", label="S", domain="veterinary")
    people = Study(id="t", label="T", domain="epilepsy")
    assert decide(rule, record(), dogs) == (False, "read by a person: veterinary")
    assert decide(rule, record(), people, dogs)[0] is False
    assert decide(rule, record(), people) == (True, "")
    assert decide(rule, record()) == (True, "")
    gone = record(links=(Link(kind="RetractionIn", pmid="77"),))
    assert decide(RetractionRule(), gone) == (False, "PMID 77")
    assert decide(RetractionRule(), of_type("Retracted Publication")) == (False, "")
    notice = record(links=(Link(kind="RetractionOf", pmid="77"),))
    assert decide(RetractionRule(), notice) == (True, "")


def test_the_first_criterion_that_fails_is_the_reason() -> None:
    rules = protocol(window=WindowRule(), terms=TERMS, kind=PublicationTypeRule())
    screener = Screener(rules, WINDOW, date(2026, 1, 1))
    got = screener.decide("c", record(year=2001))
    assert (got.verdict, got.reason) == ("exclude", "window")
    got = screener.decide("c", record(year=2016, title="epilepsy"))
    assert (got.verdict, got.reason) == ("exclude", "terms")
    good = record(
        year=2016,
        title="refractory epilepsy",
        publication_types=(PublicationType(name=RCT.publication_type),),
    )
    got = screener.decide("c", good)
    assert (got.verdict, got.note) == (
        "include",
        "window=year only: 2016; terms=title: refractory, title: epilepsy;"
        " kind=Randomized Controlled Trial",
    )


def test_criteria_of_the_full_text_are_not_tried_on_the_abstract() -> None:
    rules = protocol(kind=PublicationTypeRule())
    (later,) = (msgspec.structs.replace(c, stage="full_text") for c in rules.criteria)
    rules = msgspec.structs.replace(rules, criteria=(later,))
    assert Screener(rules, WINDOW, date(2026, 1, 1)).decide("c", record()).verdict == "include"


def test_a_term_is_words_and_not_a_pattern() -> None:
    pattern = term_pattern(["a.b", "c+"])
    assert pattern.search("x a.b y")
    assert not pattern.search("x axb y")
    assert not pattern.search("ccc")
