"""Multilevel models: order, scale, and the model without random terms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.stats import pool
from sinteza.stats.multilevel import pool_multilevel
from sinteza.stats.random_effects import Intercept, Structured, nested


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray, list[int], list[int]]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, 12)
    study = np.repeat(np.arange(12), sizes)
    k = len(study)
    vi = rng.uniform(0.02, 0.2, k)
    yi = 0.3 + rng.normal(0, 0.4, 12)[study] + rng.normal(0, 0.3, k) + rng.normal(0, np.sqrt(vi))
    return yi, vi, study.tolist(), list(range(k))


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from([1e-6, 1e-3, 7.0, 1e5]))
def test_order_and_scale(seed: int, scale: float) -> None:
    yi, vi, study, row = simulated(seed)
    base = pool_multilevel(yi, vi, random=nested(study, row))
    turn = np.random.default_rng(seed).permutation(len(yi))
    moved = pool_multilevel(
        yi[turn] * scale,
        vi[turn] * scale**2,
        random=nested([study[i] for i in turn], [row[i] for i in turn]),
    )
    assert moved.estimate == pytest.approx(base.estimate * scale, rel=1e-6, abs=1e-9 * scale)
    assert moved.se == pytest.approx(base.se * scale, rel=1e-6)
    for new, old in zip(moved.variances.values(), base.variances.values(), strict=True):
        assert new == pytest.approx(old * scale**2, rel=1e-5, abs=1e-9 * scale**2)


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_one_effect_a_row_is_the_ordinary_model(seed: int) -> None:
    yi, vi, _, row = simulated(seed)
    ours = pool_multilevel(yi, vi, random=[Intercept(row)])
    plain = pool(yi, vi, method="REML", test="z")
    assert ours.estimate == pytest.approx(plain.estimate, rel=1e-7)
    assert ours.se == pytest.approx(plain.se, rel=1e-7)
    assert ours.loglik == pytest.approx(plain.loglik, rel=1e-9)
    assert ours.q == pytest.approx(plain.q, rel=1e-9)


@pytest.mark.parametrize("structure", ["UN", "HCS", "CS", "AR", "DIAG", "ID"])
def test_gradients_of_every_structure(structure: str) -> None:
    from sinteza.stats.marginal import evaluate

    rng = np.random.default_rng(3)
    outer = np.repeat(np.arange(15), 3).tolist()
    inner = ["a", "b", "c"] * 15
    yi = rng.normal(0, 1, 15)[outer] + rng.normal(0, 0.5, 45)
    fit = pool_multilevel(
        yi, np.full(45, 0.1), random=[Structured(inner, outer, structure)], mods={"arm": inner}
    )
    p = fit.parameters + 0.1
    found = evaluate(fit.model, p)
    assert found is not None
    for i in range(len(p)):
        step = np.zeros(len(p))
        step[i] = 1e-5
        up, down = evaluate(fit.model, p + step), evaluate(fit.model, p - step)
        assert up is not None
        assert down is not None
        assert (up.loglik - down.loglik) / 2e-5 == pytest.approx(
            found.gradient[i], rel=1e-5, abs=1e-6
        )
