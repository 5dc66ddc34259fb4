from __future__ import annotations

import pytest

from sinteza.extraction.read import read
from sinteza.extraction.report import Report, ReportValue
from sinteza.model.record import PublicationType, Record, Section

TITLE = "Efficacy of adjunctive lotramacetam in adults with refractory focal seizures"
METHODS = (
    "In this double-blind, placebo-controlled trial, 240 adults (aged 18-65 years) with refractory "
    "focal seizures were randomized to lotramacetam (LTM) 200 mg/day (n = 80), LTM 400 mg/day "
    "(n = 81), or placebo (PBO; n = 79)."
)


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


def cells(found: Report, code: str) -> dict[str, ReportValue]:
    names = {arm.id: arm.name for arm in found.arms}
    return {names[v.arm]: v for o in found.outcomes if o.code == code for v in o.values}


def percents(found: Report, code: str) -> dict[str, float | None]:
    return {name: value.percent for name, value in cells(found, code).items()}


LOW, HIGH, PLACEBO = "lotramacetam 200 mg/day", "lotramacetam 400 mg/day", "placebo"


def test_the_arm_table_comes_first() -> None:
    arms = {arm.name: arm for arm in report("All went well.").arms}
    assert list(arms) == [LOW, HIGH, PLACEBO]
    assert [arms[n].n_randomised for n in (LOW, HIGH, PLACEBO)] == [80, 81, 79]
    assert arms[PLACEBO].role == "comparator"


@pytest.mark.parametrize(
    "results",
    [
        "The 50% responder rate was 18.0%, 35.0%, and 42.5% for placebo, LTM 200 mg/day, and LTM "
        "400 mg/day, respectively.",
        "Responder rates (≥50% reduction) were 35.0% (200 mg/day, p = 0.01), 42.5% (400 mg/day, "
        "p < 0.001), and 18.0% (PBO).",
        "A ≥50% reduction in seizure frequency was seen in 35.0% of patients on LTM 200 mg/day and "
        "42.5% on LTM 400 mg/day compared with 18.0% of patients on PBO.",
        "Responders: PBO, 18.0%; LTM 200 mg/day, 35.0%; LTM 400 mg/day, 42.5%.",
    ],
)
def test_the_same_result_in_many_words(results: str) -> None:
    assert percents(report(results), "RR50") == {LOW: 35.0, HIGH: 42.5, PLACEBO: 18.0}


def test_counts_totals_and_shares() -> None:
    found = cells(
        report(
            "Seizure freedom was reached by 2/79 (2.5%) on placebo, eight (10.0%) of 80 on LTM 200 "
            "mg/day, and 12 (14.8%) on LTM 400 mg/day."
        ),
        "SF",
    )
    assert (found[PLACEBO].events, found[PLACEBO].total, found[PLACEBO].percent) == (2, 79, 2.5)
    assert (found[LOW].events, found[LOW].total) == (8, 80)
    assert (found[HIGH].events, found[HIGH].total) == (12, None)


def test_events_are_derived_only_where_one_number_fits() -> None:
    found = cells(
        report(
            "The responder rate was 35.0% for LTM 200 mg/day, 42.0% for LTM 400 mg/day and 17.7% "
            "for placebo."
        ),
        "RR50",
    )
    assert found[LOW].derived_events == 28
    assert found[LOW].events is None
    assert found[PLACEBO].derived_events == 14


TWO = (
    "In this double-blind trial, 120 adults with refractory focal seizures were randomized to "
    "lotramacetam 300 mg/day (n = 60) or placebo (n = 60)."
)
ONE = "lotramacetam 300 mg/day"


