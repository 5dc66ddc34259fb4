# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Ways in which abstracts tell results, one invented sentence each: by class, not by report."""

from __future__ import annotations

import pytest

from sinteza.extraction.read import read
from sinteza.extraction.report import Report
from sinteza.model.record import PublicationType, Record, Section

METHODS = (
    "In this double-blind trial, 120 adults with refractory focal seizures were randomized to "
    "lotramacetam 300 mg/day (n = 60) or placebo (n = 60)."
)
DRUG, PLACEBO = "lotramacetam 300 mg/day", "placebo"
TITLE = "Efficacy of lotramacetam in adults with refractory focal seizures"


def report(results: str, methods: str = METHODS, title: str = TITLE) -> Report:
    return read(
        Record(
            id="test:1",
            source="test",
            source_id="1",
            title=title,
            abstract=(
                Section(text=methods, category="METHODS"),
                Section(text=results, category="RESULTS"),
            ),
            publication_types=(PublicationType(name="Randomized Controlled Trial"),),
        )
    )


def told(found: Report) -> set[tuple[str, str, int | float | None]]:
    """Code, arm, and the percentage or else the count of every value."""
    names = {arm.id: arm.name for arm in found.arms}
    return {
        (item.code, names[v.arm], v.percent if v.percent is not None else v.events)
        for item in found.outcomes
        for v in item.values
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a reason is an outcome of its own
        (
            "The most common reasons for discontinuation were withdrawal of consent (8.0%), adverse "
            "events (6.0%) and lack of efficacy (4.0%).",
            {("WDAE", "all", 6.0), ("WDLOE", "all", 4.0)},
        ),
        (
            "Adverse events were the most common reason for discontinuation (lotramacetam 7.0%; "
            "placebo 2.0%).",
            {("WDAE", DRUG, 7.0), ("WDAE", PLACEBO, 2.0)},
        ),
        (
            "Twelve (20.0%) lotramacetam patients discontinued because of inadequate seizure control.",
            {("WDLOE", DRUG, 20.0)},
        ),
        (
            "Eighteen (15.0%) patients discontinued, including 10 (8.3%) for adverse events.",
            {("WD", "all", 15.0), ("WDAE", "all", 8.3)},
        ),
        ("Nine patients did not complete the study.", {("WD", "all", 9)}),
        (
            "Two lotramacetam patients were withdrawn because of somnolence.",
            {("WDAE", DRUG, 2)},
        ),
        (
            "Treatment-limiting adverse events occurred in 9.0% (lotramacetam) and 7.0% (placebo).",
            {("WDAE", DRUG, 9.0), ("WDAE", PLACEBO, 7.0)},
        ),
        (
            "Seizure frequency was reduced by 30.3% compared with placebo.",
            {("PCPBO", DRUG, 30.3)},
        ),
        # other ways to be a responder
        (
            "Seizures were at least halved in 41% of patients on lotramacetam compared with 19% of "
            "those on placebo.",
            {("RR50", DRUG, 41.0), ("RR50", PLACEBO, 19.0)},
        ),
        (
            "Seizure frequency was reduced by >/=50% in 41% of patients on lotramacetam and 19% on "
            "placebo.",
            {("RR50", DRUG, 41.0), ("RR50", PLACEBO, 19.0)},
        ),
        (
            "Among the other 88 patients, seizures were reduced by greater than 50% in 22 "
            "patients with lotramacetam and in 7 patients with placebo.",
            {("RR50", DRUG, 22), ("RR50", PLACEBO, 7)},
        ),
        (
            "Freedom from GTCS was seen in 22.0% (lotramacetam) and 9.0% (placebo).",
            {("SF", DRUG, 22.0), ("SF", PLACEBO, 9.0)},
        ),
        # medians by other words
        (
            "There was a reduction in median seizure frequency of 41% on lotramacetam and 12% on "
            "placebo.",
            {("MPC", DRUG, 41.0), ("MPC", PLACEBO, 12.0)},
        ),
        (
            "Reductions in seizure frequency (medians: lotramacetam 41%; placebo 12%) differed.",
            {("MPC", DRUG, 41.0), ("MPC", PLACEBO, 12.0)},
        ),
        # a difference is no share of an arm
        (
            "The percent reduction in seizure frequency for lotramacetam (n = 58) vs placebo "
            "(n = 59) was 31.7%.",
            {("PCPBO", DRUG, 31.7)},
        ),
        (
            "The reduction in seizure frequency was 30.5% in the lotramacetam group compared to the "
            "placebo group.",
            {("PCPBO", DRUG, 30.5)},
        ),
        # totals beside the counts of arms
        (
            "Three patients withdrew because of adverse events; two during treatment with "
            "lotramacetam and one during treatment with placebo.",
            {("WDAE", "all", 3), ("WDAE", DRUG, 2), ("WDAE", PLACEBO, 1)},
        ),
        (
            "Eight patients were lost to follow-up (3 lotramacetam, 5 placebo).",
            {("LTFU", "all", 8), ("LTFU", DRUG, 3), ("LTFU", PLACEBO, 5)},
        ),
        # blocks and turns
        (
            "The median percent reduction in seizures at weeks 8 and 16 was large (46% and 49% in the "
            "lotramacetam group, 10% and 15% in the placebo group).",
            {
                ("MPC", DRUG, 46.0),
                ("MPC", DRUG, 49.0),
                ("MPC", PLACEBO, 10.0),
                ("MPC", PLACEBO, 15.0),
            },
        ),
        (
            "Serious adverse events and adverse events leading to withdrawal were more common "
            "with lotramacetam versus placebo (8.7% vs 4.1% and 6.3% vs 3.2%, respectively).",
            {
                ("SAE", DRUG, 8.7),
                ("SAE", PLACEBO, 4.1),
                ("WDAE", DRUG, 6.3),
                ("WDAE", PLACEBO, 3.2),
            },
        ),
        (
            "Discontinuations due to adverse events (6.5% vs 0) were more frequent with lotramacetam "
            "than with placebo.",
            {("WDAE", DRUG, 6.5), ("WDAE", PLACEBO, 0.0)},
        ),
        (
            "Rates of discontinuation caused by adverse events (AEs) were 4.4% (placebo) and 9.3% (lotramacetam).",
            {("WDAE", PLACEBO, 4.4), ("WDAE", DRUG, 9.3)},
        ),
        (
            "Lotramacetam patients had a 19% decrease in seizures, compared with a 4% increase in the placebo group.",
            {("PCRED", DRUG, 19.0), ("PCRED", PLACEBO, -4.0)},
        ),
        (
            "On lotramacetam, 43% and 22% had >=50% and >=75% reductions of seizures vs. 21% and 6% with placebo, respectively.",
            {
                ("RR50", DRUG, 43.0),
                ("RR75", DRUG, 22.0),
                ("RR50", PLACEBO, 21.0),
                ("RR75", PLACEBO, 6.0),
            },
        ),
        (
            "More patients on lotramacetam than placebo had >=50% (68%/46%) or >=75% (57%/36%) reduction in seizures.",
            {
                ("RR50", DRUG, 68.0),
                ("RR50", PLACEBO, 46.0),
                ("RR75", DRUG, 57.0),
                ("RR75", PLACEBO, 36.0),
            },
        ),
        (
            "Lotramacetam reduced the median frequency of seizures by 40.5%, compared with a 9.0% reduction with placebo.",
            {("MPC", DRUG, 40.5), ("MPC", PLACEBO, 9.0)},
        ),
        (
            "Thirty-nine percent (39%) of patients on lotramacetam and 16% on placebo were responders.",
            {("RR50", DRUG, 39.0), ("RR50", PLACEBO, 16.0)},
        ),
        (
            "After 8 weeks 23 patients completed the study (lotramacetam n = 11, placebo n = 12).",
            {("COMP", "all", 23), ("COMP", DRUG, 11), ("COMP", PLACEBO, 12)},
        ),
        (
            "Of 58 patients on lotramacetam, 14 became seizure-free, compared with 5 of 59 patients "
            "on placebo.",
            {("SF", DRUG, 14), ("SF", PLACEBO, 5)},
        ),
    ],
)
def test_results(text: str, expected: set[tuple[str, str, int | float | None]]) -> None:
    assert told(report(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Psychiatric adverse events were reported by 12.0% on lotramacetam and 6.0% on placebo.",
        "Aggression-related adverse events occurred in 12.0% (lotramacetam) and 6.0% (placebo).",
        "Rash (2.0%) and fever (1.5%) were the most frequently reported serious adverse events.",
        "Recruitment was prematurely stopped after 48% of the target was reached.",
        "Fifty-five patients who had seizures in alcohol withdrawal were treated with lotramacetam.",
        "The questionnaire was completed by 46 patients.",
        "None of the events led to discontinuation of lotramacetam.",
        "Responders improved in 5 of 9 areas on lotramacetam and in 2 of 9 areas on placebo.",
        "The responder rate rose from 17% to 44% after the switch to another drug.",
        "In 6 patients on lotramacetam a concomitant antiepileptic drug was discontinued.",
        "Severe adverse events occurred in 5.4% (placebo) and 8.9% (lotramacetam).",
        "Psychiatric serious adverse events occurred in 0.5% (placebo) and 0.6% (lotramacetam).",
        "Sixty subjects provided 80% power assuming 10% dropout from lotramacetam.",
        "Few events were serious on lotramacetam, neither requiring discontinuation in 2 patients.",
        "Adverse effects on lotramacetam concerned the skin (32.5% of total adverse effects).",
    ],
)
def test_what_is_no_result(text: str) -> None:
    found = told(report(text))
    assert not {item for item in found if item[0] in ("AE", "SAE", "WD", "WDAE", "COMP")}
    assert ("RR50", PLACEBO, 2) not in found
    assert ("RR50", "all", 17.0) not in found


