"""Selection models against metafor (golden_selmodel.json).

Step functions and fixed weights agree to 1e-4 as they should. The smooth functions need an integral
that the reference does by a generic routine: its log-likelihood *at its own estimates* differs from
adaptive quadrature (checked below), so its optimum is off where the likelihood is flat. For these,
ours must be at least as high, and the reference's estimates must lie within 2 % of a standard error
(5 % for power, where its log-likelihood is wrong by 0.027).
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special

from sinteza.stats.selection import P_MIN, SelectionResult, selection_model, vevea_woods


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    text = (shared / "meta_golden" / "golden_selmodel.json").read_text()
    found: dict[str, Any] = json.loads(text)["cases"]
    return found


def fit(case: dict[str, Any], key: str) -> SelectionResult:
    side = case[key]["alternative"]
    if key.startswith("vevea"):
        return vevea_woods(case["yi"], case["vi"], alternative=side)
    if key.startswith("stepfun"):
        steps = (0.025,) if key == "stepfun_025" else (0.025, 0.5)
        return selection_model(case["yi"], case["vi"], steps=steps, alternative=side)
    return selection_model(case["yi"], case["vi"], function=key, alternative=side)


@pytest.mark.parametrize("name", ["hackshaw1998", "lehmann2018"])
@pytest.mark.parametrize("key", ["stepfun_025", "stepfun_025_50", "vevea_woods_moderate"])
def test_step_functions(cases: dict[str, Any], name: str, key: str) -> None:
    ref, found = cases[name][key], fit(cases[name], key)
    assert found.estimate.estimate == pytest.approx(ref["beta"], rel=1e-4)
    assert found.estimate.se == pytest.approx(ref["se"], rel=1e-4)
    assert found.estimate.ci_low == pytest.approx(ref["ci_lb"], rel=1e-4)
    assert found.estimate.p == pytest.approx(ref["pval"], rel=1e-3)
    assert found.tau2 == pytest.approx(ref["tau2"], rel=1e-4)
    assert found.delta == pytest.approx(ref["delta"], rel=1e-4)
    for mine, theirs in zip(found.delta_se, ref["se_delta"], strict=True):
        assert (mine is None) == (theirs == "NA")
        if mine is not None:
            assert mine == pytest.approx(theirs, rel=1e-4)
    assert found.loglik == pytest.approx(ref["ll"], rel=1e-9)
    assert found.lrt == pytest.approx(ref["LRT"], rel=1e-8, abs=1e-9)
    assert found.lrt_df == ref["LRTdf"]


@pytest.mark.parametrize("name", ["hackshaw1998", "lehmann2018"])
@pytest.mark.parametrize("key", ["halfnorm", "negexp", "logistic", "power", "beta"])
def test_smooth_functions(cases: dict[str, Any], name: str, key: str) -> None:
    ref, found = cases[name][key], fit(cases[name], key)
    share = 0.05 if key == "power" else 0.02
    assert abs(found.estimate.estimate - ref["beta"]) < share * found.estimate.se
    assert found.tau2 == pytest.approx(ref["tau2"], rel=3e-3)
    deltas = ref["delta"] if isinstance(ref["delta"], list) else [ref["delta"]]
    for mine, theirs, se in zip(found.delta, deltas, found.delta_se, strict=True):
        assert se is not None
        assert abs(mine - theirs) < share * se
    at = exact_loglik(cases[name], key, ref["beta"], ref["tau2"], deltas)
    assert found.loglik >= at - 1e-9
    ours = exact_loglik(cases[name], key, found.estimate.estimate, found.tau2, list(found.delta))
    assert found.loglik == pytest.approx(ours, rel=1e-9)  # our integral against quadrature


def exact_loglik(
    case: dict[str, Any], key: str, mu: float, tau2: float, delta: list[float]
) -> float:
    """The log-likelihood (greater) by adaptive quadrature."""

    def weight(z: float) -> float:
        p = float(special.ndtr(-z))
        if key == "beta":
            p = min(max(p, P_MIN), 1 - P_MIN)
            return float(p ** (delta[0] - 1) * (1 - p) ** (delta[1] - 1))
        return float({
            "halfnorm": lambda: np.exp(-delta[0] * p * p),
            "negexp": lambda: np.exp(-delta[0] * p),
            "logistic": lambda: 2 / (1 + np.exp(delta[0] * p)),
            "power": lambda: special.ndtr(z) ** delta[0],
        }[key]())  # fmt: skip

    total = 0.0
    for y, v in zip(case["yi"], case["vi"], strict=True):
        se, sd = np.sqrt(v), np.sqrt(v + tau2)

        def density(x: float, se: float = se, sd: float = sd) -> float:
            size = np.exp(-0.5 * ((x - mu) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
            return weight(x / se) * float(size)

        cuts = sorted({mu - 12 * sd, -4.3 * se, 0.0, 4.3 * se, mu, mu + 12 * sd})
        area = sum(
            integrate.quad(density, a, b, epsabs=1e-14, epsrel=1e-12, limit=200)[0]
            for a, b in pairwise(cuts)
        )
        total += float(np.log(density(y) / area))
    return total


@pytest.mark.parametrize("side", ["greater", "less"])
def test_mirror_image(cases: dict[str, Any], side: str) -> None:
    case = cases["hackshaw1998"]
    sign = 1 if side == "greater" else -1
    found = selection_model(
        [sign * y for y in case["yi"]], case["vi"], function="negexp", alternative=side
    )
    ref = selection_model(case["yi"], case["vi"], function="negexp")
    assert found.estimate.estimate == pytest.approx(
        sign * ref.estimate.estimate, rel=1e-5, abs=1e-7
    )
    assert found.loglik == pytest.approx(ref.loglik, rel=1e-10)
