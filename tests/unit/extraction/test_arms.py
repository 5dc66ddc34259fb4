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
            BLIND + "brivaracetam syrup (15 mg per kilogram of body weight daily) or placebo.",
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
            "brivaracetam 500-1500 mg twice daily",
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
        "Seizure-free rates were 3.5% for placebo vs 11.5%, 29.5%, and 47.5% for brivaracetam 50, "
        "100, and 200 mg/day, respectively, and over both periods they were 1.5% for placebo vs "
        "8.5%, 19.5%, and 31.5% for the brivaracetam groups.",
    )
    order = ["placebo", *(f"brivaracetam {dose} mg/day" for dose in (50, 100, 200))]
    assert by_arm(found, "SF") == list(
        zip(order * 2, [3.5, 11.5, 29.5, 47.5, 1.5, 8.5, 19.5, 31.5], strict=True)
    )


def test_what_doses_are_held_against_has_no_figure_in_their_list() -> None:
    found = report(
        THREE,
        "The responder rates were significantly higher than with placebo on brivaracetam 100 and "
        "200 mg/day (53.5% and 57.5%, respectively).",
    )
    assert by_arm(found, "RR50") == [
        ("brivaracetam 100 mg/day", 53.5),
        ("brivaracetam 200 mg/day", 57.5),
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
    found = report(BLIND + "placebo or brivaracetam (up to 9 mg/kg/day or 350 mg/day).")
    assert active(found) == ["brivaracetam 9 mg/kg/day or 350 mg/day"]
    found = report(
        BLIND + "placebo or brivaracetam (<25 kg: 9-11 mg/kg/day oral solution; ≥25-<45 kg: "
        "5-7 mg/kg/day oral solution; ≥45 kg: 250-350 mg/day tablets)."
    )
    assert active(found) == ["brivaracetam 9-11 mg/kg/day or 5-7 mg/kg/day or 250-350 mg/day"]


def test_where_no_dose_was_fixed_the_mean_is_told() -> None:
    found = report(
        OPEN + "Doses were adjusted according to response (mean brivaracetam dosage, 9 mg/kg/day).",
        "The 50% responder rate was 57%.",
    )
    assert active(found) == ["brivaracetam mean 9 mg/kg/day"]


@pytest.mark.parametrize(
    ("methods", "name"),
    [
        # light people, children, and those on other drugs are the same arm
        (
            "brivaracetam (target dose 120 mg/day for adults; 4 mg/kg/day for children) or "
            "placebo.",
            "brivaracetam 120 mg/day or 4 mg/kg/day",
        ),
        (
            "brivaracetam or placebo (maximum dose 4 mg/kg per day for patients weighing ≤30 kg or "
            "120 mg/day for patients weighing >30 kg).",
            "brivaracetam 4 mg/kg/day or 120 mg/day",
        ),
        (
            "brivaracetam or placebo. Patients weighing less than 30 kg received 4 mg/kg/day and "
            "those weighing 30 kg or more received 120 mg/day.",
            "brivaracetam 4 mg/kg/day or 120 mg/day",
        ),
        (
            "brivaracetam 60 or 120 mg/day depending on their concomitant drugs, or placebo.",
            "brivaracetam 60-120 mg/day",
        ),
        # a cap is no dose
        ("brivaracetam 4 mg/kg/day (maximum 130 mg/day) or placebo.", "brivaracetam 4 mg/kg/day"),
        # from where to where
        (
            "brivaracetam, titrated over 4 weeks from 25 mg/day to 130 mg/day, or placebo.",
            "brivaracetam 25-130 mg/day",
        ),
        (
            "brivaracetam or placebo. Brivaracetam was begun at 3 mg/kg/day, titrated to a "
            "target of 7 mg/kg/day over 5 weeks, and maintained for 10 weeks.",
            "brivaracetam 3-7 mg/kg/day",
        ),
        (
            "brivaracetam or placebo. The dose was titrated from 40 mg to 80 mg and to 160 mg at "
            "3-week intervals.",
            "brivaracetam 40-160 mg",
        ),
        # at once, and then less
        (
            "brivaracetam (a loading dose of 12 mg/kg over 10 minutes, followed by 3 mg/kg/h) or "
            "placebo.",
            "brivaracetam 12 mg/kg, then 3 mg/kg/h",
        ),
        # by the hour
        (
            "brivaracetam (intravenous 150 mg every 12 h) or placebo.",
            "brivaracetam 150 mg every 12 h",
        ),
        # neither what a bottle holds nor what a child weighs nor what blood held
        (
            "brivaracetam (oral solution, 30 mg/mL) at 7 mg/kg/day or placebo.",
            "brivaracetam 7 mg/kg/day",
        ),
        ("brivaracetam or placebo. All had a birth weight above 1400 g.", "brivaracetam"),
        ("brivaracetam or placebo, to reach 3-5 mg/L in plasma.", "brivaracetam"),
        # the dose of another drug
        (
            "brivaracetam or placebo, in addition to carbamazepine 600 mg/day.",
            "brivaracetam",
        ),
        # a mean where nothing else is printed, and the range beside it
        ("brivaracetam or placebo. The mean daily dose was 140 mg.", "brivaracetam mean 140 mg"),
        (
            "brivaracetam or placebo. A mean daily dose of 140 mg (range, 60 to 220) was given.",
            "brivaracetam 60-220 mg",
        ),
    ],
)
def test_what_the_only_active_arm_is_called(methods: str, name: str) -> None:
    assert active(report(BLIND + methods)) == [name]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("The dose was adjusted between 60 and 240 mg/day.", "brivaracetam 60-240 mg/day"),
        ("The maximum dose was 240 mg/day.", "brivaracetam 240 mg/day"),
        ("The median modal dose was 170 mg/day.", "brivaracetam"),
        (
            "Most had previously received brivaracetam 60-240 mg/day in blinded trials.",
            "brivaracetam",
        ),
        (
            "Among patients treated with brivaracetam 60 mg/day (n = 31), reductions were smaller.",
            "brivaracetam",
        ),
        (
            "Brivaracetam (40 mg/mL oral solution) was titrated from 3 to 12 mg/kg/day.",
            "brivaracetam 3-12 mg/kg/day",
        ),
    ],
)
def test_what_the_arm_of_open_treatment_is_called(words: str, name: str) -> None:
    assert active(report(OPEN + words, "The 50% responder rate was 42.5%.")) == [name]