def test_a_range_printed_from_high_to_low_is_a_range() -> None:
    found = report(
        "The responder rate with lotramacetam was 66.7-39.8% by number of earlier drugs."
    )
    (value,) = found.outcomes[0].values
    assert (value.percent, value.percent_min, value.percent_max) == (None, 39.8, 66.7)


def test_the_primary_endpoint_is_what_the_methods_say() -> None:
    methods = f"{METHODS} The primary endpoint was a 50% or greater reduction in seizures."
    text = "The primary endpoint was reached by 52% on lotramacetam and 18% on placebo."
    assert told(report(text, methods)) == {("RR50", DRUG, 52.0), ("RR50", PLACEBO, 18.0)}
    assert told(report(text)) == set()


def test_order_of_arms_is_kept_for_a_sentence_that_names_none() -> None:
    text = (
        "Median reductions in seizure frequency for placebo vs lotramacetam were 12% vs 31% (focal). "
        "Responder rates were 20% vs 40% (focal) and 25% vs 45% (generalized)."
    )
    found = {item for item in told(report(text)) if item[0] == "RR50"}
    assert found == {
        ("RR50", PLACEBO, 20.0),
        ("RR50", DRUG, 40.0),
        ("RR50", PLACEBO, 25.0),
        ("RR50", DRUG, 45.0),
    }


