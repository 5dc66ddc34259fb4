"""Two readings of one study: matched, compared, never doubled; a person before a machine."""

from __future__ import annotations

from typing import Any

import msgspec

from sinteza.model.event import ExtractionVerified
from sinteza.model.study import Arm, ArmResult, Reading, Study
from sinteza.synthesis.readings import judged, match_arms, reconcile, shown

from .trials import trial

replace = msgspec.structs.replace


def read(by: str, *results: ArmResult, machine: bool = False, **attributes: Any) -> Study:
    arms = (
        Arm(id="t", role="intervention", intervention="Drug 50 mg"),
        Arm(id="c", role="comparator", intervention="Placebo"),
    )
    attributes = {"label": "", "arms": arms} | attributes
    return Study(id="s", read_by=by, by_machine=machine, results=results, **attributes)


def value(arm: str, **fields: Any) -> ArmResult:
    return ArmResult(arm=arm, outcome="RR50", **({"verified": True} | fields))


def one(*readings: Study) -> Reading:
    (got,) = reconcile(readings)
    return got


def test_the_same_value_read_twice_is_one_value_that_agrees() -> None:
    got = one(
        read("Ana", value("t", events=10, total=50), label="Trial"),
        read("Bob", value("t", events=10, total=50, percent=20.0)),
    )
    assert len(got.study.results) == 1
    (compared,) = got.comparisons
    assert compared.agree
    assert (compared.first_reader, compared.second_reader) == ("Ana", "Bob")
    assert (compared.first, compared.second) == ("10/50", "10/50, 20%")


def test_a_different_value_is_said_and_the_first_reader_holds() -> None:
    first = read("Ana", value("t", events=10, total=50), label="Trial")
    second = read("Bob", value("t", events=11, total=50))
    for order in ((first, second), (second, first)):
        got = one(*order)
        assert [r.events for r in got.study.results] == [10]
        assert [c.agree for c in got.comparisons] == [False]


def test_rounding_is_no_disagreement_and_a_derived_count_is_not_compared() -> None:
    got = one(
        read("Ana", value("t", percent=41.0, events=21, derived="percent"), label="T"),
        read("Bob", value("t", percent=41.04, events=20)),
    )
    assert [c.agree for c in got.comparisons] == [True]
    apart = one(
        read("Ana", value("t", percent=41.0), label="T"), read("Bob", value("t", percent=41.1))
    )
    assert [c.agree for c in apart.comparisons] == [False]


def test_what_the_first_reader_lacks_is_filled_in() -> None:
    got = one(
        read("Ana", value("t", events=10), label="Trial", drug_resistant=""),
        read("Bob", value("c", events=5), drug_resistant="explicit", population="adults"),
    )
    assert {(r.arm, r.events) for r in got.study.results} == {("t", 10), ("c", 5)}
    assert (got.study.label, got.study.drug_resistant) == ("Trial", "explicit")
    assert got.study.population == "adults"
    assert got.comparisons == ()
    assert len(got.readings) == 2


def test_a_machines_count_never_takes_the_place_of_what_a_person_read() -> None:
    person = read("Zoe", value("t", percent=40.0))
    machine = read("a-machine/1", value("t", events=44, verified=False), machine=True, label="M")
    got = one(machine, person)
    assert not got.study.by_machine
    assert got.study.read_by == "Zoe"
    (kept,) = got.study.results
    assert (kept.events, kept.percent, kept.verified) == (None, 40.0, True)
    counted = one(machine, read("Zoe", value("t", events=40)))
    assert [r.events for r in counted.study.results] == [40]
    assert [c.agree for c in counted.comparisons] == [False]


def test_a_machines_count_that_a_person_verified_fills_a_gap() -> None:
    machine = read("a-machine/1", value("t", events=20), machine=True)
    (kept,) = one(read("Zoe", value("t", percent=40.0)), machine).study.results
    assert (kept.events, kept.verified) == (20, True)


def test_a_count_of_a_subset_never_stands_for_everybody() -> None:
    """A count for adults is kept beside the percentage of all; neither takes the other's place."""
    got = one(
        read("Ana", value("t", percent=40.0), label="T"),
        read("Bob", value("t", events=7, total=9, subset="adults")),
    )
    assert {(r.subset, r.events, r.percent) for r in got.study.results} == {
        ("", None, 40.0),
        ("adults", 7, None),
    }


def test_arms_match_by_role_and_by_dose() -> None:
    def arm(name: str, role: Any, words: str, dose: str = "") -> Arm:
        return Arm(id=name, role=role, intervention=words, dose=dose)

    mine = [arm("a", "intervention", "X 50 mg"), arm("b", "intervention", "X 100 mg")]
    theirs = [
        arm("1", "intervention", "X", "100.0 mg"),
        arm("2", "intervention", "X", "50 mg"),
        arm("3", "intervention", "X", "25 mg"),
        arm("4", "pooled", "X 50 and 100 mg"),
    ]
    placebo = [arm("p", "comparator", "placebo")], [arm("q", "comparator", "matched placebo")]
    assert match_arms(mine + placebo[0], theirs + placebo[1]) == {"q": "p", "1": "b", "2": "a"}
    # without a dose two active arms cannot be told apart, so none is guessed
    assert match_arms(mine, [arm("1", "intervention", "X"), arm("2", "intervention", "X")]) == {}


def test_judgments_accept_correct_and_reject() -> None:
    study = trial("a", ("lev", 1, 5), ("brv", 2, 5), ("sham", 3, 5), verified=False)
    kept, mended, refused = study.results
    right = replace(mended, events=4, verified=True)
    (got,) = judged(
        [study],
        [
            ExtractionVerified(study="a", result=kept, verdict="accept"),
            ExtractionVerified(study="a", result=mended, verdict="correct", corrected=right),
            ExtractionVerified(study="a", result=refused, verdict="reject"),
        ],
    )
    assert got.results == (replace(kept, verified=True), right)
    (untouched,) = judged([replace(study, id="b")], [])
    assert untouched.results == study.results


def test_values_are_shown_as_one_would_write_them() -> None:
    assert shown(value("t", events=57, total=113, percent=50.4)) == "57/113, 50.4%"
    assert shown(value("t", events=57, percent=50.4, derived="percent")) == "50.4%"
    assert shown(value("t", mean=-3.5)) == "-3.5"
