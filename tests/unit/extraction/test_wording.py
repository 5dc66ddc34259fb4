# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Figures in the wordings of many reports: bars that are no shares, elliptic sentences, decimal commas."""

from __future__ import annotations

import pytest

from tests.unit.extraction.test_classes import DRUG, PLACEBO, report, told
from tests.unit.extraction.test_efficacy import Figure, readings


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        # what a figure is measured against is nobody's share
        ("None of the patients on lotramacetam reached 50% reduction.", [("RR50", 0)]),
        ("Up to 50% improvement occurred in 11 patients.", []),
        ("For every three to four patients treated, one patient had a 50% reduction.", []),
        ("The pooled 50% responder rate was higher on lotramacetam (I(2) = 0%).", []),
        ("Seizure freedom was commoner on lotramacetam (RR 1.4; I² = 37%).", []),
        ("Fourteen (9.1%) patients were >= 75%-< 100% responders.", []),
        (
            "Retention was 88.1% in the >= 75% to < 90% responder group.",
            [("RETENTION", 88.1)],
        ),
        # told twice
        (
            "Median reductions in seizure rate were 37% with lotramacetam and -8% (an 8% increase) with placebo.",
            [("MPC", 37.0), ("MPC", -8.0)],
        ),
        # decimal commas; a dash is no minus
        (
            "The percentage of responders was 48,2% on lotramacetam and 21% on placebo.",
            [("RR50", 48.2), ("RR50", 21.0)],
        ),
        (
            "Adverse events were similarly frequent (54,3 and 49%) in both groups.",
            [("AE", 54.3), ("AE", 49.0)],
        ),
        (
            "Responders - 44%, complete cessation of seizures - 9% of patients.",
            [("RR50", 44.0), ("SF", 9.0)],
        ),
        (
            "Stopping of all seizures was seen in 17% on lotramacetam and 2% on placebo.",
            [("SF", 17.0), ("SF", 2.0)],
        ),
        # the report's own short form of seizures
        (
            "Generalized convulsive seizures (GCS) were counted. On lotramacetam 18% were GCS free > or =6 months.",
            [("SF", 18.0)],
        ),
        (
            "Patients had 35% fewer drop attacks and 55% fewer total seizures on lotramacetam.",
            [("PCRED", 35.0), ("PCRED", 55.0)],
        ),
        (
            "The percent reduction from baseline seizure rate was greater on lotramacetam (mean, 21.7%) than in the placebo-treated group (mean, 4.1%).",
            [("MEANPC", 21.7), ("MEANPC", 4.1)],
        ),
        (
            "Median seizure frequency was reduced by 28% on lotramacetam for 6 weeks compared with placebo (P=0.02).",
            [("PCPBO", 28.0)],
        ),
        (
            "Therapy with lotramacetam was being continued in 79% of patients at the last visit.",
            [("RETENTION", 79.0)],
        ),
        ("After three years 44% remained on lotramacetam.", [("RETENTION", 44.0)]),
        ("In all, 46% remained on a stable dose of carbamazepine.", []),
        # who it is told of
        (
            "Three of 8 dogs were responders, and 1 of those 3 became seizure free.",
            [("RR50", 3), ("SF", 1)],
        ),
        (
            "A total of 31 Thai and 19 Danish subjects completed the study.",
            [("COMP", 31), ("COMP", 19)],
        ),
        ("Nine seizure-free patients reported adverse events.", [("AE", 9)]),
        # who left, and what came back once they had
        (
            "Seven patients discontinued lotramacetam early, all because of adverse cognitive or behavioral signs; sedation was the specific cause in four patients.",
            [("WDAE", 7)],
        ),
        ("Leucopenia in 4 patients resolved after discontinuation of lotramacetam.", []),
        (
            "One patient in the lotramacetam group quit the trial due to adverse events.",
            [("WDAE", 1)],
        ),
        (
            "Psychiatric and cognitive serious AEs (SAEs) were seen in 0.7% on lotramacetam and 0.4% on placebo.",
            [],
        ),
        ("The fraction of seizure-free days was 91% in the >= 75%-< 90% responder group.", []),
        (
            "In all, 9% of seizure-free patients discontinued lotramacetam due to adverse events.",
            [("WDAE", 9)],
        ),
        (
            "At three years 41% remained on lotramacetam; 12% (n = 15) had longer exposure.",
            [("RETENTION", 41)],
        ),
        (
            "Eighty percent of the placebo group had a fourth seizure compared with 51% of the lotramacetam group.",
            [("FAIL", 80), ("FAIL", 51)],
        ),
        (
            "The mean reduction of seizure frequency amounted to 28.4 +/- 10.2% under lotramacetam.",
            [("MEANPC", 28.4)],
        ),
        (
            "Lotramacetam cut median monthly seizures by 39.8% against 12.5% for placebo.",
            [("MPC", 39.8), ("MPC", 12.5)],
        ),
        ("Response was seen in 46 and 20 percent, respectively.", [("RR50", 46), ("RR50", 20)]),
        (
            "Reductions of 50% or more were experienced by 44%, of 75% or more by 21%, and of 100% by 7%.",
            [("RR50", 44), ("RR75", 21), ("SF", 7)],
        ),
        (
            "Three patients were withdrawn: two for rash and one for lack of effect.",
            [("WD", 3), ("WDAE", 2), ("WDLOE", 1)],
        ),
        ("Four lotramacetam and two placebo patients dropped out.", [("WD", 4), ("WD", 2)]),
        ("Nine left the study early.", [("WD", 9)]),
        # "(TEAEs)" behind its figures
        (
            "Respective values for placebo were 58.1%/61.4% (TEAEs) and 2.3%/4.4% (TEAEs leading to discontinuation).",
            [("AE", 58.1), ("AE", 61.4), ("WDAE", 2.3), ("WDAE", 4.4)],
        ),
    ],
)
def test_readings(results: str, expected: list[Figure]) -> None:
    assert readings(results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        # a sentence that tells on, of the outcome before it
        (
            "The median percent reduction in seizures was 36.4% on lotramacetam and 15.2% on placebo. "
            "During the whole treatment, this was 33.1% on lotramacetam and 13.9% on placebo.",
            {
                ("MPC", DRUG, 36.4),
                ("MPC", PLACEBO, 15.2),
                ("MPC", DRUG, 33.1),
                ("MPC", PLACEBO, 13.9),
            },
        ),
        (
            "The 50% responder rate was 24% on lotramacetam and 9% on placebo. "
            "The difference for simple partial seizures was significant (lotramacetam 27% versus placebo 8%).",
            {
                ("RR50", DRUG, 24.0),
                ("RR50", PLACEBO, 9.0),
                ("RR50", DRUG, 27.0),
                ("RR50", PLACEBO, 8.0),
            },
        ),
        # the share of people who had reductions: the response of the primary endpoint
        (
            "The primary efficacy analysis was based on the share of patients with a reduction of >= 50% in seizures. "
            "Of the results, 35.5% of the patients on lotramacetam and 13.5% on placebo showed reductions in seizures.",
            {("RR50", DRUG, 35.5), ("RR50", PLACEBO, 13.5)},
        ),
    ],
)
def test_told_on(results: str, expected: set[tuple[str, str, int | float | None]]) -> None:
    assert told(report(results)) == expected