def test_a_dose_joined_to_its_name_is_no_count() -> None:
    methods = (
        "In this double-blind trial, 240 adults with focal seizures were randomized to lotramacetam "
        "(LTM) 200 or 400 mg/day, or placebo."
    )
    text = "Responder rates were higher with LTM 200 (35.0%) and 400 mg/day (42.0%) than placebo (18%)."
    found = report(text, methods)
    assert told(found) == {
        ("RR50", "lotramacetam 200 mg/day", 35.0),
        ("RR50", "lotramacetam 400 mg/day", 42.0),
        ("RR50", PLACEBO, 18.0),
    }
    assert all(v.events is None for v in found.outcomes[0].values)


def test_a_drug_is_meant_in_the_dose_just_named() -> None:
    methods = (
        "In this double-blind trial, 240 adults with focal seizures were randomized to lotramacetam "
        "(LTM) 200 or 400 mg/day, or placebo."
    )
    text = "In the LTM 400 mg/day group, the responder rate differed (LTM 42.0% vs placebo 18.0%)."
    assert told(report(text, methods)) == {
        ("RR50", "lotramacetam 400 mg/day", 42.0),
        ("RR50", PLACEBO, 18.0),
    }


def test_groups_by_the_names_the_report_gives_them() -> None:
    methods = (
        "In this double-blind trial, 80 children with status epilepticus were randomized to "
        "receive ketamine plus diazepam (Ket-Dia group) or placebo plus diazepam (Pla-Dia group)."
    )
    text = (
        "Cessation of seizures occurred in 64% of children in the Ket-Dia group and in 18% of the "
        "Pla-Dia group."
    )
    found = report(text, methods, "Ketamine plus midazolam in status epilepticus")
    assert told(found) == {("STOP", "ketamine", 64.0), ("STOP", PLACEBO, 18.0)}


