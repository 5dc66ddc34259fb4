"""Which doses make the name of an arm, on invented reports."""

from __future__ import annotations

import pytest

from sinteza.extraction.report import Report
from tests.unit.extraction.test_read import report as trial

BLIND = (
    "In this double-blind, placebo-controlled trial, adults with focal seizures were randomized to "
)
OPEN = "In this open-label extension study, adults with focal seizures were treated for one year. "
TITLE = "Adjunctive brivaracetam in adults with focal seizures"
RESULTS = "The 50% responder rate was 42.5% with brivaracetam and 18.0% with placebo."


def report(methods: str, results: str = RESULTS, title: str = TITLE) -> Report:
    return trial(results, methods, title)


def active(found: Report) -> list[str]:
    return [arm.name for arm in found.arms if arm.role in ("intervention", "single_arm")]


@pytest.mark.parametrize(
    ("methods", "name"),
    [
        (
            BLIND + "brivaracetam or placebo. Brivaracetam was initiated at 30 mg/day and "
            "increased, as needed, to 180 mg/day.",
            "brivaracetam 30-180 mg/day",
        ),
        (
            BLIND + "brivaracetam oral solution at a dose of 15 mg per kilogram of body weight "
            "per day or placebo.",
            "brivaracetam 15 mg/kg/day",
        ),
        (
            BLIND + "brivaracetam or placebo. The dose was increased to 2.5 g/day over four "
            "weeks and maintained at 3 g/day for twelve.",
            "brivaracetam 3 g/day",
        ),
        (
            BLIND + "brivaracetam or placebo. Dizziness occurred only at blood levels above "
            "3 micrograms/ml.",
            "brivaracetam",
        ),
    ],
)
def test_the_dose_of_the_only_active_arm(methods: str, name: str) -> None:
    assert active(report(methods)) == [name]


@pytest.mark.parametrize(
    ("methods", "name"),
    [
        (
            OPEN + "The target dose of brivaracetam was 300 mg/d (min/max, 60/450 mg/d).",
            "brivaracetam 60-450 mg/day",
        ),
        (
            OPEN + "Brivaracetam 500 mg bid was added to their regimens. The dose was increased "
            "every two weeks to a maximum dose of 1500 mg bid.",
            "brivaracetam 500-1500 mg",
        ),
        # steps are no lower end
        (
            OPEN
            + "Brivaracetam was increased by 10 mg/day each week and titrated up to 80 mg/day.",
            "brivaracetam 80 mg/day",
        ),
    ],
)
def test_the_doses_one_arm_went_through(methods: str, name: str) -> None:
    assert active(report(methods, "The 50% responder rate was 42.5%.")) == [name]


def test_the_dose_in_the_title_is_the_arms() -> None:
    found = report(
        BLIND + "brivaracetam or placebo. Some patients cannot take doses up to 12 mg/day.",
        title="Brivaracetam 4 mg/day in adults with focal seizures: a pooled analysis",
    )
    assert active(found) == ["brivaracetam 4 mg/day"]


def test_a_list_told_by_its_sizes() -> None:
    found = report(
        "This was a double-blind, placebo-controlled trial. Brivaracetam, 16 mg 2 times per day "
        "(106 patients); brivaracetam, 8 mg 2 times per day (105 patients); placebo (107 patients)."
    )
    assert active(found) == ["brivaracetam 8 mg", "brivaracetam 16 mg"]


def test_grades_carry_what_they_stand_for() -> None:
    found = report(
        "We compared two trough exposures of brivaracetam, 2-5 ng/mL (low exposure) or "
        "8-12 ng/mL (high exposure), with placebo in a randomized double-blind trial.",
        "The 50% responder rate was 31.0% in the low-exposure group, 44.0% in the high-exposure "
        "group, and 12.0% with placebo. Adverse events were as common with low exposure as with "
        "high exposure.",
    )
    assert active(found) == [
        "brivaracetam low-exposure 2-5 ng/mL",
        "brivaracetam high-exposure 8-12 ng/mL",
    ]


@pytest.mark.parametrize(
    "extension",
    [
        "then brivaracetam 400 mg/day in a 24-week open-label phase.",
        "followed by an open-label extension, during which all received brivaracetam (400 mg/day).",
    ],
)
def test_the_open_part_has_its_own_dose(extension: str) -> None:
    found = report(
        BLIND + f"brivaracetam 100 mg/day, 200 mg/day, or placebo, {extension}",
        "In the open-label phase, the responder rate of all was 47.5%.",
    )
    (value,) = [v for o in found.outcomes if o.code == "RR50" for v in o.values]
    names = {arm.id: arm.name for arm in found.arms}
    assert names[value.arm] == "brivaracetam open-label extension 400 mg/day"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("brivaracetam ≥100 mg/day", "brivaracetam ≥ 100 mg/day"),
        ("brivaracetam 100-200 mg/day", "brivaracetam 100-200 mg/day"),
    ],
)
def test_several_doses_taken_together(words: str, name: str) -> None:
    found = report(
        BLIND + "brivaracetam 50, 100, or 200 mg/day or placebo.",
        f"Adverse events were reported by 60.6% of patients on placebo and 65.0% on {words}.",
    )
    names = {arm.id: arm.name for arm in found.arms}
    values = {names[v.arm]: v.percent for o in found.outcomes if o.code == "AE" for v in o.values}
    assert values == {"placebo": 60.6, name: 65.0}


