# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Ways in which abstracts tell efficacy, one invented sentence each: which outcome a figure is of."""

from __future__ import annotations

import pytest

from tests.unit.extraction.test_classes import METHODS, report

Figure = tuple[str, float | int | None]


def figures(results: str, methods: str = "") -> list[Figure]:
    """Code and percentage, or else the count, of every value in order of place."""
    found = [
        (v.start, item.code, v.percent if v.percent is not None else v.events)
        for item in report(results, f"{METHODS} {methods}".strip()).outcomes
        for v in item.values
    ]
    return [(code, figure) for _, code, figure in sorted(set(found), key=lambda f: f[0] or 0)]


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
