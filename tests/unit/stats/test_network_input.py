"""What a network refuses, and what it says: study, row and what to do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sinteza.errors import DisconnectedNetwork, SynthesisError
from sinteza.i18n import Language
from sinteza.stats.network import network

Rows = list[dict[str, Any]]


def arm(study: str, treatment: str, events: Any, n: Any) -> dict[str, Any]:
    return {"study": study, "treatment": treatment, "events": events, "n": n}


def contrast(study: str, a: str, b: str, estimate: float, se: float) -> dict[str, Any]:
    return {"study": study, "treat1": a, "treat2": b, "estimate": estimate, "se": se}


GOOD: Rows = [
    arm("S1", "placebo", 5, 100),
    arm("S1", "x", 15, 100),
    arm("S2", "placebo", 6, 100),
    arm("S2", "y", 20, 100),
    arm("S3", "x", 14, 100),
    arm("S3", "y", 21, 100),
]


@pytest.mark.parametrize(
    ("row", "what", "where"),
    [
        (arm("S3", "y", 101, 100), "has 101 events among 100", "study 'S3', row 6"),
        (arm("S3", "x", 5, 100), "compares 'x' with itself", "study 'S3', row 6"),
        (arm("S3", "y", -1, 100), "events is -1: must not be negative", "study 'S3', row 6"),
        (arm("S3", "y", 1, 0), "n is 0: must be positive", "study 'S3', row 6"),
        (arm("S3", "y", "", 100), "events is missing", "study 'S3', row 6"),
        (arm("S3", "y", "many", 100), "events is not a number: 'many'", "study 'S3', row 6"),
        (arm("S3", "", 1, 100), "the treatment is missing", "study 'S3', row 6"),
        (arm("S4", "y", 1, 100), "has one arm only", "study 'S3', row 5"),
    ],
)
def test_bad_arms(row: dict[str, Any], what: str, where: str) -> None:
    with pytest.raises(SynthesisError) as caught:
        network([*GOOD[:5], row], measure="OR")
    assert what in caught.value.what
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("rows", "what", "where"),
    [
        ([contrast("S", "a", "a", 1, 1)], "compares 'a' with itself", "study 'S', row 1"),
        ([contrast("S", "a", "b", 1, -1)], "the standard error is -1", "study 'S', row 1"),
        ([contrast("S", "a", "b", math.nan, 1)], "estimate is not a number", "study 'S', row 1"),
        (
            [contrast("S", "a", "b", 1, 1), contrast("S", "b", "a", 1, 1)],
            "compares 'a' with 'b' twice",
            "study 'S', row 2",
        ),
        (
            [contrast("S", "a", "b", 1, 1), contrast("S", "b", "c", 1, 1)],
            "has 3 arms but no contrast a:c",
            "study 'S'",
        ),
        (
            [
                contrast("S", "a", "b", 1, 1),
                contrast("S", "b", "c", 1, 1),
                contrast("S", "a", "c", 1, 9),
            ],
            "the standard errors of its contrasts contradict each other: that of a:c (9)",
            "study 'S'",
        ),
        (
            [
                contrast("S", "a", "b", 1, 1),
                contrast("S", "b", "c", 1, 1),
                contrast("S", "a", "c", 2.5, 1.2),
            ],
            "its contrasts do not add up: a:c is 2.5",
            "study 'S', row 3",
        ),
    ],
)
def test_bad_contrasts(rows: Rows, what: str, where: str) -> None:
    with pytest.raises(SynthesisError) as caught:
        network(rows, measure="HR")
    assert what in caught.value.what
    assert caught.value.where == where


def test_inconsistent_contrasts_can_be_projected() -> None:
    rows = [
        contrast("S", "a", "b", 1, 1),
        contrast("S", "b", "c", 1, 1),
        contrast("S", "a", "c", 2.3, 1),
    ]
    with pytest.raises(SynthesisError, match="Take them with multi_arm='project'") as caught:
        network(rows, measure="MD")
    assert "misses the others by 0.1" in caught.value.what
    projected = network(rows, measure="MD", multi_arm="project")
    # equal variances: each contrast gives a third of the gap of 0.3
    assert projected.estimate("a", "b").estimate == pytest.approx(1.1)
    assert projected.estimate("a", "c").estimate == pytest.approx(2.2)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"measure": "XX"}, "'XX' is not a measure"),
        ({"measure": "MD"}, "missing: mean, sd"),
        ({"measure": "HR"}, "HR cannot be computed from arms"),
        ({"measure": "OR", "method": "PM"}, "'PM' is not a method"),
        ({"measure": "OR", "reference": "plcebo"}, "no treatment is called 'plcebo'"),
        ({"measure": "OR", "small_values": "good"}, "small_values is 'good'"),
        ({"measure": "OR", "test": "F"}, "'F' is not a test"),
        ({"measure": "OR", "level": 95}, "the level is 95"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], what: str) -> None:
    with pytest.raises(SynthesisError) as caught:
        network(GOOD, **arguments)
    assert what in caught.value.what


def test_no_rows() -> None:
    with pytest.raises(SynthesisError, match="there are no rows"):
        network([], measure="OR")


def test_unknown_treatment_is_met_with_the_nearest() -> None:
    with pytest.raises(SynthesisError, match="Did you mean 'placebo'"):
        network(GOOD, measure="OR").estimate("x", "plcebo")


def test_studies_without_events_or_numbers_are_named() -> None:
    rows = [
        *GOOD,
        arm("Silent", "x", 0, 10),
        arm("Silent", "placebo", 0, 12),
        arm("Empty", "x", "", 10),
        arm("Empty", "y", "NA", 10),
    ]
    net = network(rows, measure="OR")
    assert [(d.study, d.reason) for d in net.dropped] == [
        ("Empty", "no numbers in any arm"),
        ("Silent", "no events in any arm, or events only"),
    ]
    assert network(rows, measure="OR", keep_double_zeros=True).k == 4
    silent = [*rows, arm("Silent", "z", 0, 9)]
    lost = network(silent, measure="OR")
    assert lost.evidence.lost == ("z",)
    assert "Left without studies: z" in lost.summary()
    with pytest.raises(SynthesisError, match="every study of 'z' was left out"):
        network(silent, measure="OR", reference="z")
    # a difference learns from them
    assert network(rows, measure="RD").k == 4


def test_disconnected_parts_are_all_analyzed() -> None:
    rows = [*GOOD, arm("S4", "sham", 3, 20), arm("S4", "stim", 7, 20)]
    net = network(rows, measure="OR", reference="placebo")
    assert [other.treatments for other in net.others] == [("sham", "stim")]
    assert net.notes == ("The network is disconnected: its parts are analyzed apart.",)
    assert net.estimate("stim", "sham").estimate == pytest.approx(math.log(7 * 17 / (13 * 3)))
    with pytest.raises(DisconnectedNetwork, match="no chain of studies joins 'stim' and 'x'"):
        net.estimate("stim", "x")
    assert len(net.rows()) == 4
    assert network(rows, measure="OR", reference="sham").treatments == ("sham", "stim")
    text = net.summary(Language("ro"))
    assert "părțile ei sunt analizate separat" in text
    assert "stim" in text


def test_one_study_says_what_cannot_be_estimated() -> None:
    net = network(GOOD[:2], measure="OR")
    assert (net.df, net.p_q, net.i2, net.tau2) == (0, None, None, 0.0)
    assert net.notes == ("Heterogeneity and inconsistency: not estimable (0 degrees of freedom)",)
    assert net.estimate("x", "placebo").pi_low is None
    assert "not estimable" in net.summary()


def test_continuity_correction_goes_to_every_arm_of_the_study() -> None:
    rows = [arm("S", "a", 0, 10), arm("S", "b", 5, 20), arm("S", "c", 3, 30)]
    net = network(rows, measure="OR")
    assert net.estimate("b", "c").estimate == pytest.approx(
        math.log(5.5 / 15.5) - math.log(3.5 / 27.5)
    )


@pytest.mark.parametrize(
    ("measure", "columns", "estimate", "variance"),
    [
        ("OR", {"events": (10, 20), "n": (50, 60)}, math.log(10 * 40 / (40 * 20)), 0.2),
        ("RR", {"events": (10, 20), "n": (50, 60)}, math.log(0.2 * 3), 0.1 - 0.02 + 0.05 - 1 / 60),
        ("RD", {"events": (10, 20), "n": (50, 60)}, 0.2 - 1 / 3, 0.2 * 0.8 / 50 + 2 / 9 / 60),
        (
            "ASD",
            {"events": (10, 20), "n": (50, 60)},
            math.asin(0.2**0.5) - math.asin((1 / 3) ** 0.5),
            1 / 200 + 1 / 240,
        ),
        ("MD", {"mean": (5, 3), "sd": (2, 3), "n": (40, 60)}, 2, 4 / 40 + 9 / 60),
        (
            "ROM",
            {"mean": (5, 3), "sd": (2, 3), "n": (40, 60)},
            math.log(5 / 3),
            4 / (40 * 25) + 9 / (60 * 9),
        ),
        ("IRR", {"events": (10, 20), "time": (50, 60)}, math.log(0.2 * 3), 0.15),
        ("IRD", {"events": (10, 20), "time": (50, 60)}, 0.2 - 1 / 3, 10 / 2500 + 20 / 3600),
    ],
)
def test_measures(
    measure: str, columns: dict[str, tuple[float, float]], estimate: float, variance: float
) -> None:
    rows: Rows = [
        {"study": "S", "treatment": t} | {c: v[i] for c, v in columns.items()}
        for i, t in enumerate("ab")
    ]
    one = network(rows, measure=measure).estimate("a", "b")
    assert one.estimate == pytest.approx(estimate, abs=1e-12)
    assert one.se**2 == pytest.approx(variance, abs=1e-12)


def test_shapes_of_networks() -> None:
    rng = np.random.default_rng(7)

    def fit(pairs: list[tuple[str, str]]) -> Any:
        return network(
            [contrast(f"S{i}", a, b, rng.normal(), 0.3) for i, (a, b) in enumerate(pairs)],
            measure="MD",
        )

    star = fit([("hub", t) for t in "abcd"])
    assert (star.df, star.decomposition.between.df) == (0, 0)
    assert all(one.indirect is None for one in star.split() if one.k)
    chain = fit([("a", "b"), ("b", "c"), ("c", "d")])
    assert chain.estimate("a", "d").se == pytest.approx(0.3 * 3**0.5)
    complete = fit([("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")])
    # a complete graph of n equal edges: resistance 2/n of one
    np.testing.assert_allclose(complete.common.se[~np.eye(4, dtype=bool)], (0.09 * 2 / 4) ** 0.5)
