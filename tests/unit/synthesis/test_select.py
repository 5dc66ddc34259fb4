"""Which studies enter an analysis: added dose arms, reasons to stay out, nobody counted twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinteza.model.study import Arm, ArmResult, Study
from sinteza.synthesis.select import Selection, select

from .trials import PLAN, RESPONSE, ancestors, trial

replace = msgspec.structs.replace


def chosen(*studies: Study, plan: Any = PLAN, **options: Any) -> Selection:
    options = {"included": {s.id for s in studies}, "ancestors": ancestors} | options
    return select(studies, plan, RESPONSE, **options)


def reason(study: Study, **options: Any) -> tuple[str, str]:
    selection = chosen(study, **options)
    assert selection.comparisons == ()
    (omitted,) = selection.omitted
    assert (omitted.study, omitted.label) == (study.id, study.label)
    return omitted.code, omitted.detail


def test_dose_arms_of_one_treatment_are_added_up() -> None:
    (got,) = chosen(trial("a", ("lev", 10, 50), ("lev", 20, 60), ("placebo", 5, 55))).comparisons
    (side,) = got.treated
    assert (side.concept, side.events, side.total, side.arms) == ("lev", 30, 110, ("a0", "a1"))
    assert (got.comparator.events, got.comparator.total) == (5, 55)
    assert (got.groups, got.control) == (("drug",), "placebo")


def test_treatments_of_one_study_stay_apart() -> None:
    (got,) = chosen(trial("a", ("lev", 10, 50), ("brv", 20, 60), ("placebo", 5, 55))).comparisons
    assert [(s.concept, s.events) for s in got.treated] == [("lev", 10), ("brv", 20)]


def test_why_studies_stay_out() -> None:
    good = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    assert len(chosen(good).comparisons) == 1
    assert reason(good, included=set()) == ("not_included", "")
    assert reason(replace(good, design="single_arm")) == ("design", "single_arm")
    assert reason(trial("a", ("lev", 10, 50))) == ("control", "none")
    two = trial("a", ("lev", 1, 5), ("placebo", 1, 5), ("sham", 1, 5))
    assert reason(two) == ("control", "2 comparators")
    assert reason(good, plan=replace(PLAN, controls=("sham",))) == ("control", "placebo")
    active = replace(good, arms=(good.arms[0], replace(good.arms[1], control="")))
    assert reason(active, plan=replace(PLAN, controls=("sham",))) == ("control", "active")
    assert reason(trial("a", ("placebo", 5, 50)))[0] == "therapy"
    assert reason(trial("a", ("yoga", 10, 50), ("placebo", 5, 50))) == ("therapy", "yoga")
    assert reason(replace(good, results=()))[0] == "outcome"
    assert reason(replace(good, results=good.results[:1])) == ("counts", "placebo")
    lost = tuple(replace(r, events=None, percent=20.0) for r in good.results)
    assert reason(replace(good, results=lost))[0] == "counts"
    many = (replace(good.results[0], events=51), good.results[1])
    assert reason(replace(good, results=many)) == ("impossible", "lev: 51 of 50")


def test_what_no_person_verified_stays_out_until_asked_for() -> None:
    machine = trial("a", ("lev", 10, 50), ("placebo", 5, 50), verified=False)
    assert reason(machine)[0] == "unverified"
    (got,) = chosen(machine, verified_only=False).comparisons
    assert not got.comparator.verified
    assert not got.treated[0].verified


def test_what_a_person_verified_stands_before_a_machines_count() -> None:
    good = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    guess = tuple(replace(r, events=49, verified=False) for r in good.results)
    for results in (good.results + guess, guess + good.results):
        for verified_only in (True, False):
            (got,) = chosen(replace(good, results=results), verified_only=verified_only).comparisons
            assert (got.treated[0].events, got.comparator.events) == (10, 5)


def test_a_subset_counts_only_where_nothing_is_told_of_everybody() -> None:
    good = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    part = tuple(replace(r, events=3, total=20, subset="adults") for r in good.results)
    (got,) = chosen(replace(good, results=good.results + part)).comparisons
    assert (got.treated[0].events, got.notes) == (10, ())
    (got,) = chosen(replace(good, results=part)).comparisons
    assert (got.treated[0].events, got.treated[0].total, got.notes) == (3, 20, ("adults",))
    other = tuple(replace(r, subset="children") for r in part)
    assert reason(replace(good, results=part + other)) == (
        "outcome",
        "only for subsets: adults, children",
    )


def test_totals_are_those_of_the_result_else_analyzed_else_randomized() -> None:
    good = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    arms = (replace(good.arms[0], n_analyzed=48), good.arms[1])
    results = (good.results[0], replace(good.results[1], total=47))
    (got,) = chosen(replace(good, arms=arms, results=results)).comparisons
    assert (got.treated[0].total, got.comparator.total) == (48, 47)


@pytest.mark.parametrize("named_by", ["small", "large", "both"])
def test_the_same_people_are_never_pooled_twice(named_by: str) -> None:
    """Whichever of the two says that they overlap, the larger one stays."""
    small = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    large = trial("b", ("lev", 20, 90), ("placebo", 9, 90))
    if named_by in ("small", "both"):
        small = replace(small, overlaps=("b",))
    if named_by in ("large", "both"):
        large = replace(large, overlaps=("a",))
    got = chosen(small, large)
    assert [c.study for c in got.comparisons] == ["b"]
    (omitted,) = got.omitted
    assert (omitted.study, omitted.code, omitted.detail) == ("a", "overlap", "b")


def test_a_study_that_cannot_enter_displaces_none() -> None:
    small = trial("a", ("lev", 10, 50), ("placebo", 5, 50), overlaps=("b",))
    large = trial("b", ("lev", 20, 90), ("placebo", 9, 90), overlaps=("a",), design="single_arm")
    assert [c.study for c in chosen(small, large).comparisons] == ["a"]


@given(
    sizes=st.lists(st.integers(10, 99), min_size=1, max_size=7),
    pairs=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=10),
)
def test_no_two_chosen_studies_overlap_and_none_is_lost(
    sizes: list[int], pairs: set[tuple[int, int]]
) -> None:
    studies = [
        trial(
            f"s{i}",
            ("lev", 1, size),
            ("placebo", 1, size),
            overlaps=tuple(f"s{b}" for a, b in sorted(pairs) if a == i and b != i),
        )
        for i, size in enumerate(sizes)
    ]
    got = chosen(*studies)
    kept = {c.study for c in got.comparisons}
    said = {s.id: set(s.overlaps) for s in studies}
    assert all(b not in said[a] for a in kept for b in kept)
    assert sorted([*kept, *(o.study for o in got.omitted)]) == sorted(said)
    for omitted in got.omitted:
        assert omitted.detail in kept


def test_an_arm_of_several_treatments_at_once_does_not_enter() -> None:
    good = trial("a", ("lev", 10, 50), ("placebo", 5, 50))
    pooled = Arm(id="p", role="pooled", intervention="all", n_randomized=90)
    more = ArmResult(arm="p", outcome="RR50", events=30, verified=True)
    with_pooled = replace(good, arms=(*good.arms, pooled), results=(*good.results, more))
    (got,) = chosen(with_pooled).comparisons
    assert [s.events for s in got.treated] == [10]
