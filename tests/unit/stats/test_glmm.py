"""What GLMMs and the beta-binomial model refuse, note and print."""

from __future__ import annotations

import numpy as np
import pytest

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.beta_binomial import pool_beta_binomial
from sinteza.stats.glmm import pool_glmm

TRIALS = {
    "ai": [12, 8, 30, 0, 5],
    "n1i": [50, 40, 120, 20, 33],
    "ci": [5, 6, 14, 1, 2],
    "n2i": [48, 41, 118, 22, 30],
}


@pytest.mark.parametrize("model", ["UM.FS", "UM.RS", "CM.EL", "CM.AL"])
def test_swapping_the_arms_turns_the_sign(model: str) -> None:
    one = pool_glmm("OR", model=model, **TRIALS)
    two = pool_glmm(
        "OR", model=model, ai=TRIALS["ci"], n1i=TRIALS["n2i"], ci=TRIALS["ai"], n2i=TRIALS["n1i"]
    )
    if model != "CM.AL":  # its offset is not symmetric when events are not rare
        assert two.estimate == pytest.approx(-one.estimate, rel=1e-5)
        assert two.tau2 == pytest.approx(one.tau2, abs=1e-5)
    assert one.summary().startswith(f"OR by {model}")


def test_studies_without_events_are_left_out_and_said() -> None:
    more = {name: [*values, 0 if name in ("ai", "ci") else 30] for name, values in TRIALS.items()}
    with_empty, without = pool_glmm("OR", **more), pool_glmm("OR", **TRIALS)
    assert with_empty.estimate == pytest.approx(without.estimate, rel=1e-9)
    assert any("without events" in note for note in with_empty.notes)


def test_refusals() -> None:
    with pytest.raises(TooFewStudies):
        pool_glmm("OR", ai=[3], n1i=[10], ci=[2], n2i=[10])
    with pytest.raises(SynthesisError, match=r"no model CM\.AL"):
        pool_glmm("IRR", model="CM.AL", x1i=[1, 2], t1i=[9, 9], x2i=[1, 2], t2i=[9, 9])
    with pytest.raises(SynthesisError, match="needs the columns"):
        pool_glmm("OR", ai=[3, 4], n1i=[10, 10])
    with pytest.raises(SynthesisError, match="between 0 and the total"):
        pool_glmm("OR", ai=[30, 4], n1i=[10, 10], ci=[1, 2], n2i=[10, 10])
    with pytest.raises(NotConverged, match="infinity"):
        pool_glmm("OR", method="EE", ai=[3, 4], n1i=[10, 10], ci=[0, 0], n2i=[10, 10])


def test_beta_binomial_without_overdispersion_is_binomial() -> None:
    k = 40
    rng = np.random.default_rng(5)
    n = np.full(k, 60)
    fit = pool_beta_binomial(ai=rng.binomial(60, 0.3, k), n1i=n, ci=rng.binomial(60, 0.2, k), n2i=n)
    assert fit.rho < 0.02
    expected = np.log(0.3 / 0.7) - np.log(0.2 / 0.8)
    assert abs(fit.estimate - expected) < 4 * fit.se


def test_beta_binomial_finds_the_correlation() -> None:
    rng = np.random.default_rng(6)
    p = rng.beta(2, 6, 400)  # rho = 1 / (2 + 6 + 1)
    fit = pool_beta_binomial(xi=rng.binomial(50, p), ni=np.full(400, 50))
    assert fit.rho == pytest.approx(1 / 9, rel=0.1)
    assert 1 / (1 + np.exp(-fit.estimate)) == pytest.approx(0.25, abs=0.03)
    with pytest.raises(TooFewStudies):
        pool_beta_binomial(xi=[1], ni=[4])
