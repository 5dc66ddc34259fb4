"""What must hold of every pooled result, whatever the data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import SynthesisError
from sinteza.stats import effect_sizes, mantel_haenszel, peto, pool, pool_many
from sinteza.stats.tau2 import METHODS

RANDOM = [m for m in METHODS if m not in ("EE", "FE")]
estimates = st.floats(-5, 5, allow_nan=False)
variances = st.floats(1e-4, 10, allow_nan=False)


@st.composite
def studies(draw, least=2, most=8):
    k = draw(st.integers(least, most))
    y = draw(st.lists(estimates, min_size=k, max_size=k))
    v = draw(st.lists(variances, min_size=k, max_size=k))
    return np.array(y), np.array(v)


@st.composite
def tables(draw):
    k = draw(st.integers(1, 6))
    n1 = draw(st.lists(st.integers(1, 60), min_size=k, max_size=k))
    n2 = draw(st.lists(st.integers(1, 60), min_size=k, max_size=k))
    a = [draw(st.integers(0, n)) for n in n1]
    c = [draw(st.integers(0, n)) for n in n2]
    return {"ai": a, "n1i": n1, "ci": c, "n2i": n2}


def close(a: float, b: float, unit: float = 1.0, rel: float = 1e-8) -> bool:
    return math.isclose(a, b, rel_tol=rel, abs_tol=rel * unit) or (math.isnan(a) and math.isnan(b))


@settings(max_examples=40)
@given(studies(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_does_not_matter(data, method, random):
    y, v = data
    order = list(range(len(y)))
    random.shuffle(order)
    one, two = (pool(a, b, method=method) for a, b in ((y, v), (y[order], v[order])))
    assert close(one.estimate, two.estimate)
    assert close(one.tau2, two.tau2, float(v.min()))


@settings(max_examples=40)
@given(studies(), st.sampled_from(METHODS), st.integers(-450, 450))
def test_scale_is_followed(data, method, power):
    y, v = data
    s = 2.0**power
    one, two = pool(y, v, method=method), pool(y * s, v * s * s, method=method)
    assert close(one.estimate, two.estimate / s, 1.0, 1e-9)
    assert close(one.se, two.se / s, 1.0, 1e-9)
    assert close(one.tau2, two.tau2 / s / s, float(v.min()), 1e-9)
    assert close(one.i2, two.i2, 1.0, 1e-7)


@settings(max_examples=40)
@given(studies(), st.sampled_from(METHODS), st.floats(-1e3, 1e3))
def test_a_shift_moves_the_estimate_only(data, method, shift):
    y, v = data
    one, two = pool(y, v, method=method), pool(y + shift, v, method=method)
    assert close(one.estimate + shift, two.estimate, 1e3)
    assert close(one.tau2, two.tau2, 1e3, 1e-6)


@settings(max_examples=60)
@given(tables(), st.sampled_from(["RR", "OR", "RD", "AS", "PETO"]))
def test_swapping_arms_changes_the_sign(data, measure):
    back = {"ai": data["ci"], "n1i": data["n2i"], "ci": data["ai"], "n2i": data["n1i"]}
    one, two = effect_sizes(measure, **data), effect_sizes(measure, **back)
    np.testing.assert_allclose(one.yi, -two.yi, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.vi, two.vi, rtol=1e-9)


@settings(max_examples=60)
@given(tables(), st.sampled_from(["RR", "OR", "RD"]), st.sampled_from(["none", "only0", "revman"]))
def test_direct_methods_swap_or_refuse(data, measure, zero):
    back = {"ai": data["ci"], "n1i": data["n2i"], "ci": data["ai"], "n2i": data["n1i"]}
    try:
        one = mantel_haenszel(measure, zero=zero, **data)
    except SynthesisError:
        with pytest.raises(SynthesisError):
            mantel_haenszel(measure, zero=zero, **back)
        return
    two = mantel_haenszel(measure, zero=zero, **back)
    assert close(one.estimate, -two.estimate)
    assert close(one.se, two.se)
    assert math.isfinite(one.estimate)


@settings(max_examples=40)
@given(tables())
def test_peto_swaps_or_refuses(data):
    back = {"ai": data["ci"], "n1i": data["n2i"], "ci": data["ai"], "n2i": data["n1i"]}
    events, total = sum(data["ai"]) + sum(data["ci"]), sum(data["n1i"]) + sum(data["n2i"])
    if events in (0, total):
        with pytest.raises(SynthesisError, match="never occurs"):
            peto(**data)
        return
    try:
        one = peto(**data)
    except SynthesisError:  # events, but in no study together with a participant without one
        with pytest.raises(SynthesisError):
            peto(**back)
        return
    assert close(one.estimate, -peto(**back).estimate)


@settings(max_examples=40)
@given(studies(), st.integers(2, 4))
def test_a_study_given_twice_halves_the_fixed_variance(data, times):
    y, v = data
    one, two = pool(y, v, method="EE"), pool(np.tile(y, times), np.tile(v, times), method="EE")
    assert close(one.estimate, two.estimate)
    assert close(one.se, two.se * math.sqrt(times))


@settings(max_examples=40)
@given(studies(), st.sampled_from(RANDOM))
def test_without_tau2_random_is_fixed(data, method):
    y, v = data
    random, fixed = pool(y, v, method=method, test="z"), pool(y, v, method="EE", test="z")
    if random.tau2 == 0:
        assert close(random.estimate, fixed.estimate)
        assert close(random.se, fixed.se)
    else:
        assert random.se > fixed.se * (1 - 1e-9) or method in ("GENQ", "GENQM")


@settings(max_examples=30)
@given(studies(), st.sampled_from(["ML", "REML"]))
def test_no_point_is_more_likely_than_the_estimate(data, method):
    y, v = data
    found = pool(y, v, method=method, test="z")

    def height(t: float) -> float:
        w = 1 / (v + t)
        mean = np.sum(w * y) / w.sum()
        value = np.log(w).sum() - np.sum(w * (y - mean) ** 2)
        return float(value - (np.log(w.sum()) if method == "REML" else 0.0))

    best = height(found.tau2)
    for t in np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 200)]):
        assert height(float(t)) <= best + 1e-9 * max(1.0, abs(best))


@settings(max_examples=25)
@given(
    st.lists(studies(least=1), min_size=1, max_size=5),
    st.sampled_from(["EE", "DL", "PM", "ML", "REML", "SJ", "HE"]),
    st.sampled_from(["z", "t", "knha", "adhoc"]),
)
def test_many_at_once_are_as_one_by_one(sets, method, test):
    y, v = (np.concatenate([s[i] for s in sets]) for i in (0, 1))
    groups = np.repeat(np.arange(len(sets)), [len(s[0]) for s in sets])
    many = pool_many(y, v, groups, method=method, test=test)
    for i, (a, b) in enumerate(sets):
        one = pool(a, b, method=method, test=test)
        unit = float(b.min())
        assert close(many.estimate[i], one.estimate)
        assert close(many.tau2[i], one.tau2, unit)
        assert close(many.se[i], one.se)
        assert close(many.q[i], one.q)
        assert close(many.i2[i], one.i2, 1e-2)


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e-20, 1.0, 1e20, 1e150, 1e300])
@pytest.mark.parametrize("method", METHODS)
def test_variances_of_any_size(size, method):
    v = size * np.array([1.0, 2.0, 3.0, 1.5])
    y = math.sqrt(size) * np.array([0.2, 2.5, -1.0, 4.0])
    found = pool(y, v, method=method)
    plain = pool(y / math.sqrt(size), v / size, method=method)
    assert close(found.estimate / math.sqrt(size), plain.estimate, 1.0, 1e-9)
    assert close(found.i2, plain.i2, 1.0, 1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_one_and_two_studies(method):
    one = pool([0.4], [0.1], method=method)
    assert (one.estimate, one.tau2, one.q) == (0.4, 0.0, 0.0)
    two = pool([0.4, 0.8], [0.1, 0.2], method=method)
    assert 0.4 <= two.estimate <= 0.8
    assert math.isfinite(two.se)
    assert two.notes or method in ("EE", "FE")


def test_no_participants_give_no_estimate():
    found = effect_sizes("RR", ai=[0, 3], n1i=[0, 10], ci=[0, 2], n2i=[0, 12], to="none")
    assert math.isnan(found.yi[0])
    assert math.isfinite(found.yi[1])
    assert any("1 of 2" in note for note in found.notes)


@pytest.mark.parametrize("power", [2, 8, 12, 16, 17, 20, 30, 60, 95])
def test_one_study_may_be_far_more_precise(power):
    """Of two studies everything is known: REML is the squared difference less the variances, Q the
    squared difference over their sum, and I2, H2 follow from tau2 over the mean variance."""
    v = np.array([1.0, 10.0**power])
    y = np.array([0.3, 0.3 + 5 * math.sqrt(v[1])])
    gap, whole = float(y[1] - y[0]), float(v.sum())
    fit = pool(y, v, method="REML", test="z")
    tau2 = (gap**2 - whole) / 2
    assert fit.tau2 == pytest.approx(tau2, rel=1e-12)
    assert fit.q == pytest.approx(gap**2 / whole, rel=1e-12)
    assert fit.h2 == pytest.approx(1 + 2 * tau2 / whole, rel=1e-12)
    assert fit.i2 == pytest.approx(100 * (1 - 1 / fit.h2), rel=1e-12)
    assert fit.tau2_se == pytest.approx(math.sqrt(2) * (tau2 + whole / 2), rel=1e-12)
    assert pool(y, v, method="DL").tau2 == pytest.approx(tau2, rel=1e-12)
