# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Ways in which abstracts tell efficacy, one invented sentence each: which outcome a figure is of."""

from __future__ import annotations

import pytest

from sinteza.extraction import terms
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.read import REPORTED
from sinteza.extraction.sentence import CHANGES, direction, read_sentence
from sinteza.text import abbreviations, sentences
from tests.unit.extraction.test_classes import METHODS, TITLE, report

Figure = tuple[str, float | int | None]


def figures(results: str, methods: str = "") -> list[Figure]:
    """Code and percentage, or else the count, of every value in order of place."""
    found = [
        (v.start, item.code, v.percent if v.percent is not None else v.events)
        for item in report(results, f"{METHODS} {methods}".strip()).outcomes
        for v in item.values
    ]
    return [(code, figure) for _, code, figure in sorted(set(found), key=lambda f: f[0] or 0)]


def readings(results: str) -> list[Figure]:
    """The same before it is asked whose each figure is: an unnamed arm leaves none out."""
    text = f"{METHODS} {results}"
    spans = sentences.split(text)
    short = abbreviations.find(text)
    table = ArmTable(TITLE, text, short, False)
    setting = terms.setting([text[a:b] for a, b in spans], short, "epilepsy", TITLE, status=False)
    found: list[tuple[int, Figure]] = []
    for start, end in spans:
        sentence = text[start:end]
        if start < len(METHODS):
            continue
        for reading in read_sentence(sentence, table, setting, None):
            if reading.code not in REPORTED:
                continue
            for v in reading.values:
                change = reading.code in CHANGES
                percent = direction(reading, sentence, v) if change else v.percent
                found.append(
                    (start + v.start, (reading.code, percent if percent is not None else v.events))
                )
    return [figure for _, figure in sorted(found, key=lambda item: item[0])]


@pytest.mark.parametrize(
    ("methods", "results", "expected"),
    [
        (
            "Response was defined as complete cessation of spasms.",
            "Nine of 30 patients (30.0%) responded to lotramacetam and four of 31 (12.9%) to placebo.",
            [("SF", 30.0), ("SF", 12.9)],
        ),
        (
            "Predictors of a major response (≥75% reduction in seizure frequency) were sought.",
            "A major response was seen in few; 31% on lotramacetam and 12% on placebo had a major treatment response.",
            [("RR75", 31.0), ("RR75", 12.0)],
        ),
        (
            "Patients free of seizures in the last four weeks were considered responders.",
            "Responders were 22% on lotramacetam and 6% on placebo.",
            [("SF", 22.0), ("SF", 6.0)],
        ),
        (
            "Time to sustained ≥50% responder status (SRS) was assessed.",
            "SRS was reached on day 2 by 17.5% of patients on lotramacetam and 8.1% on placebo.",
            [("RR50", 17.5), ("RR50", 8.1)],
        ),
        (
            "The outcome was the frequency of countable motor seizures (CMS).",
            "CMS was reduced by a median of 37.4% with lotramacetam and 12.2% with placebo.",
            [("MPC", 37.4), ("MPC", 12.2)],
        ),
        (
            "The primary efficacy measures were the median percentage reduction in seizure frequency and the responder rate.",
            "Patients on lotramacetam had a 33.1% reduction in seizure frequency and those on placebo a reduction of 8.4%.",
            [("MPC", 33.1), ("MPC", 8.4)],
        ),
    ],
)
def test_words_of_a_report_mean_what_it_says_they_mean(
    methods: str, results: str, expected: list[Figure]
) -> None:
    assert figures(results, methods) == expected