def test_greater_is_said_once_for_two_outcomes() -> None:
    found = report(
        BLIND + "brivaracetam 4 mg/day or placebo.",
        "Compared with placebo, brivaracetam 4 mg/day gave significantly greater median percentage "
        "reductions in seizure frequency (12.6% vs 21.1%; p < 0.001) and seizure-freedom rates "
        "(0.8% vs 3.6%; p = 0.002).",
    )
    roles = {arm.id: arm.role for arm in found.arms}
    values = {roles[v.arm]: v.percent for o in found.outcomes if o.code == "SF" for v in o.values}
    assert values == {"comparator": 0.8, "intervention": 3.6}


THREE = BLIND + "placebo or brivaracetam 50, 100, or 200 mg/day."


def by_arm(found: Report, code: str) -> list[tuple[str, float | None]]:
    names = {arm.id: arm.name for arm in found.arms}
    return [(names[v.arm], v.percent) for o in found.outcomes if o.code == code for v in o.values]


def test_respectively_closes_its_list() -> None:
    found = report(
        THREE,
        "Seizure-free rates were 2.6% for placebo vs 12.4%, 30.1%, and 52.4% for brivaracetam 50, "
        "100, and 200 mg/day, respectively, and in the whole period were 0.8% for placebo vs 7.4%, "
        "20.6%, and 30.6% for the brivaracetam groups.",
    )
    order = ["placebo", *(f"brivaracetam {dose} mg/day" for dose in (50, 100, 200))]
    assert by_arm(found, "SF") == list(
        zip(order * 2, [2.6, 12.4, 30.1, 52.4, 0.8, 7.4, 20.6, 30.6], strict=True)
    )


def test_what_doses_are_held_against_has_no_figure_in_their_list() -> None:
    found = report(
        THREE,
        "The 50% responder rates were significantly greater than placebo for brivaracetam 100 and "
        "200 mg/day (58.0% and 61.6%, respectively).",
    )
    assert by_arm(found, "RR50") == [
        ("brivaracetam 100 mg/day", 58.0),
        ("brivaracetam 200 mg/day", 61.6),
    ]


def test_a_count_behind_the_sizes_is_everybodys() -> None:
    found = report(
        BLIND + "brivaracetam 100 mg/day or placebo.",
        "Of 147 randomized patients (98 brivaracetam, 49 placebo), 131 completed the study.",
    )
    names = {arm.id: arm.name for arm in found.arms}
    counts = [
        (names[v.arm], v.events) for o in found.outcomes if o.code == "COMP" for v in o.values
    ]
    assert counts == [("all", 131)]


def test_a_dose_that_has_a_group_is_an_arm() -> None:
    found = report(
        BLIND + "brivaracetam or placebo, titrated to a target dosage of 100 or 200 mg/day.",
        "A 50% response was seen in 55.2% of the brivaracetam 100 mg/day arm, 56.5% of the "
        "brivaracetam 200 mg/day arm, and 36.0% of the placebo arm.",
    )
    assert active(found) == ["brivaracetam 100 mg/day", "brivaracetam 200 mg/day"]


def test_doses_by_weight_are_one_arm() -> None:
    found = report(BLIND + "placebo or brivaracetam (up to 12 mg/kg/day or 400 mg/day).")
    assert active(found) == ["brivaracetam 12 mg/kg/day or 400 mg/day"]
    found = report(
        BLIND + "placebo or brivaracetam (<30 kg: 8-12 mg/kg/day oral solution; ≥30-<50 kg: "
        "6-8 mg/kg/day oral solution; ≥50 kg: 300-400 mg/day tablets)."
    )
    assert active(found) == ["brivaracetam 8-12 mg/kg/day or 6-8 mg/kg/day or 300-400 mg/day"]


def test_where_no_dose_was_fixed_the_mean_is_told() -> None:
    found = report(
        OPEN + "Doses were adjusted according to response (mean brivaracetam dosage, 9 mg/kg/day).",
        "The 50% responder rate was 57%.",
    )
    assert active(found) == ["brivaracetam mean 9 mg/kg/day"]
