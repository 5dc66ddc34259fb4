"""Counts pooled directly: what must hold whatever the tables, and mirror images of estimates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import SintezaError
from sinteza.stats import (
    begg,
    egger,
    heterogeneity_interval,
    mantel_haenszel,
    peto,
    pool,
    pool_beta_binomial,
    pool_glmm,
    pool_meta,
    pool_penalized,
    pool_revman,
    trim_and_fill,
)
from sinteza.stats.bias import harbord, schwarzer

Tables = dict[str, list[int]]


@st.composite
def tables(draw: Any, least: int = 3) -> Tables:
    """Tables with an event and a participant without one in every study."""
    k = draw(st.integers(least, 5))
    sizes = st.lists(st.integers(6, 60), min_size=k, max_size=k)
    n1, n2 = draw(sizes), draw(sizes)
    return {
        "ai": [draw(st.integers(1, n - 1)) for n in n1], "n1i": n1,
        "ci": [draw(st.integers(0, n - 1)) for n in n2], "n2i": n2,
    }  # fmt: skip


METHODS: dict[str, Callable[[Tables], Any]] = {
    "MH OR": lambda d: mantel_haenszel("OR", **d),
    "MH RD": lambda d: mantel_haenszel("RD", **d),
    "Peto": lambda d: peto(**d),
    "penalized": lambda d: pool_penalized(**d),
    "meta MH": lambda d: pool_meta("RR", **d),
    "meta random": lambda d: pool_meta("OR", method="IV", random=True, **d),
    "meta SSW": lambda d: pool_meta("RD", method="SSW", **d),
    "RevMan": lambda d: pool_revman("RR", random=True, **d),
    "UM.FS": lambda d: pool_glmm("OR", model="UM.FS", method="EE", **d),
    "CM.EL": lambda d: pool_glmm("OR", model="CM.EL", method="EE", **d),
    "CM.AL": lambda d: pool_glmm("OR", model="CM.AL", method="EE", **d),
    "beta-binomial": lambda d: pool_beta_binomial(**d),
}
#: additive over studies: every study given twice halves the variance
ADDITIVE = ("MH OR", "MH RD", "Peto", "meta MH", "meta SSW", "CM.EL", "CM.AL")
#: a conditional likelihood with an approximation that takes group 1 as rare in both directions
SYMMETRIC = [name for name in METHODS if name not in ("CM.AL", "beta-binomial")]


def both(name: str, one: Tables, two: Tables) -> tuple[Any, Any] | None:
    """The fits of two data sets; None where both are refused."""
    found = []
    for data in (one, two):
        try:
            found.append(METHODS[name](data))
        except SintezaError:
            found.append(None)
    if None in found:
        assert found == [None, None]
        return None
    return found[0], found[1]


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=4)
@given(data=tables())
def test_order_of_tables(name: str, data: Tables) -> None:
    fits = both(name, data, {c: v[::-1] for c, v in data.items()})
    if fits:
        assert fits[0].estimate == pytest.approx(fits[1].estimate, rel=1e-6, abs=1e-6)
        assert fits[0].se == pytest.approx(fits[1].se, rel=1e-5)


@pytest.mark.parametrize("name", SYMMETRIC)
@settings(max_examples=4)
@given(data=tables())
def test_swapped_arms(name: str, data: Tables) -> None:
    back = {"ai": data["ci"], "n1i": data["n2i"], "ci": data["ai"], "n2i": data["n1i"]}
    fits = both(name, data, back)
    if fits:
        assert fits[0].estimate == pytest.approx(-fits[1].estimate, rel=1e-5, abs=1e-5)
        assert fits[0].se == pytest.approx(fits[1].se, rel=1e-4)


@pytest.mark.parametrize("name", ADDITIVE)
@settings(max_examples=8)
@given(data=tables())
def test_every_study_twice(name: str, data: Tables) -> None:
    fits = both(name, data, {c: v * 2 for c, v in data.items()})
    if fits:
        assert fits[0].estimate == pytest.approx(fits[1].estimate, rel=1e-8, abs=1e-8)
        assert fits[0].se == pytest.approx(fits[1].se * np.sqrt(2), rel=1e-6)


@pytest.mark.parametrize("test", [harbord, schwarzer])
@settings(max_examples=15)
@given(data=tables())
def test_asymmetry_of_swapped_arms(test: Any, data: Tables) -> None:
    back = {"ai": data["ci"], "n1i": data["n2i"], "ci": data["ai"], "n2i": data["n1i"]}
    try:
        one = test(**data)
    except SintezaError:
        with pytest.raises(SintezaError):
            test(**back)
        return
    assert one.p == pytest.approx(test(**back).p, rel=1e-6, abs=1e-9)


estimates = st.lists(st.floats(-2, 2), min_size=4, max_size=7, unique=True)
spread = st.lists(st.floats(0.05, 1.0), min_size=7, max_size=7, unique=True)


@settings(max_examples=30)
@given(estimates, spread)
def test_mirrored_estimates(values: list[float], variances: list[float]) -> None:
    y = np.array(values)
    v = np.array(variances[: len(values)])
    assert egger(-y, v).statistic == pytest.approx(-egger(y, v).statistic, rel=1e-9, abs=1e-9)
    assert begg(-y, v).p == begg(y, v).p
    one, two = trim_and_fill(y, v, side="left"), trim_and_fill(-y, v, side="right")
    assert one.missing == two.missing
    assert one.adjusted.estimate == pytest.approx(-two.adjusted.estimate, rel=1e-7, abs=1e-9)


@settings(max_examples=30)
@given(estimates, spread, st.sampled_from(["QP", "PL", "GENQ", "HT"]))
def test_intervals_of_tau2_hold_their_scale_and_order(
    values: list[float], variances: list[float], kind: str
) -> None:
    y = np.array(values)
    v = np.array(variances[: len(values)])
    one = heterogeneity_interval(y, v, kind=kind).tau2
    two = heterogeneity_interval(1e-3 * y[::-1], 1e-6 * v[::-1], kind=kind).tau2
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(1e6 * b, rel=1e-7, abs=1e-9)
    assert one[1] <= one[2]


@settings(max_examples=30)
@given(estimates, spread)
def test_kenward_roger_is_never_narrower_than_t(
    values: list[float], variances: list[float]
) -> None:
    """Its variance is at least the plain one; equal variances leave k - 1 degrees of freedom."""
    y = np.array(values)
    v = np.array(variances[: len(values)])
    kr, plain = pool(y, v, test="kr"), pool(y, v, test="t")
    assert kr.se >= plain.se * (1 - 1e-12)
    same = pool(y, np.full(len(y), 0.3), test="kr")
    assert same.df == pytest.approx(len(y) - 1, rel=1e-9)
    assert same.se == pytest.approx(pool(y, np.full(len(y), 0.3), test="t").se, rel=1e-9)