@pytest.mark.parametrize(
    ("methods", "names"),
    [
        # each drug has its own dose
        (
            "brivaracetam (90 mg/day), losigamone (700 mg/day), or placebo.",
            [
                ("intervention", "brivaracetam 90 mg/day"),
                ("comparator", "losigamone 700 mg/day"),
                ("comparator", "placebo"),
            ],
        ),
        # what was decided by lot outranks what the results call doses on the way
        (
            "brivaracetam 60, 120, or 180 mg/day or placebo. In weeks 3 and 4, rates for 30 and "
            "60 mg/day were 20% (vs 11% placebo) and 29% (vs 12% placebo).",
            [
                ("intervention", "brivaracetam 60 mg/day"),
                ("intervention", "brivaracetam 120 mg/day"),
                ("intervention", "brivaracetam 180 mg/day"),
                ("comparator", "placebo"),
            ],
        ),
        # both have pyridoxine
        (
            "brivaracetam 90 mg/day or placebo. All were on baseline pyridoxine.",
            [("intervention", "brivaracetam 90 mg/day"), ("comparator", "placebo")],
        ),
    ],
)
def test_the_arms_of_a_comparison(methods: str, names: list[tuple[str, str]]) -> None:
    arms = [(a.role, a.name) for a in report(BLIND + methods).arms if a.role != "pooled"]
    assert arms == names


def test_drugs_held_against_each_other_behind_a_double_dummy() -> None:
    found = report(
        "Forty infants entered a double-blind, placebo-controlled crossover study of ACTH "
        "(30 to 50 units/day) and prednisone (3 mg/kg/day).",
        "Nine patients were seizure free on ACTH and seven on prednisone.",
        "Double-blind study of ACTH vs prednisone in infantile spasms",
    )
    assert [(a.role, a.name) for a in found.arms] == [
        ("intervention", "acth 30-50 units/day"),
        ("comparator", "prednisone 3 mg/kg/day"),
    ]


def test_of_two_doses_of_one_drug_the_lower_is_the_comparator() -> None:
    found = report(
        "Patients were randomized to brivaracetam 310 mg/day or 60 mg/day as monotherapy.",
        "The responder rate was 41% with 310 mg/day and 20% with 60 mg/day.",
    )
    assert [(a.role, a.name) for a in found.arms] == [
        ("comparator", "brivaracetam 60 mg/day"),
        ("intervention", "brivaracetam 310 mg/day"),
    ]


def test_a_drug_no_list_knows_is_found_by_the_title() -> None:
    found = report(
        "Oral frotrazide (110 mg daily) was compared with an identical placebo in a double-blind "
        "crossover trial in people who took phenobarbital. Drowsiness occurred on frotrazide.",
        "Marked drowsiness led three patients on frotrazide to withdraw from the trial.",
        "Controlled trial of frotrazide as an antiepileptic drug",
    )
    assert active(found) == ["frotrazide 110 mg/day"]


def shares(found: Report, code: str = "RR50") -> dict[str, float | None]:
    names = {arm.id: arm.name for arm in found.arms}
    return {names[v.arm]: v.percent for o in found.outcomes if o.code == code for v in o.values}


@pytest.mark.parametrize(
    ("methods", "results"),
    [
        (
            "brivaracetam 60 mg/day (group A), brivaracetam 120 mg/day (group B), or placebo "
            "(group C).",
            "The responder rate was 31% in group A, 44% in group B and 17% in group C.",
        ),
        (
            "brivaracetam 60 or 120 mg/day, or placebo.",
            "The responder rate was 31% with the lower dose, 44% with the higher dose and 17% with "
            "placebo.",
        ),
        (
            "brivaracetam 60 or 120 mg/day, or placebo.",
            "The responder rate was 31% and 44% in the brivaracetam 60-, and 120-mg/day groups, "
            "respectively (vs 17% of placebo).",
        ),
        (
            "brivaracetam or placebo.",
            "The responder rate was 31% for brivaracetam 60 mg/day, 44% for 120 mg/day, and "
            "17% for placebo.",
        ),
    ],
)
def test_what_groups_are_called(methods: str, results: str) -> None:
    found = report(BLIND + methods, results)
    assert shares(found) == {
        "brivaracetam 60 mg/day": 31.0,
        "brivaracetam 120 mg/day": 44.0,
        "placebo": 17.0,
    }


def test_grades_by_their_short_forms() -> None:
    found = report(
        BLIND + "brivaracetam low-exposure (LE; n = 20), brivaracetam high-exposure (HE; "
        "n = 24), or placebo (n = 21).",
        "The responder rate was 31.0% and 44.0% versus 17.0% with the brivaracetam LE and HE "
        "versus placebo arm, respectively.",
    )
    assert shares(found) == {
        "brivaracetam low-exposure": 31.0,
        "brivaracetam high-exposure": 44.0,
        "placebo": 17.0,
    }


def test_all_doses_together() -> None:
    found = report(
        BLIND + "brivaracetam 60, 120, or 180 mg/day or placebo.",
        "The responder rate was 38% with brivaracetam (any dose) and 17% with placebo.",
    )
    assert shares(found) == {"brivaracetam all doses": 38.0, "placebo": 17.0}


def test_the_open_part_of_a_trial_is_an_arm_of_its_own() -> None:
    found = report(
        BLIND + "brivaracetam 90 mg/day or placebo, followed by an open-label extension.",
        "The responder rate was 44% with brivaracetam and 17% with placebo. Of patients taking "
        "brivaracetam in the open-label phase, 9% withdrew because of adverse events.",
    )
    assert shares(found) == {"brivaracetam 90 mg/day": 44.0, "placebo": 17.0}
    assert shares(found, "WDAE") == {"brivaracetam open-label extension": 9.0}


def test_letters_that_stand_for_a_drug_are_not_explained_as_other_words() -> None:
    found = report(
        BLIND + "ezogabine/retigabine (EZG[RTG]) 700 mg/day or placebo. Reduction was greater for "
        "EZG(RTG) than for placebo.",
        "The responder rate was 44% vs 17% for EZG(RTG) and placebo, respectively.",
        "Trial of ezogabine (retigabine) in partial epilepsy",
    )
    assert shares(found) == {"retigabine 700 mg/day": 44.0, "placebo": 17.0}


