"""GLMMs against lme4/metafor (golden_*.json, README there), relative tolerance 1e-4.

What is not compared, and why:

* ``ll`` of random-effects fits with 7 quadrature points: metafor prints the log-likelihood *given
  the conditional modes* (checked below), ours is the marginal one.
* where the reference stopped short of the maximum (our log-likelihood of the same 7-point
  approximation is higher than at its estimates, checked below), estimates are not compared.
* Wald Q and standard errors of CM.EL and UM.RS that the reference takes from a numerical Hessian
  near a boundary: 1 % there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.stats import glmm
from sinteza.stats.glmm import pool_glmm

COLUMNS = ("ai", "n1i", "ci", "n2i", "x1i", "t1i", "x2i", "t2i", "xi", "ni", "ti")
# a spread of sizes, zero cells and models; all are counted in benchmarks/golden_methods
CASES = {
    "rate": ("hart1999", "hart1999_single_control"),
    "proportion": ("debruin2009", "pritz1997", "feng2019", "crisafulli2020"),
    "binary": ("bcg", "bassler2004", "hine1989", "hahn2001", "anand1999"),
}
NUMERICAL = ("CM.EL", "UM.RS")


def _cases(shared: Path, family: str) -> dict[str, Any]:
    text = (shared / "meta_golden" / f"golden_{family}.json").read_text()
    return {c["id"]: c for c in json.loads(text)["cases"]}


def _columns(case: dict[str, Any]) -> dict[str, list[float | None]]:
    return {
        name: [None if v == "NA" else v for v in values]
        for name, values in case["data"].items()
        if name in COLUMNS
    }


def _measure(family: str, columns: dict[str, Any]) -> str:
    if family == "rate":
        return "IRR" if "x1i" in columns else "IRLN"
    return {"binary": "OR", "proportion": "PLO"}[family]


@pytest.mark.parametrize(("family", "name"), [(f, n) for f, names in CASES.items() for n in names])
def test_fits_agree(shared: Path, family: str, name: str) -> None:
    case = _cases(shared, family)[name]
    columns = _columns(case)
    measure = _measure(family, columns)
    compared = 0
    for key, ref in case["glmm"].items():
        model, method = key.split("_")
        fit = pool_glmm(measure, model=model, method=method, **columns)  # type: ignore[arg-type]
        assert fit.k == ref["k"]
        if method == "ML" and model == "UM.FS" and measure == "OR" and _beats(fit, ref, columns):
            continue
        loose = 1e-2 if model in NUMERICAL else 1e-4
        near = {"abs": 1e-4 if ref["tau2"] < 1e-3 else 0.0}
        assert fit.estimate == pytest.approx(ref["beta"], rel=1e-4)
        assert fit.tau2 == pytest.approx(ref["tau2"], rel=1e-4, **near)
        assert fit.se == pytest.approx(ref["se"], rel=loose)
        assert fit.q_lrt == pytest.approx(ref["QE_LRT"], rel=1e-3 if model == "UM.RS" else 1e-4)
        if fit.q_wald is not None:
            assert fit.q_wald == pytest.approx(ref["QE_Wld"], rel=2 * loose)
        if method == "EE" and model != "UM.RS":
            assert fit.loglik == pytest.approx(ref["ll"], rel=1e-7)
        compared += 1
    assert compared >= 2


def _beats(fit: glmm.GLMMResult, ref: dict[str, Any], columns: dict[str, Any]) -> bool:
    """Whether the reference's estimates have a lower likelihood than ours, by more than noise."""
    data = glmm._counts("OR", columns)
    objective, _, _ = glmm._objective("UM.FS", data, 7, random=True)
    at = objective(np.array([ref["beta"], np.sqrt(ref["tau2"])]))
    assert fit.loglik > at - 1e-8  # never below the reference
    return bool(fit.loglik > at + 1e-8)


def test_reference_prints_the_conditional_likelihood(shared: Path) -> None:
    case = _cases(shared, "proportion")["debruin2009"]
    columns = _columns(case)
    fit = pool_glmm("PLO", **columns)  # type: ignore[arg-type]
    x, n = (np.array(columns[c], float) for c in ("xi", "ni"))
    kernel, v = glmm._binomial(x, n), np.zeros(len(x))
    for _ in range(50):
        _, first, second = kernel(fit.estimate + fit.tau2**0.5 * v)
        v += (first * fit.tau2**0.5 - v) / (1 - second * fit.tau2)
    conditional = kernel(fit.estimate + fit.tau2**0.5 * v)[0].sum()
    assert conditional == pytest.approx(case["glmm"]["UM.FS_ML"]["ll"], rel=1e-5)
    assert fit.loglik_given_modes == pytest.approx(conditional, rel=1e-9)
    assert fit.loglik < conditional - 10


def test_the_exact_conditional_model_has_the_exact_standard_error(shared: Path) -> None:
    """With a common effect the information is the sum of noncentral hypergeometric variances; the
    reference's se, from a numerical Hessian, differs from it by up to 2e-4."""
    from scipy.special import gammaln

    seen = 0
    for case in _cases(shared, "binary").values():
        if "CM.EL_EE" not in case.get("glmm", {}):
            continue
        data = {c: np.array(case["data"][c], float) for c in ("ai", "n1i", "ci", "n2i")}
        fit = pool_glmm("OR", model="CM.EL", method="EE", **data)
        information = 0.0
        for a, n1, c, n2 in zip(*data.values(), strict=True):
            s = a + c
            t = np.arange(max(0, s - n2), min(n1, s) + 1)
            logs = t * fit.estimate - sum(gammaln(x + 1) for x in (t, n1 - t, s - t, n2 - s + t))
            p = np.exp(logs - logs.max())
            p /= p.sum()
            information += float(p @ (t - p @ t) ** 2)
        assert fit.se == pytest.approx(information**-0.5, rel=1e-8)
        seen += 1
    assert seen == 3
