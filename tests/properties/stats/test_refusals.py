"""Awkward data: every method answers or refuses with an error of ours, never with a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sinteza.errors import SintezaError
from sinteza.stats import bias, excess, selection
from sinteza.stats.bias_report import assess_bias
from sinteza.stats.copas import copas
from sinteza.stats.influence import baujat, cumulative, influence, leave_one_out, subgroups
from sinteza.stats.multilevel import pool_multilevel
from sinteza.stats.random_effects import nested
from sinteza.stats.sensitivity import multiverse
from sinteza.stats.trim_fill import trim_and_fill

_RNG = np.random.default_rng(0)
DATA: dict[str, tuple[Any, Any]] = {
    "none": ([], []),
    "one": ([0.5], [0.1]),
    "two": ([0.5, 0.1], [0.1, 0.2]),
    "two alike": ([0.5, 0.5], [0.1, 0.1]),
    "three": ([0.5, 0.1, -0.3], [0.1, 0.2, 0.15]),
    "equal variances": ([0.5, 0.1, -0.3, 0.2], [0.1] * 4),
    "equal estimates": ([0.3] * 6, [0.1, 0.2, 0.3] * 2),
    "all alike": ([0.3] * 5, [0.1] * 5),
    "zero": ([0.0] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]),
    "tiny": (1e-150 * _RNG.normal(size=8), 1e-300 * _RNG.uniform(0.5, 2, 8)),
    "huge": (1e150 * _RNG.normal(size=8), 1e300 * _RNG.uniform(0.5, 2, 8)),
    "a variance of zero": ([0.1, 0.2, 0.3, 0.4], [0, 0.1, 0.1, 0.1]),
    "missing": ([0.1, np.nan, 0.3, 0.4, 0.2], [0.1, 0.2, np.nan, 0.1, 0.2]),
    "wide": (_RNG.normal(size=8), 10.0 ** np.arange(-12, 12, 3)),
    "outlier": ([0.1, 0.2, 0.1, 50.0, 0.12], [0.01, 0.02, 0.01, 0.01, 0.02]),
}


def _groups(n: int) -> list[str]:
    return (["a", "b", "b", "a"] * 3)[:n]


METHODS: dict[str, Callable[[Any, Any], Any]] = {
    "egger": bias.egger,
    "thompson": bias.thompson_sharp,
    "begg": bias.begg,
    "pet-peese": bias.pet_peese,
    "limit": bias.limit,
    "trim and fill": trim_and_fill,
    "fail-safe": excess.fail_safe_n,
    "excess": excess.excess_significance,
    "p-curve": excess.p_curve,
    "henmi-copas": excess.henmi_copas,
    "step": selection.selection_model,
    "beta": lambda y, v: selection.selection_model(y, v, function="beta"),
    "copas": lambda y, v: copas(y, v, curve=(0.8, 0.3)),
    "leave one out": leave_one_out,
    "cumulative": cumulative,
    "influence": influence,
    "baujat": baujat,
    "subgroups": lambda y, v: subgroups(y, v, _groups(len(y))),
    "subgroups, one tau2": lambda y, v: subgroups(y, v, _groups(len(y)), common_tau2=True),
    "multiverse": lambda y, v: multiverse(yi=y, vi=v, methods=("EE", "REML")),
    "multilevel": lambda y, v: pool_multilevel(
        y, v, random=nested(_groups(len(y)), list(range(len(y))))
    ),
}


@pytest.mark.parametrize("data", DATA)
def test_an_answer_or_a_refusal(data: str) -> None:
    y, v = DATA[data]
    answered = 0
    for method in METHODS.values():
        try:
            found = method(y, v)
        except SintezaError:
            continue
        assert found.summary()
        assert found.rows()
        answered += 1
    assert answered or data == "none"


def test_a_report_says_what_was_not_possible() -> None:
    report = assess_bias(*DATA["two"])
    assert set(report.failed) >= {"Egger", "PET-PEESE", "Limit", "Selection (step)"}
    assert not {"Begg", "Trim and fill"} & set(report.failed)  # metafor gives these for two, too
    assert all(report.failed.values())
