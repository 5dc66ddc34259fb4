"""The Copas model: its ends, its direction, its unit."""

from __future__ import annotations

import numpy as np
import pytest

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import pool
from sinteza.stats.copas import copas


def published(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """300 studies with effect 0.2; small ones mostly published when they look good."""
    rng = np.random.default_rng(seed)
    s = rng.uniform(0.05, 0.5, 300)
    error = rng.standard_normal(300)
    y = 0.2 + rng.normal(0, 0.05, 300) + s * error
    propensity = -1.5 + 0.25 / s + 0.9 * error + np.sqrt(1 - 0.81) * rng.standard_normal(300)
    keep = propensity > 0
    return y[keep], s[keep] ** 2


def test_selection_is_undone_in_part() -> None:
    y, v = published(1)
    naive = pool(y, v, method="ML").estimate
    found = copas(y, v, curve=(0.99, 0.6, 0.3, 0.15))
    assert found.unadjusted == pytest.approx(naive, rel=1e-9)
    assert naive > 0.24
    assert found.points[0].residual_p < 0.05  # without selection the funnel is not explained
    strongest = found.points[-1].estimate.estimate
    assert abs(strongest - 0.2) < abs(naive - 0.2) / 2
    assert found.points[-1].rho > 0.5
    assert found.adjusted is not None
    missing = [p.missing for p in found.points]
    assert missing == sorted(missing)


def test_without_small_study_effects_nothing_is_adjusted() -> None:
    rng = np.random.default_rng(3)
    s = rng.uniform(0.1, 0.4, 40)
    y = 0.3 + s * rng.standard_normal(40)
    found = copas(y, s**2)
    assert found.adjusted is found.points[0]
    assert found.adjusted.estimate.estimate == pytest.approx(found.unadjusted, abs=0.02)


def test_scale_and_sign() -> None:
    y, v = published(2)
    one = copas(y, v, curve=(0.5,)).points[0]
    two = copas(-1000 * y, 1e6 * v, curve=(0.5,)).points[0]
    assert two.estimate.estimate == pytest.approx(-1000 * one.estimate.estimate, rel=1e-4)
    assert two.estimate.se == pytest.approx(1000 * one.estimate.se, rel=1e-3)
    assert two.rho == pytest.approx(-one.rho, abs=1e-3)


def test_refusals() -> None:
    with pytest.raises(TooFewStudies):
        copas([0.1, 0.2, 0.3], [0.1, 0.2, 0.3])
    with pytest.raises(SynthesisError, match="equally precise"):
        copas([0.1, 0.2, 0.3, 0.2], [0.1] * 4)