@pytest.mark.parametrize(
    ("results", "code", "drug", "placebo"),
    [
        (
            "Compared with placebo, lotramacetam gave a greater median reduction in seizure "
            "frequency (31.5% vs 12.0%).",
            "MPC",
            31.5,
            12.0,
        ),
        (
            "Compared with placebo, lotramacetam gave a greater median reduction in seizure "
            "frequency (12.0% vs 31.5%).",
            "MPC",
            31.5,
            12.0,
        ),
        (
            "Lotramacetam-treated patients had a greater median percent reduction in seizure "
            "frequency than placebo-treated patients (31.5% versus 12.0%, p = 0.03).",
            "MPC",
            31.5,
            12.0,
        ),
        (
            "Lotramacetam was better than placebo (responder rate 51.5% vs 33.0%), whatever the "
            "dose of lotramacetam had been before.",
            "RR50",
            51.5,
            33.0,
        ),
        (
            "A ≥50% reduction in seizures was seen in the lotramacetam group (15/46 or 33%) and in "
            "the control group (4/50 or 8%).",
            "RR50",
            33.0,
            8.0,
        ),
        (
            "The median percent change in seizure frequency was -31.5% with lotramacetam and +4.0% "
            "with placebo.",
            "MPC",
            31.5,
            -4.0,
        ),
        (
            "Discontinuation due to adverse events (AEs) occurred in 9.0% (lotramacetam) and 3.0% "
            "(placebo).",
            "WDAE",
            9.0,
            3.0,
        ),
        (
            "Adverse events were reported by 66.0% of lotramacetam- and 51.0% of placebo-treated "
            "patients; the most common were dizziness (20.0% vs 8.0%) and rash (12.0% vs 9.0%).",
            "AE",
            66.0,
            51.0,
        ),
        (
            "Least-squares mean percent reduction in seizure frequency was placebo 11.0% versus "
            "lotramacetam 38.0% (95% CI 20.0-44.0).",
            "MEANPC",
            38.0,
            11.0,
        ),
    ],
)
def test_two_arms(results: str, code: str, drug: float, placebo: float) -> None:
    assert percents(report(results, TWO), code) == {ONE: drug, PLACEBO: placebo}


def test_median_mean_and_plain_reductions_are_kept_apart() -> None:
    found = report("Seizure frequency was reduced by 38.0% on lotramacetam, 9% on placebo.", TWO)
    assert {o.code for o in found.outcomes} == {"PCRED"}


def test_a_reduction_over_placebo_belongs_to_the_active_arm() -> None:
    found = report("The percent reduction over placebo in seizure frequency was 22.1%.", TWO)
    assert percents(found, "PCPBO") == {ONE: 22.1}


@pytest.mark.parametrize(
    "text",
    [
        "The primary endpoint was the 50% responder rate.",
        "The most common adverse events were dizziness (20.0% vs 8.0%) and headache (12% vs 9%).",
        "The difference was significant (p = 0.035; odds ratio 2.3, 95% CI 1.1-4.9).",
        "People began with a median of 14.5 seizures per 28 days; 83% took two drugs or more.",
    ],
)
def test_what_is_no_result_is_not_read_as_one(text: str) -> None:
    assert report(text, TWO).outcomes == ()


def test_a_conclusion_restates() -> None:
    text = "The responder rate was 40.0% on lotramacetam and 20.0% on placebo."
    record = Record(
        id="test:1",
        source="test",
        source_id="1",
        title=TITLE,
        abstract=(
            Section(text=TWO, category="METHODS"),
            Section(text=text, category="RESULTS"),
            Section(text=text, category="CONCLUSIONS"),
        ),
    )
    assert len(read(record).outcomes) == 1


def test_places_are_of_the_stored_text() -> None:
    text = "Responder rates were 40\u00b75% on lotramacetam and 20\u00b70% on placebo\u2009\u2013."
    found = report(text, TWO)
    whole = f"{TWO} {text}"
    value = cells(found, "RR50")[ONE]
    assert value.percent == 40.5
    assert whole[value.start : value.end] == "40\u00b75%"
    evidence = found.outcomes[0].evidence
    assert whole[evidence.start : evidence.end] == text


def test_misprints_are_flagged_not_repaired() -> None:
    found = report("Responders were 30 (61.0%) of 60 on lotramacetam and 6 (10%) on placebo.", TWO)
    value = cells(found, "RR50")[ONE]
    assert (value.events, value.percent) == (30, 61.0)
    assert "percent_is_not_events_of_total" in value.flags
    assert value.needs_look


def test_a_comparator_ahead_is_shown_to_a_person() -> None:
    found = report("Responder rates were 20.0% on lotramacetam and 30.0% on placebo.", TWO)
    assert all(v.needs_look and "comparator_ahead" in v.flags for v in found.outcomes[0].values)


def test_effects_with_interval() -> None:
    found = report("The odds ratio was 2.31 (95% CI 1.10-4.85; p = 0.03).", TWO)
    (effect,) = found.effects
    assert (effect.measure, effect.estimate, effect.ci_low, effect.ci_high) == (
        "OR",
        2.31,
        1.1,
        4.85,
    )
    wrong = report("The odds ratio was 2.31 (95% CI 2.50-4.85).", TWO)
    assert wrong.effects[0].flags == ("interval_without_estimate",)