@pytest.mark.parametrize(
    "results",
    [
        "The 50% responder rate was 61.0% (PGTC) and 44.0% (MCL).",
        "The 50% responder rates were: PGTC, 61.0% (n = 30); MCL, 44.0% (n = 17).",
    ],
)
def test_groups_of_people_in_open_treatment_are_arms(results: str) -> None:
    found = report(
        OPEN + "They had primary generalized tonic-clonic seizures (PGTC; n = 49) or myoclonic "
        "lightning seizures (MCL; n = 38), and took up to 240 mg/day.",
        results,
    )
    assert shares(found) == {"brivaracetam in PGTC": 61.0, "brivaracetam in MCL": 44.0}


def test_groups_without_sizes_are_no_arms() -> None:
    found = report(
        OPEN + "They had primary generalized tonic-clonic seizures (PGTC) or myoclonic lightning "
        "seizures (MCL).",
        "The 50% responder rate was 61.0% (PGTC).",
    )
    assert shares(found) == {"brivaracetam": 61.0}


def test_as_many_doses_as_there_were() -> None:
    found = report(
        BLIND + "one of three dosages of brivaracetam or placebo.",
        "At 180 mg/day, the responder rate was 44%, compared with 17% with placebo. A dosage of "
        "60 mg/day produced a responder rate of 25% and a dosage of 120 mg/day one of 31%.",
    )
    assert active(found) == [
        "brivaracetam 60 mg/day",
        "brivaracetam 120 mg/day",
        "brivaracetam 180 mg/day",
    ]


def test_a_dose_that_both_drugs_had() -> None:
    found = report(
        BLIND + "carbamazepine, valproate, or placebo. The daily doses of both drugs were 900 mg.",
        "The responder rate was 31% on carbamazepine, 44% on valproate and 17% on placebo.",
        "Carbamazepine and valproate in adults with focal seizures",
    )
    assert active(found) == ["carbamazepine 900 mg", "valproate 900 mg"]


@pytest.mark.parametrize(
    ("methods", "name"),
    [
        (
            BLIND + "brivaracetam, titrated to 35 mg/kg/day or 2800 mg/day, whichever was lower, "
            "or placebo.",
            "brivaracetam 35 mg/kg/day",
        ),
        (
            BLIND + "placebo or brivaracetam, raised weekly from 12 mg/kg/day or 600 mg/day up to "
            "48 mg/kg/day or 2400 mg/day.",
            "brivaracetam 12-48 mg/kg/day or 600-2400 mg/day",
        ),
        (
            BLIND + "brivaracetam or placebo. Brivaracetam, at a dose of 45 mg given twice daily, "
            "stayed below the usual recommended dose range (120-240 mg/day).",
            "brivaracetam 45 mg",
        ),
        (
            OPEN + "Brivaracetam was raised every 3 weeks to 160 mg/day, maximum. The mean dose "
            "was 96.4 ± 31.5 mg.",
            "brivaracetam 160 mg/day",
        ),
        (OPEN + "Maximum brivaracetam dose: 140 mg/day.", "brivaracetam 140 mg/day"),
    ],
)
def test_caps_deviations_and_usual_doses_are_no_doses(methods: str, name: str) -> None:
    assert active(report(methods)) == [name]


def test_a_drug_no_list_knows_beside_one_that_is_known() -> None:
    found = report(
        BLIND + "either frotramide, lamotrigine, or placebo.",
        "The responder rate was 31% on frotramide, 44% on lamotrigine and 17% on placebo.",
        "Frotramide and lamotrigine in adults with focal seizures",
    )
    assert active(found) == ["frotramide", "lamotrigine"]
    assert shares(found) == {"frotramide": 31.0, "lamotrigine": 44.0, "placebo": 17.0}


def test_a_listed_word_that_the_title_leaves_out_is_no_drug() -> None:
    found = report(BLIND + "either rescue, lamotrigine, or placebo.", title="Lamotrigine in adults")
    assert active(found) == ["lamotrigine"]