def test_seizures_are_recurrence_where_they_are_to_be_prevented() -> None:
    text = "Of 58 patients on lotramacetam, 13 had seizures, compared with 11 of 59 on placebo."
    title = "Lotramacetam for the prevention of seizures after craniotomy"
    assert told(report(text, title=title)) == {
        ("RECUR", "lotramacetam 300 mg/day", 13),
        ("RECUR", PLACEBO, 11),
    }


def test_open_treatment_after_the_blinded_part_is_an_arm_of_its_own() -> None:
    methods = f"{METHODS} All could enter an open-label extension."
    text = (
        "Responder rates were 40% with lotramacetam and 20% with placebo. At the end of the "
        "open-label extension, the responder rate was 61%."
    )
    found = report(text, methods)
    (arm,) = (arm for arm in found.arms if arm.role == "single_arm")
    assert ("RR50", arm.name, 61.0) in told(found)


def test_two_names_of_one_drug_are_one_arm() -> None:
    methods = (
        "In this double-blind trial, 306 adults with focal seizures were randomized to ezogabine "
        "(retigabine; EZG[RTG]) 1200 mg/day or placebo."
    )
    text = "Responder rates were 44% on EZG(RTG) and 18% on placebo."
    found = report(text, methods, "Ezogabine (retigabine) in partial epilepsy")
    assert [arm.role for arm in found.arms] == ["intervention", "comparator"]
    assert {value for _, _, value in told(found)} == {44.0, 18.0}


def test_seizure_control_is_no_control_group() -> None:
    methods = (
        "In this double-blind trial, 120 adults were randomized to lotramacetam 300 mg/day or "
        "placebo."
    )
    text = "Thirteen percent discontinued because of inadequate seizure control."
    assert told(report(text, methods)) == {("WDLOE", "all", 13.0)}


def test_one_arm_without_the_other_is_looked_at() -> None:
    found = report("The responder rate with lotramacetam was 42.0%.")
    (value,) = found.outcomes[0].values
    assert value.needs_look
    assert "one_arm_alone" in value.flags


def test_two_groups_of_one_arm_are_not_two_arms() -> None:
    found = report(
        "Patients on lotramacetam with one or two other drugs had adverse events (68.0%/66.0%)."
    )
    assert {name for _, name, _ in told(found)} == {DRUG}
    assert all(v.needs_look for o in found.outcomes for v in o.values)


def test_what_was_tested_against_is_not_whose_figure_it_is() -> None:
    text = (
        "The responder rate was 20.0% for placebo and 38.0% (p = 0.01 vs placebo) for lotramacetam."
    )
    assert told(report(text)) == {("RR50", PLACEBO, 20.0), ("RR50", DRUG, 38.0)}


def test_a_report_of_both_parts_tells_of_the_placebo_too() -> None:
    methods = (
        "This post hoc analysis used a double-blind, placebo-controlled study of lotramacetam and its "
        "open-label extension."
    )
    text = "Responder rates for placebo vs lotramacetam were 20.5% vs 40.5%."
    title = "Lotramacetam in Asia: post hoc analysis of a double-blind study and its open-label extension"
    found = report(text, methods, title)
    assert found.design.type == "posthoc_rct"
    assert {arm.role for arm in found.arms} == {"intervention", "comparator"}


@pytest.mark.parametrize(
    ("methods", "doses"),
    [
        (
            "The starting dose of lotramacetam was 150 mg/day, increased in 150-mg/day increments up to a maximum of 600 mg/day.",
            "150-600",
        ),
        (
            "The dose of lotramacetam was increased stepwise (100 mg/day, 200 mg/day, and 300 mg/day).",
            "100-300",
        ),
    ],
)
def test_doses_of_one_arm(methods: str, doses: str) -> None:
    trial = f"In this double-blind trial, patients received lotramacetam or placebo. {methods}"
    arms = report("All went well.", trial).arms
    (arm,) = (arm for arm in arms if arm.role == "intervention")
    assert arm.name.split()[1] == doses


def test_a_day_is_no_dose() -> None:
    text = "Lotramacetam reached 12 mg/kg/day on Day 5 and 24 mg/kg/day on Day 9 or placebo."
    arms = report("All went well.", f"In this double-blind trial, {text}").arms
    assert all(not arm.dose.startswith(("5", "9")) for arm in arms)
