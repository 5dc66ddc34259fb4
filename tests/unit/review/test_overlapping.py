"""Studies of the same people: what shows it, what only raises the question, what a person says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sinteza.errors import StoreError
from sinteza.model.decision import Actor
from sinteza.model.record import Author, Record
from sinteza.model.study import Arm, Sharing, Study
from sinteza.review import overlapping
from sinteza.review.edition import analyses_of
from sinteza.review.review import Review
from sinteza.review.run import run
from sinteza.review.studies import gather

ANA = Actor(kind="person", name="Ana")
AT = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("overlaps") / "r"
    run("dre", target, at=AT, window="listing-2005")
    return target


@pytest.fixture
def review(folder: Path) -> Iterator[Review]:
    with Review(folder, at=AT) as opened:
        yield opened


def found(review: Review) -> dict[tuple[str, str], Sharing]:
    return {(p.left, p.right): p for p in gather(review)[1]}


def test_a_registration_in_common_settles_a_pair(review: Review) -> None:
    # the trial N01358 and a pooled analysis of three trials that names its registration
    pair = found(review)["pmid-26471380", "pmid-27335114"]
    assert (pair.same, pair.grounds) == (True, "registration")
    assert ("registration", "NCT01261325") in pair.signs
    by_id = {reading.study.id: reading.study for reading in gather(review)[0]}
    assert "pmid-27335114" in by_id["pmid-26471380"].overlaps


def test_sizes_and_authors_only_raise_the_question(review: Review) -> None:
    # two reports of one trial of 15 and 16 people by the same authors, unregistered
    pair = found(review)["pmid-15521903", "pmid-15794175"]
    assert (pair.same, pair.grounds) == (None, "signs")
    assert ("sizes", "15, 16") in pair.signs
    by_id = {reading.study.id: reading.study for reading in gather(review)[0]}
    assert by_id["pmid-15521903"].overlaps == ()


def test_what_the_evidence_base_says_holds(review: Review) -> None:
    pair = found(review)["pmid-27613521", "pmid-30564495"]
    assert (pair.same, pair.grounds) == (True, "told")


def test_a_person_settles_a_question_and_may_change_the_mind(review: Review) -> None:
    names = ("pmid-15794175", "pmid-15521903")
    overlapping.judge(review, *names, same=True, actor=ANA, reason="one trial, two outcomes")
    pair = found(review)["pmid-15521903", "pmid-15794175"]
    assert (pair.same, pair.grounds, pair.note) == (True, "judged", "one trial, two outcomes")
    assert pair.signs
    overlapping.judge(review, *names, same=False, actor=ANA)
    pair = found(review)["pmid-15521903", "pmid-15794175"]
    assert (pair.same, pair.note) == (False, "")


def test_a_pair_that_a_person_joins_enters_an_analysis_once(review: Review) -> None:
    entered = {
        effect.study: result.id
        for result in analyses_of(review)
        if result.id == "responders"
        for group in result.groups
        if group.concept == "asm"
        for effect in group.effects
    }
    one, other = sorted(entered)[:2]
    overlapping.judge(review, one, other, same=True, actor=ANA)
    omitted = {
        item.study: item.detail
        for result in analyses_of(review)
        if result.id == "responders"
        for item in result.omitted
        if item.code == "overlap"
    }
    assert {one, other} & set(omitted)
    overlapping.judge(review, one, other, same=False, actor=ANA)
    again = {
        item.study
        for result in analyses_of(review)
        if result.id == "responders"
        for item in result.omitted
        if item.code == "overlap"
    }
    assert not {one, other} & again


def test_an_unknown_study_is_said(review: Review) -> None:
    with pytest.raises(StoreError, match="No study 'pmid-1'"):
        overlapping.judge(review, "pmid-1", "pmid-15521903", same=True, actor=ANA)
    with pytest.raises(StoreError, match="is one study"):
        overlapping.judge(review, "pmid-15521903", "pmid-15521903", same=True, actor=ANA)


def test_a_substance_is_no_name_of_a_trial() -> None:
    from sinteza.extraction.overlap import acronym

    assert acronym("Lotramacetam in epilepsy (LOTUS-2): a randomised trial") == "LOTUS-2"
    assert acronym("Lotramacetam in children: LOTUS-2 substudy in Spain") == "LOTUS-2"
    assert acronym("Gamma-vinyl-GABA: effects") == ""
    assert acronym("Effects of XYZ3089: a study") == ""


def test_readings_of_one_study_are_one() -> None:
    from sinteza.extraction.overlap import find

    record = Record(
        id="a:1", source="a", source_id="1", title="T", authors=(Author(last="Doe", initials="A"),)
    )
    arms = (
        Arm(id="a0", role="intervention", intervention="lotramacetam 5 mg", n_randomized=31),
        Arm(id="a1", role="comparator", intervention="placebo", n_randomized=35),
    )
    study = Study(id="s", label="S", arms=arms)
    assert find([(record, study), (record, study)]) == []
