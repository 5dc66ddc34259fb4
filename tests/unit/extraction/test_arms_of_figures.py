# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Whose figure it is: invented sentences, and the mathematics of the chain."""

from __future__ import annotations

import itertools
import math

import pytest

from sinteza.extraction.align import best, marginals
from tests.unit.extraction.test_classes import DRUG, PLACEBO, report, told

DOSES = (
    "In this double-blind trial, 200 adults with refractory focal seizures were randomized to "
    "lotramacetam 100 mg/day (n = 50), 200 mg/day (n = 50), 400 mg/day (n = 50) or placebo (n = 50)."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Compared with placebo, lotramacetam gave a greater median reduction in seizure "
            "frequency (41.5% vs 18.2%).",
            {("MPC", DRUG, 41.5), ("MPC", PLACEBO, 18.2)},
        ),
        (
            "Responder rates (>=50% reduction) were 38% (lotramacetam) and 19% (placebo).",
            {("RR50", DRUG, 38.0), ("RR50", PLACEBO, 19.0)},
        ),
        (
            "One patient (2%) died in the lotramacetam group.",
            {("DEATH", DRUG, 2.0)},
        ),
        (
            "Lotramacetam was withdrawn in three patients because of adverse events.",
            {("WDAE", DRUG, 3)},
        ),
        (
            "Fewer patients on lotramacetam than on placebo withdrew because of adverse events "
            "(3.1% vs 9.4%).",
            {("WDAE", DRUG, 3.1), ("WDAE", PLACEBO, 9.4)},
        ),
    ],
)
def test_the_arm_of_a_figure(text: str, expected: set[tuple[str, str, int | float | None]]) -> None:
    assert told(report(text)) == expected


def test_doses_take_the_figures_of_a_list() -> None:
    found = report(
        "Responder rates (>=50% reduction) were 21%, 33%, 45%, and 58% for placebo and "
        "lotramacetam 100, 200, and 400 mg/day, respectively.",
        methods=DOSES,
    )
    assert told(found) == {
        ("RR50", "placebo", 21.0),
        ("RR50", "lotramacetam 100 mg/day", 33.0),
        ("RR50", "lotramacetam 200 mg/day", 45.0),
        ("RR50", "lotramacetam 400 mg/day", 58.0),
    }


def test_a_sentence_without_names_keeps_the_order_told_before() -> None:
    found = report(
        "Responder rates (>=50% reduction) were 19% for placebo and 44% for lotramacetam. "
        "Seizure freedom rates were 3% and 11%."
    )
    assert {("SF", PLACEBO, 3.0), ("SF", DRUG, 11.0)} <= told(found)


def test_shares_of_nobody_named_are_not_placed() -> None:
    assert told(report("The responder rates were 43% and 19%.")) == set()


def test_a_clear_sentence_is_surer_than_an_unclear_one() -> None:
    clear = report("Responder rates were 44% with lotramacetam and 19% with placebo.")
    unclear = report("The responder rate was 44%.")
    sure = [v.confidence or 0 for item in clear.outcomes for v in item.values]
    unsure = [v.confidence or 0 for item in unclear.outcomes for v in item.values]
    assert min(sure) > 0.8 > max(unsure)


def test_chain_and_shares_agree_with_counting_every_chain() -> None:
    own = [[0.3, -0.2, 1.0], [0.1, 0.9, -0.4], [-1.0, 0.2, 0.6]]
    following = [
        [[-1.0, 0.5, 0.0], [0.7, -2.0, 0.1], [0.2, 0.3, -0.9]],
        [[0.4, -0.6, 0.2], [0.0, -1.0, 1.3], [-0.2, 0.8, -1.1]],
    ]
    weight = {
        chain: math.exp(
            sum(own[i][s] for i, s in enumerate(chain))
            + sum(following[i][chain[i]][chain[i + 1]] for i in range(2))
        )
        for chain in itertools.product(range(3), repeat=3)
    }
    assert tuple(best(own, following)) == max(weight, key=weight.__getitem__)
    whole = sum(weight.values())
    for i, shares in enumerate(marginals(own, following)):
        for state, share in enumerate(shares):
            chains = sum(w for chain, w in weight.items() if chain[i] == state)
            assert share == pytest.approx(chains / whole)