def test_a_reduction_of_unnamed_kind_is_no_median_because_medians_stand_elsewhere() -> None:
    told = figures(
        "The median percent reduction in seizure frequency was 41.5% with lotramacetam and 13.3% with placebo. "
        "In the open phase seizure frequency was reduced by 52.7%."
    )
    assert told == [("MPC", 41.5), ("MPC", 13.3), ("PCRED", 52.7)]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            "In months 10-12, 14 of 40 (35.0%) patients were seizure-free.",
            [("SF", 35.0)],
        ),
        (
            "The responder rate was maintained on lotramacetam (week 30-42: 47.5%).",
            [("RR50", 47.5)],
        ),
        (
            "The median reduction in seizure frequency was 31.2 percentage points on lotramacetam and 9.4 percentage points on placebo.",
            [("MPC", 31.2), ("MPC", 9.4)],
        ),
    ],
)
def test_a_figure_beside_a_time_or_a_unit_is_still_a_result(
    results: str, expected: list[Figure]
) -> None:
    assert figures(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            "Seizure freedom was attained in 14 (23.3%) patients on lotramacetam and 5 (8.3%) on placebo.",
            [("SF", 23.3), ("SF", 8.3)],
        ),
        (
            "Eleven patients in the lotramacetam group and three in the placebo group became seizure free.",
            [("SF", 11), ("SF", 3)],
        ),
        (
            "Nine of 60 patients on lotramacetam had no seizures during the maintenance period, compared with two of 60 on placebo.",
            [("SF", 9), ("SF", 2)],
        ),
        (
            "Complete seizure control was obtained in 18% of patients treated with lotramacetam and 4% of those treated with placebo.",
            [("SF", 18.0), ("SF", 4.0)],
        ),
        (
            "Cessation of seizures was noted in 21.7% with lotramacetam versus 6.7% with placebo.",
            [("SF", 21.7), ("SF", 6.7)],
        ),
        (
            "In the lotramacetam group 12 patients (20%) were completely free of seizures; in the placebo group, 3 patients (5%).",
            [("SF", 20.0), ("SF", 5.0)],
        ),
        (
            "The 12-month remission rate was 58% for lotramacetam and 55% for placebo.",
            [("SF", 58.0), ("SF", 55.0)],
        ),
        (
            "Of the patients on lotramacetam, 68% achieved a 6-month remission, versus 61% on placebo.",
            [("SF", 68.0), ("SF", 61.0)],
        ),
        (
            "Seizures were completely controlled in 7 of 60 patients (11.7%) taking lotramacetam.",
            [("SF", 11.7)],
        ),
        (
            "Proportions of patients seizure free for at least 26 weeks were 61% (lotramacetam) and 57% (placebo).",
            [("SF", 61.0), ("SF", 57.0)],
        ),
        (
            "Two patients became seizure-free on lotramacetam; none did on placebo.",
            [("SF", 2), ("SF", 0)],
        ),
        (
            "No seizures were reported by 15% of patients on lotramacetam and 6% on placebo.",
            [("SF", 15.0), ("SF", 6.0)],
        ),
        (
            "Freedom from all seizures was seen in 10.5% and 3.2% of the lotramacetam and placebo groups, respectively.",
            [("SF", 10.5), ("SF", 3.2)],
        ),
        (
            "The seizure-free rate at week 12 rose to 13.4% with lotramacetam vs 4.8% with placebo.",
            [("SF", 13.4), ("SF", 4.8)],
        ),
        (
            "Spasms disappeared in 14 of 30 infants (46.7%) given lotramacetam and in 5 of 30 (16.7%) given placebo.",
            [("SF", 46.7), ("SF", 16.7)],
        ),
        (
            "Electroclinical remission was reached in 55.0% of infants on lotramacetam and 30.0% on placebo.",
            [("SF", 55.0), ("SF", 30.0)],
        ),
        (
            "Absence seizures were abolished in 8 of 20 children on lotramacetam and 1 of 20 on placebo.",
            [("SF", 8), ("SF", 1)],
        ),
        (
            "A 100% reduction in seizures was seen in 9.8% of the lotramacetam group and 1.7% of the placebo group.",
            [("SF", 9.8), ("SF", 1.7)],
        ),
        ("Eight patients were rendered seizure free.", [("SF", 8)]),
        (
            "Twenty-three percent of lotramacetam-treated patients and 9% of placebo-treated patients were free from seizures.",
            [("SF", 23.0), ("SF", 9.0)],
        ),
        ("Thirteen patients remained free of seizures for one year.", [("SF", 13)]),
        ("At one year, 49% were seizure-free.", [("SF", 49.0)]),
        (
            "Seizure freedom rates were 12%, 15%, and 3% for lotramacetam 300 mg, lotramacetam 600 mg, and placebo.",
            [("SF", 12.0), ("SF", 15.0), ("SF", 3.0)],
        ),
        (
            "Seizure-free status was achieved by 16/60 (26.7%) versus 7/60 (11.7%).",
            [("SF", 26.7), ("SF", 11.7)],
        ),
        (
            "Twenty patients (33%) experienced a 50% to 74% reduction, 8 (13%) a 75% to 99% reduction, and 4 (7%) were seizure-free.",
            [("SF", 7.0)],
        ),
        (
            "Spasm freedom at day 14 was seen in 20 of 27 (74.1%) infants on lotramacetam and 9 of 28 (32.1%) on placebo.",
            [("SF", 74.1), ("SF", 32.1)],
        ),
        (
            "By day 14, clinical spasms had ceased in 20 of 27 infants (74.1%) on lotramacetam.",
            [("SF", 74.1)],
        ),
        (
            "Cumulative seizure-free rates at 12 months were 44.2% for lotramacetam and 40.1% for placebo.",
            [("SF", 44.2), ("SF", 40.1)],
        ),
        (
            "The Kaplan-Meier estimate of 26-week seizure freedom was 66.1% in the lotramacetam group and 58.3% in the placebo group.",
            [("SF", 66.1), ("SF", 58.3)],
        ),
        (
            "The probability of remaining seizure free at 1 year was 48% with lotramacetam and 33% with placebo.",
            [("SF", 48.0), ("SF", 33.0)],
        ),
        (
            "Numbers of seizure-free patients were 12 on lotramacetam and 4 on placebo.",
            [("SF", 12), ("SF", 4)],
        ),
        (
            "Twelve of the 60 patients given lotramacetam (20%) and four of the 60 given placebo (6.7%) were free of absences.",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        (
            "Fifty percent of the children on lotramacetam were absence-free, versus 21% on placebo.",
            [("SF", 50.0), ("SF", 21.0)],
        ),
        (
            "At 24 hours, 62% of patients on lotramacetam and 41% on placebo had remained seizure free.",
            [("SF", 62.0), ("SF", 41.0)],
        ),
        ("Five had a complete response (no seizures).", [("SF", 5)]),
        ("Seizure freedom: 20.0% vs 6.7%, lotramacetam vs placebo.", [("SF", 20.0), ("SF", 6.7)]),
        (
            "Lotramacetam rendered 20.0% of patients seizure free, placebo 6.7%.",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        (
            "More lotramacetam than placebo patients were seizure free (20.0% vs 6.7%; p = 0.03).",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        (
            "Seizure freedom was noted in 20.0% (12/60) and 6.7% (4/60) of patients on lotramacetam and placebo.",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        (
            "Four patients (7%) had complete seizure control and 15 (25%) a 50-99% reduction.",
            [("SF", 7.0)],
        ),
        ("Seizures stopped completely in 9 patients (15%) on lotramacetam.", [("SF", 15.0)]),
        ("Seizure control was complete in 9 patients (15%) on lotramacetam.", [("SF", 15.0)]),
        ("Nine patients (15%) had total seizure control with lotramacetam.", [("SF", 15.0)]),
        ("Excellent response (seizure free) was seen in 15% on lotramacetam.", [("SF", 15.0)]),
        (
            "No patient on placebo and 15% of patients on lotramacetam were seizure free throughout.",
            [("SF", 15.0)],
        ),
        (
            "The proportion of seizure-free patients was significantly higher for lotramacetam than for placebo (20.0 vs 6.7%).",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        (
            "The proportions of patients who were seizure free were 20, 17, and 7% in the lotramacetam 300 mg, lotramacetam 600 mg, and placebo groups.",
            [("SF", 20.0), ("SF", 17.0), ("SF", 7.0)],
        ),
        (
            "In the ITT population, 20.0% of patients attained freedom from seizures with lotramacetam, as did 6.7% with placebo.",
            [("SF", 20.0), ("SF", 6.7)],
        ),
        ("At the last visit 57 patients (47.5%) were in remission.", [("SF", 47.5)]),
        (
            "Seizure freedom (no seizures for 6 months) was achieved in 20.0% on lotramacetam.",
            [("SF", 20.0)],
        ),
        (
            "The rates of seizure freedom were comparable: lotramacetam, 66.4%; placebo, 64.0%.",
            [("SF", 66.4), ("SF", 64.0)],
        ),
        (
            "Sixty-six percent of patients completing 26 weeks of lotramacetam had been seizure-free.",
            [("SF", 66.0)],
        ),
        ("Two-thirds (66.4%) of patients were seizure free on lotramacetam.", [("SF", 66.4)]),
        ("Seizure-free days increased by 12% on lotramacetam.", []),
        ("The median number of seizure-free days was 22% higher on lotramacetam.", []),
        (
            "The estimated median difference between lotramacetam and placebo was 22.4 percentage points.",
            [],
        ),
        ("Two of the 18 completers were seizure-free during lotramacetam treatment.", [("SF", 2)]),
        ("Total control of seizures was obtained in three patients.", [("SF", 3)]),
        (
            "At months 6, 12, and 24, 12.5%, 15.0%, and 18.2% of patients were seizure free.",
            [("SF", 12.5), ("SF", 15.0), ("SF", 18.2)],
        ),
        (
            "Six-month seizure freedom was achieved by 34.2% of patients (40/117) and 12-month seizure freedom by 25.6% (30/117).",
            [("SF", 34.2), ("SF", 25.6)],
        ),
        ("Overall, 34.2% of patients had no seizures for 6 months or longer.", [("SF", 34.2)]),
        ("Of the patients exposed for 12 months, 16.1% (n = 9) were seizure-free.", [("SF", 16.1)]),
        (
            "The proportion of infants free of spasms and hypsarrhythmia at 2 weeks was 58% on lotramacetam and 37% on placebo.",
            [("SF", 58.0), ("SF", 37.0)],
        ),
        (
            "Spasms stopped in 11 of 20 infants given lotramacetam and 3 of 20 given placebo.",
            [("SF", 11), ("SF", 3)],
        ),
        (
            "Electroclinical response at day 14 (no spasms and no hypsarrhythmia) was observed in 55% versus 29%.",
            [("SF", 55.0), ("SF", 29.0)],
        ),
        (
            "By day 14, 17 (57%) of 30 infants on lotramacetam had no spasms versus 8 (26%) of 31 on placebo.",
            [("SF", 57.0), ("SF", 26.0)],
        ),
        (
            "The median difference of the two groups was estimated as -15.5% (95% CI -28.5 to -2.5).",
            [],
        ),
        (
            "The percentage who became seizure-free was 7% with lotramacetam and 0% with placebo.",
            [("SF", 7.0), ("SF", 0.0)],
        ),
        (
            "Seizure-free rates (last 28 days) were significantly higher on lotramacetam (15.1%) than on placebo (4.9%; p=0.02).",
            [("SF", 15.1), ("SF", 4.9)],
        ),
        (
            "Of those treated with lotramacetam, 15.1% were free from all seizure types and 24.2% from tonic-clonic seizures.",
            [("SF", 15.1), ("SF", 24.2)],
        ),
        (
            "Freedom from generalized tonic-clonic seizures and from all seizures was achieved by 24.2% and 15.1% on lotramacetam.",
            [("SF", 24.2), ("SF", 15.1)],
        ),
        (
            "100% responder rates were 28.1% with lotramacetam and 1.9% with placebo.",
            [("SF", 28.1), ("SF", 1.9)],
        ),
        ("Seventeen of the 43 responders became seizure-free.", [("SF", 17)]),
        ("Nonresponders accounted for 28.3% of patients on lotramacetam.", []),
        ("Eleven patients did not respond to lotramacetam.", []),
        (
            "On lotramacetam, 14% had a 50-74% reduction, 10% a 75-99% reduction, and 5% a 100% reduction.",
            [("SF", 5.0)],
        ),
    ],
)
def test_freedom_from_seizures_in_many_words(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            "At least a 50% reduction in seizure frequency occurred in 41% of lotramacetam patients and 18% of placebo patients.",
            [("RR50", 41.0), ("RR50", 18.0)],
        ),
        (
            "Forty-one percent of patients given lotramacetam had their seizure frequency reduced by at least half, against 18% given placebo.",
            [("RR50", 41.0), ("RR50", 18.0)],
        ),
        (
            "Seizure frequency fell by 50% or more in 24 patients (40%) on lotramacetam and 10 (16.7%) on placebo.",
            [("RR50", 40.0), ("RR50", 16.7)],
        ),
        (
            "The proportion of patients with a >50% decrease in seizures was 43.2% and 19.8%, respectively.",
            [("RR50", 43.2), ("RR50", 19.8)],
        ),
        (
            "A reduction in seizures of more than 75% was seen in 17 patients on lotramacetam and 4 on placebo.",
            [("RR75", 17), ("RR75", 4)],
        ),
        (
            "Responders comprised 38% of the lotramacetam group and 15% of the placebo group.",
            [("RR50", 38.0), ("RR50", 15.0)],
        ),
        (
            "Response (≥50% reduction) was observed in 38% of patients on lotramacetam vs 15% on placebo.",
            [("RR50", 38.0), ("RR50", 15.0)],
        ),
        (
            "Of 60 lotramacetam patients, 26 (43.3%) were responders compared to 11 of 60 placebo patients (18.3%).",
            [("RR50", 43.3), ("RR50", 18.3)],
        ),
        (
            "More patients on lotramacetam (42.1%) than on placebo (20.7%) had a reduction of at least 50% in seizure frequency.",
            [("RR50", 42.1), ("RR50", 20.7)],
        ),
        (
            "Significantly more lotramacetam-treated patients had a ≥50% reduction in seizures than placebo-treated patients (42.1% vs. 20.7%).",
            [("RR50", 42.1), ("RR50", 20.7)],
        ),
        (
            "With lotramacetam 42.1% of patients, and with placebo 20.7%, were 50% responders.",
            [("RR50", 42.1), ("RR50", 20.7)],
        ),
        (
            "The 50% responder rate increased from 35% at month 3 to 48% at month 12.",
            [("RR50", 35.0), ("RR50", 48.0)],
        ),
        (
            "The rate of ≥25% reduction was 62% with lotramacetam and 40% with placebo.",
            [("RR25", 62.0), ("RR25", 40.0)],
        ),
        (
            "The percentage of patients whose seizures were reduced by at least 50% was 42% on lotramacetam and 20% on placebo.",
            [("RR50", 42.0), ("RR50", 20.0)],
        ),
        (
            "Reduction in seizure frequency of 50% or greater was achieved by 42% on lotramacetam and 20% on placebo.",
            [("RR50", 42.0), ("RR50", 20.0)],
        ),
        ("50% responder rates: lotramacetam 42%, placebo 20%.", [("RR50", 42.0), ("RR50", 20.0)]),
        (
            "The odds of ≥50% response favored lotramacetam (42% vs 20%; OR 2.9).",
            [("RR50", 42.0), ("RR50", 20.0)],
        ),
        (
            "A 50% or greater reduction in seizure frequency was reported in 25/60 (42%) and 12/60 (20%).",
            [("RR50", 42.0), ("RR50", 20.0)],
        ),
        (
            "Response rates were higher with lotramacetam than placebo (42% and 20%).",
            [("RR50", 42.0), ("RR50", 20.0)],
        ),
        (
            "Responder rate at 12, 24 and 36 months was 42%, 45% and 50% on lotramacetam.",
            [("RR50", 42.0), ("RR50", 45.0), ("RR50", 50.0)],
        ),
        (
            "Thirty percent of patients had more than 75% improvement on lotramacetam.",
            [("RR75", 30.0)],
        ),
        ("42% of patients improved by 50% or more on lotramacetam.", [("RR50", 42.0)]),
        (
            "Good response (>50% reduction) occurred in 42% on lotramacetam, moderate response (25-50%) in 20%, and none in 38%.",
            [("RR50", 42.0)],
        ),
        (
            "Seizures were reduced by 50% or more in ten patients during lotramacetam and in three during placebo.",
            [("RR50", 10), ("RR50", 3)],
        ),
        (
            "Ten of the 24 patients showed a decrease in seizure frequency of more than 50%.",
            [("RR50", 10)],
        ),
        (
            "Five patients had a greater than 50% reduction in seizure frequency, two had between 25 and 50%, and three were unchanged.",
            [("RR50", 5)],
        ),
        (
            "In 8 of 20 patients seizure frequency was at least halved on lotramacetam.",
            [("RR50", 8)],
        ),
        ("Seven patients experienced a 50% or better reduction in their seizures.", [("RR50", 7)]),
        (
            "≥50% responder rates were 45.0% at 1 year, 50.0% at 2 years, and 58.3% at 3 years.",
            [("RR50", 45.0), ("RR50", 50.0), ("RR50", 58.3)],
        ),
        (
            "The responder rate rose from 38.3% during months 1-3 to 55.0% during months 22-24.",
            [("RR50", 38.3), ("RR50", 55.0)],
        ),
        (
            "In the first 3 months the 50% responder rate was 40.2%; it was 55.1% in the last 3 months.",
            [("RR50", 40.2), ("RR50", 55.1)],
        ),
        (
            "A clinically meaningful (≥50%) reduction in monthly seizure frequency was seen in 54% on lotramacetam vs 5% on placebo.",
            [("RR50", 54.0), ("RR50", 5.0)],
        ),
        (
            "A reduction in convulsive-seizure frequency of at least 50% occurred in 43% with lotramacetam and 27% with placebo (odds ratio 2.00).",
            [("RR50", 43.0), ("RR50", 27.0)],
        ),
        (
            "Responder rates for lotramacetam 300 mg and placebo, respectively, were 41.0% (n = 24/59) and 18.3% (n = 11/60).",
            [("RR50", 41.0), ("RR50", 18.3)],
        ),
        (
            "Similar results were found for complex partial seizures (responder rate 44.4% vs 20.1%).",
            [("RR50", 44.4), ("RR50", 20.1)],
        ),
        ("A 50% to <75% reduction was seen in 14% and a ≥75% reduction in 10%.", [("RR75", 10.0)]),
        (
            "Patients with 50-100% reduction made up 30% of the lotramacetam group.",
            [("RR50", 30.0)],
        ),
    ],
)
def test_responders_in_many_words(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            "Median seizure frequency decreased by 34.5% with lotramacetam and 12.5% with placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Monthly seizure frequency decreased by a median of 34.5% with lotramacetam and 12.5% with placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The median change in monthly seizure rate was -34.5% (lotramacetam) versus -12.5% (placebo).",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Seizure frequency was reduced (median 34.5% with lotramacetam, 12.5% with placebo).",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Percent reduction in seizure frequency (median) was 34.5% for lotramacetam and 12.5% for placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The median percentage of seizure reduction was 34.5% in the lotramacetam arm and 12.5% in the placebo arm.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Patients on lotramacetam had a median 34.5% reduction in seizures compared with 12.5% on placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The median reductions from baseline in focal seizure frequency at 12 and 24 months were 45.1% and 52.2%.",
            [("MPC", 45.1), ("MPC", 52.2)],
        ),
        (
            "Median reduction in seizure days was 28.0% and 9.0% for lotramacetam and placebo.",
            [("MPC", 28.0), ("MPC", 9.0)],
        ),
        (
            "Median percentage improvement in seizure frequency was 40% and 10%, respectively, for lotramacetam and placebo.",
            [("MPC", 40.0), ("MPC", 10.0)],
        ),
        (
            "The median percentage change from baseline in convulsive seizure frequency was an increase of 4.2% with placebo and a decrease of 38.1% with lotramacetam.",
            [("MPC", -4.2), ("MPC", 38.1)],
        ),
        (
            "The mean reduction in seizures was 33% with lotramacetam and 9% with placebo.",
            [("MEANPC", 33.0), ("MEANPC", 9.0)],
        ),
        ("On average seizure frequency was reduced by 33% on lotramacetam.", [("MEANPC", 33.0)]),
        (
            "Mean seizure frequency decreased by 33% in the lotramacetam group and increased by 3% in the placebo group.",
            [("MEANPC", 33.0), ("MEANPC", -3.0)],
        ),
        (
            "Least squares mean percent change was -33.1% with lotramacetam and -9.9% with placebo.",
            [("MEANPC", 33.1), ("MEANPC", 9.9)],
        ),
        (
            "Seizure frequency decreased by 33% on lotramacetam and by 9% on placebo.",
            [("PCRED", 33.0), ("PCRED", 9.0)],
        ),
        (
            "There was a 33% decrease in seizure frequency with lotramacetam and a 9% decrease with placebo.",
            [("PCRED", 33.0), ("PCRED", 9.0)],
        ),
        (
            "Total seizures fell by 33% during lotramacetam and 9% during placebo.",
            [("PCRED", 33.0), ("PCRED", 9.0)],
        ),
        ("Lotramacetam reduced seizure frequency by 22.4% over placebo.", [("PCPBO", 22.4)]),
        ("The percent reduction over placebo was 22.4% for lotramacetam.", [("PCPBO", 22.4)]),
        (
            "Compared with placebo, lotramacetam reduced seizure frequency by 22.4% (95% CI 10.1 to 33.3).",
            [("PCPBO", 22.4)],
        ),
        ("Seizure frequency was 22.4% lower on lotramacetam than on placebo.", [("PCPBO", 22.4)]),
        ("The placebo-adjusted reduction in seizure frequency was 22.4%.", [("PCPBO", 22.4)]),
        (
            "The median percentage reduction in seizure frequency per 28 days was 34.5 for lotramacetam and 12.5 for placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Median percent reductions in seizure frequency were 34.5%, 30.1%, and 12.5% for lotramacetam 600 mg, 300 mg and placebo.",
            [("MPC", 34.5), ("MPC", 30.1), ("MPC", 12.5)],
        ),
        (
            "Lotramacetam decreased median seizure frequency from 10.1 to 6.4 per month (34.5%).",
            [("MPC", 34.5)],
        ),
        (
            "Seizure frequency per week was reduced from baseline by 34.5% (lotramacetam) and 12.5% (placebo).",
            [("PCRED", 34.5), ("PCRED", 12.5)],
        ),
        (
            "Reduction of seizure frequency was 34.5% in the lotramacetam group and 12.5% in the placebo group.",
            [("PCRED", 34.5), ("PCRED", 12.5)],
        ),
        (
            "Seizure frequency changed by -34.5% with lotramacetam and +2.2% with placebo.",
            [("PCRED", 34.5), ("PCRED", -2.2)],
        ),
        (
            "Lotramacetam produced a 34.5% median reduction in drop seizures; the placebo figure was 12.5%.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Median reductions in seizure frequency increased over time (34.5% at month 3, 45.0% at month 6) on lotramacetam.",
            [("MPC", 34.5), ("MPC", 45.0)],
        ),
        (
            "The median percentage reduction in seizures was 34.5% (IQR 10.2-60.1) with lotramacetam and 12.5% (IQR -8.1 to 33.0) with placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The median percentage change in seizure frequency was -34.5% [-60.1, -10.2] with lotramacetam and -12.5% [-33.0, 8.1] with placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The mean (SD) percentage reduction in seizure frequency was 33.1% (41.2) with lotramacetam and 9.9% (38.0) with placebo.",
            [("MEANPC", 33.1), ("MEANPC", 9.9)],
        ),
        (
            "Median seizure frequency reduction: lotramacetam, 34.5%; placebo, 12.5%; p < 0.001.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Seizure frequency increased by 4.2% on placebo and decreased by 34.5% on lotramacetam.",
            [("PCRED", -4.2), ("PCRED", 34.5)],
        ),
        (
            "The reduction relative to placebo in weekly seizure frequency was 22.4% for lotramacetam.",
            [("PCPBO", 22.4)],
        ),
        (
            "Weekly seizure frequency was reduced by 22.4% with lotramacetam vs placebo (p=0.02).",
            [("PCPBO", 22.4)],
        ),
        (
            "Reduction in log-transformed seizure frequency was 22.4% greater with lotramacetam than with placebo.",
            [("PCPBO", 22.4)],
        ),
        (
            "Percent reductions over placebo were 20.1% and 22.4% for lotramacetam 300 and 600 mg.",
            [("PCPBO", 20.1), ("PCPBO", 22.4)],
        ),
        (
            "Median seizure frequency fell from 12 per month on placebo to 8 per month on lotramacetam, a reduction of 33%.",
            [("MPC", 33.0)],
        ),
        (
            "The mean seizure frequency was 35% lower with lotramacetam than with placebo.",
            [("PCPBO", 35.0)],
        ),
        (
            "The number of seizures was reduced by 30% on lotramacetam compared with the placebo period.",
            [("PCPBO", 30.0)],
        ),
        (
            "Seizure frequency decreased from baseline by a median of 48.9% at 1 year, 52.0% at 2 years, and 60.1% at 3 years.",
            [("MPC", 48.9), ("MPC", 52.0), ("MPC", 60.1)],
        ),
        (
            "The median percentage decrease in falls from seizures was 41.5% (IQR -66.5 to -3.5) in the lotramacetam group and 19.5% (-42.5 to 2.5) in the placebo group.",
            [("MPC", 41.5), ("MPC", 19.5)],
        ),
        (
            "Mean convulsive seizure frequency was 57.5% lower with lotramacetam than placebo (95% CI 41.5-68.5).",
            [("PCPBO", 57.5)],
        ),
        (
            "Lotramacetam led to a 51% greater reduction in the monthly convulsive seizure frequency than placebo (95% CI 33.5-63.5).",
            [("PCPBO", 51.0)],
        ),
        (
            "Median reductions in seizures were 34.5% (lotramacetam; p < 0.001 vs placebo) and 12.5% (placebo).",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "In patients with secondarily generalized seizures, the median reduction was 58.1% on lotramacetam and 20.2% on placebo.",
            [("MPC", 58.1), ("MPC", 20.2)],
        ),
        (
            "For simple partial seizures the corresponding reductions in frequency were 31.2% and 9.9%.",
            [("PCRED", 31.2), ("PCRED", 9.9)],
        ),
        (
            "Improvement in seizure frequency was 34.5% for lotramacetam and 12.5% for placebo.",
            [("PCRED", 34.5), ("PCRED", 12.5)],
        ),
        (
            "Seizure frequency during treatment declined 34.5% in the lotramacetam group and rose 4.1% in the placebo group.",
            [("PCRED", 34.5), ("PCRED", -4.1)],
        ),
        ("Patients on lotramacetam had 34.5% fewer seizures than at baseline.", [("PCRED", 34.5)]),
        (
            "Seizure days decreased by 34.5% with lotramacetam and by 12.5% with placebo.",
            [("PCRED", 34.5), ("PCRED", 12.5)],
        ),
        (
            "The weekly median frequency of seizures decreased 34.5% with lotramacetam versus 12.5% with placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "Median percent change from baseline in weekly seizures was -34.5 with lotramacetam and -12.5 with placebo (p<0.01).",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
        (
            "The median per cent reduction of seizures was 34.5 per cent on lotramacetam and 12.5 per cent on placebo.",
            [("MPC", 34.5), ("MPC", 12.5)],
        ),
    ],
)
def test_changes_and_their_kinds(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            "Responder rates (≥50%, ≥75%, and 100% reduction) were 45%, 22%, and 7% with lotramacetam.",
            [("RR50", 45.0), ("RR75", 22.0), ("SF", 7.0)],
        ),
        (
            "The ≥50%, ≥75%, ≥90%, and 100% responder rates were 60.5%, 41.2%, 20.3% and 11.1%, respectively.",
            [("RR50", 60.5), ("RR75", 41.2), ("RR90", 20.3), ("SF", 11.1)],
        ),
        (
            "Fifty-three percent of patients achieved ≥50% seizure reduction and 27% achieved ≥75% seizure reduction.",
            [("RR50", 53.0), ("RR75", 27.0)],
        ),
        (
            "For lotramacetam and placebo, respectively, median seizure reduction was 34.5% and 12.5%, responder rates were 41% and 18%, and seizure freedom was 9% and 2%.",
            [
                ("MPC", 34.5),
                ("MPC", 12.5),
                ("RR50", 41.0),
                ("RR50", 18.0),
                ("SF", 9.0),
                ("SF", 2.0),
            ],
        ),
        (
            "The responder and seizure-free rates were 41% and 9% with lotramacetam and 18% and 2% with placebo.",
            [("RR50", 41.0), ("SF", 9.0), ("RR50", 18.0), ("SF", 2.0)],
        ),
        (
            "Responder rate (41% vs 18%), seizure freedom (9% vs 2%), and median reduction in seizures (34.5% vs 12.5%) all favored lotramacetam over placebo.",
            [
                ("RR50", 41.0),
                ("RR50", 18.0),
                ("SF", 9.0),
                ("SF", 2.0),
                ("MPC", 34.5),
                ("MPC", 12.5),
            ],
        ),
        (
            "Lotramacetam: responder rate 41%, seizure freedom 9%; placebo: responder rate 18%, seizure freedom 2%.",
            [("RR50", 41.0), ("SF", 9.0), ("RR50", 18.0), ("SF", 2.0)],
        ),
        (
            "Forty-one percent of patients on lotramacetam were responders and 9% were seizure free, compared with 18% and 2% on placebo.",
            [("RR50", 41.0), ("SF", 9.0), ("RR50", 18.0), ("SF", 2.0)],
        ),
        (
            "Efficacy was maintained: 45% were responders, 12% had no seizures.",
            [("RR50", 45.0), ("SF", 12.0)],
        ),
        (
            "Of 60 patients receiving lotramacetam, 12 became seizure free, 20 had a reduction of more than 50%, and 28 were unchanged.",
            [("SF", 12), ("RR50", 20)],
        ),
        (
            "Twelve patients (20%) were seizure-free, 20 (33%) had >50% reduction, 18 (30%) had <50% reduction, and 10 (17%) were unchanged.",
            [("SF", 20.0), ("RR50", 33.0)],
        ),
        (
            "During the last 3 months 33 patients (55%) were seizure-free and 45 (75%) had at least 50% fewer seizures.",
            [("SF", 55.0), ("RR50", 75.0)],
        ),
        (
            "Among lotramacetam-treated patients, 42% had ≥50% reduction, 21% had ≥75% reduction, and 9% had 100% reduction in seizures.",
            [("RR50", 42.0), ("RR75", 21.0), ("SF", 9.0)],
        ),
        (
            "Seizure reduction ≥50% was seen in 42% and ≥75% in 21% of patients on lotramacetam.",
            [("RR50", 42.0), ("RR75", 21.0)],
        ),
        (
            "Seizure reductions of ≥50% and ≥75% were reported in 42% and 21% of patients on lotramacetam.",
            [("RR50", 42.0), ("RR75", 21.0)],
        ),
        (
            "The proportion of patients with ≥50%/≥75%/≥90% reduction was 42%/21%/12% with lotramacetam and 20%/8%/3% with placebo.",
            [
                ("RR50", 42.0),
                ("RR75", 21.0),
                ("RR90", 12.0),
                ("RR50", 20.0),
                ("RR75", 8.0),
                ("RR90", 3.0),
            ],
        ),
        (
            "Seizures were reduced by more than 50% in 9 of 21 (43%) patients and by more than 75% in 4 (19%).",
            [("RR50", 43.0), ("RR75", 19.0)],
        ),
        (
            "One patient became seizure-free, and 6 had reductions greater than 75%.",
            [("SF", 1), ("RR75", 6)],
        ),
        (
            "Thirteen patients (65%) improved by at least 50% and three (15%) became seizure free.",
            [("RR50", 65.0), ("SF", 15.0)],
        ),
        (
            "Of 45 patients entering the extension, 21 (47%) had ≥50% seizure reduction at 12 months and 4 (9%) were seizure-free for at least 12 months.",
            [("RR50", 47.0), ("SF", 9.0)],
        ),
        (
            "Results (lotramacetam vs placebo): median reduction in seizures, 34.5% vs 12.5%; ≥50% responders, 41% vs 18%; seizure-free, 9% vs 2%.",
            [
                ("MPC", 34.5),
                ("MPC", 12.5),
                ("RR50", 41.0),
                ("RR50", 18.0),
                ("SF", 9.0),
                ("SF", 2.0),
            ],
        ),
        (
            "The respective 50% and 75% responder rates were 41% and 18% for lotramacetam, and 20% and 6% for placebo.",
            [("RR50", 41.0), ("RR75", 18.0), ("RR50", 20.0), ("RR75", 6.0)],
        ),
        (
            "The 50% responder rates were 41.0% for lotramacetam and 18.3% for placebo (p = 0.002), and the 75% responder rates 20.5% and 6.1% (p = 0.01).",
            [("RR50", 41.0), ("RR50", 18.3), ("RR75", 20.5), ("RR75", 6.1)],
        ),
        (
            "Significantly greater responder rates (41.0 vs. 18.3%; p=0.002) and seizure-free rates (9.1 vs. 1.7%; p=0.04) were seen with lotramacetam than placebo.",
            [("RR50", 41.0), ("RR50", 18.3), ("SF", 9.1), ("SF", 1.7)],
        ),
        (
            "Responder rates (≥50%, ≥75%, and 100%) were 48% and 20%, 25% and 8%, and 9% and 2% for lotramacetam and placebo.",
            [
                ("RR50", 48.0),
                ("RR50", 20.0),
                ("RR75", 25.0),
                ("RR75", 8.0),
                ("SF", 9.0),
                ("SF", 2.0),
            ],
        ),
        (
            "The 50% and 75% responder rates were 48% and 25% with lotramacetam and 20% and 8% with placebo.",
            [("RR50", 48.0), ("RR75", 25.0), ("RR50", 20.0), ("RR75", 8.0)],
        ),
        (
            "Seizure-free and responder rates were 9% and 48% with lotramacetam, 2% and 20% with placebo.",
            [("SF", 9.0), ("RR50", 48.0), ("SF", 2.0), ("RR50", 20.0)],
        ),
        (
            "The proportions of patients with ≥50%, ≥75%, ≥90% and 100% reduction were 71.9%, 50.0%, 34.4%, and 28.1%.",
            [("RR50", 71.9), ("RR75", 50.0), ("RR90", 34.4), ("SF", 28.1)],
        ),
        (
            "During maintenance, ≥50% (71.9% vs 31.1%), ≥75% (50.0% vs 13.2%), ≥90% (34.4% vs 5.7%), and 100% (28.1% vs 1.9%) responder rates were higher with lotramacetam than placebo.",
            [
                ("RR50", 71.9),
                ("RR50", 31.1),
                ("RR75", 50.0),
                ("RR75", 13.2),
                ("RR90", 34.4),
                ("RR90", 5.7),
                ("SF", 28.1),
                ("SF", 1.9),
            ],
        ),
        (
            "At week 12, 71.9% had ≥50%, 50.0% had ≥75%, and 28.1% had 100% seizure reduction.",
            [("RR50", 71.9), ("RR75", 50.0), ("SF", 28.1)],
        ),
        (
            "Reductions of ≥50%, ≥75%, and 100% in seizure frequency occurred in 71.9%, 50.0%, and 28.1% of lotramacetam patients versus 31.1%, 13.2%, and 1.9% of placebo patients.",
            [
                ("RR50", 71.9),
                ("RR75", 50.0),
                ("SF", 28.1),
                ("RR50", 31.1),
                ("RR75", 13.2),
                ("SF", 1.9),
            ],
        ),
        (
            "Among observed patients, ≥90% and 100% seizure reduction rates were 34.4% and 28.1%, respectively.",
            [("RR90", 34.4), ("SF", 28.1)],
        ),
        (
            "≥50%/≥75%/100% responder rates: lotramacetam 71.9%/50.0%/28.1%; placebo 31.1%/13.2%/1.9%.",
            [
                ("RR50", 71.9),
                ("RR75", 50.0),
                ("SF", 28.1),
                ("RR50", 31.1),
                ("RR75", 13.2),
                ("SF", 1.9),
            ],
        ),
        (
            "The percentage achieving ≥50% seizure reduction was 71.9% for lotramacetam vs 31.1% for placebo; ≥75% reduction, 50.0% vs 13.2%; and 100% reduction, 28.1% vs 1.9%.",
            [
                ("RR50", 71.9),
                ("RR50", 31.1),
                ("RR75", 50.0),
                ("RR75", 13.2),
                ("SF", 28.1),
                ("SF", 1.9),
            ],
        ),
        (
            "Seizure freedom (100% reduction) was reported in 28.1% and 1.9%, ≥75% reduction in 50.0% and 13.2%, respectively.",
            [("SF", 28.1), ("SF", 1.9), ("RR75", 50.0), ("RR75", 13.2)],
        ),
        (
            "Of 60 patients, 43 (71.7%) had a ≥50% reduction, of whom 17 (28.3%) were seizure free.",
            [("RR50", 71.7), ("SF", 28.3)],
        ),
        (
            "Forty-three (71.7%) patients were responders, including 17 (28.3%) who were seizure-free.",
            [("RR50", 71.7), ("SF", 28.3)],
        ),
        (
            "17 patients (28.3%) reached seizure freedom, 26 (43.3%) had ≥50% improvement, and 17 (28.3%) did not respond.",
            [("SF", 28.3), ("RR50", 43.3)],
        ),
        (
            "The 28-day seizure frequency was reduced by 41.2% (lotramacetam) vs 17.0% (placebo), and the 50% responder rate was 45.1% vs 21.0%.",
            [("PCRED", 41.2), ("PCRED", 17.0), ("RR50", 45.1), ("RR50", 21.0)],
        ),
    ],
)
def test_several_outcomes_in_a_sentence(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        # an arm's own reduction, greater than the placebo's; and the difference from it
        (
            "The reduction in seizure frequency of 31.2% with lotramacetam was greater than with placebo.",
            [("PCRED", 31.2)],
        ),
        (
            "The reduction in seizure frequency was 22.4% greater with lotramacetam than with placebo.",
            [("PCPBO", 22.4)],
        ),
        # no seizure reduction is not no seizure
        ("On lotramacetam 21 patients (35%) had no seizure reduction.", []),
        (
            "Seizure freedom was seen in 6% on lotramacetam, 12% had more than 75% and 24% between 50% and 75% reduction.",
            [("SF", 6.0), ("RR75", 12.0)],
        ),
        ("Lotramacetam gave a 60% reduction in the risk of seizures.", []),
        ("On lotramacetam 22% of patients had a reduction in seizures of less than 50%.", []),
        ("Sixty percent of patients on lotramacetam had fewer seizures.", []),
        (
            "Median (range) percent reduction in seizure frequency: placebo 5.9 (-70.1 to 40.3), lotramacetam 31.3 (-20.0 to 90.1).",
            [("MPC", 5.9), ("MPC", 31.3)],
        ),
        (
            "Responder rates with lotramacetam and placebo were 43% and 19, respectively.",
            [("RR50", 43.0), ("RR50", 19.0)],
        ),
    ],
)
def test_figures_that_look_like_another_outcome(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected
