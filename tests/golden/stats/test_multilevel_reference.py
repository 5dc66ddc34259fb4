"""Multilevel models against metafor's rma.mv and clubSandwich (golden_multilevel.json).

The reference stopped at a relative change of 1e-10 of the likelihood, so its variances carry about
6 digits (UN and HCS with two levels are one model and differ there by 1e-7): 1e-6 for variances and
correlations, 1e-6 for what follows from them, 1e-10 for Q and log-likelihood.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.stats.multilevel import (
    MultilevelResult,
    correlated_v,
    pool_multilevel,
    variance_interval,
)
from sinteza.stats.random_effects import Structured, nested
from sinteza.stats.robust import robust


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    text = (shared / "meta_golden" / "golden_multilevel.json").read_text()
    found: dict[str, Any] = json.loads(text)["cases"]
    return found


def as_list(value: Any) -> list[float]:
    return value if isinstance(value, list) else [value]


def compare(fit: MultilevelResult, ref: dict[str, Any]) -> None:
    lines = fit.coefficients
    for key, mine in (
        ("beta", [c.estimate for c in lines]),
        ("se", [c.se for c in lines]),
        ("ci_lb", [c.ci_low for c in lines]),
        ("ci_ub", [c.ci_high for c in lines]),
    ):
        assert mine == pytest.approx(as_list(ref[key]), rel=3e-6), key
    assert [c.p for c in lines] == pytest.approx(as_list(ref["pval"]), rel=1e-5)
    components = [v for v in as_list(ref["sigma2"]) + as_list(ref["tau2"]) if v != 0]
    assert list(fit.variances.values()) == pytest.approx(components, rel=1e-6)
    if ref["rho"] != 0:
        assert list(fit.correlations.values()) == pytest.approx(as_list(ref["rho"]), rel=1e-6)
    assert fit.q == pytest.approx(ref["QE"], rel=1e-10)
    assert fit.loglik == pytest.approx(ref["ll"], rel=1e-10)
    assert fit.qm == pytest.approx(ref["QM"], rel=1e-5)
    assert fit.qm_p == pytest.approx(ref["QMp"], rel=1e-5)


def compare_robust(fit: MultilevelResult, cluster: list[Any], ref: dict[str, Any]) -> None:
    for kind, name in (("CR1", "CR1"), ("CR2", "CR2_clubSandwich")):
        found = robust(fit, cluster, kind=kind)
        width = len(found.coefficients)
        df = as_list(ref[name]["df"]) * (width if kind == "CR1" else 1)
        assert [c.se for c in found.coefficients] == pytest.approx(
            as_list(ref[name]["se"]), rel=1e-6
        )
        assert [c.df for c in found.coefficients] == pytest.approx(df, rel=1e-6)
        assert [c.p for c in found.coefficients] == pytest.approx(
            as_list(ref[name]["pval"]), rel=1e-5
        )


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_three_levels(cases: dict[str, Any], method: str) -> None:
    data, ref = cases["konstantopoulos2011_data"], cases[f"konstantopoulos2011_3level_{method}"]
    fit = pool_multilevel(
        data["yi"], data["vi"], random=nested(data["district"], data["school"]), method=method
    )
    compare(fit, ref)
    compare_robust(fit, data["district"], ref["robust_district"])
    for i in range(2):  # the reference's root search stops at 1e-4 of the variance's scale
        low, high = variance_interval(fit, i)
        assert [low, high] == pytest.approx(ref["sigma2_ci"][str(i + 1)][1:], rel=1e-3)


def test_moderator_with_contained_degrees_of_freedom(cases: dict[str, Any]) -> None:
    data = cases["konstantopoulos2011_data"]
    fit = pool_multilevel(
        data["yi"],
        data["vi"],
        random=nested(data["district"], data["school"]),
        mods={"year": data["year"]},
        test="contain",
    )
    compare(fit, cases["konstantopoulos2011_mods_t_contain"])
    assert [c.df for c in fit.coefficients] == [9, 54]


def test_compound_symmetry_is_the_three_level_model(cases: dict[str, Any]) -> None:
    data = cases["konstantopoulos2011_data"]
    fit = pool_multilevel(
        data["yi"], data["vi"], random=[Structured(data["school"], data["district"], "CS")]
    )
    compare(fit, cases["konstantopoulos2011_mvpar_CS"])


@pytest.mark.parametrize("case", ["UN_ML", "CS_ML", "HCS_ML", "DIAG_ML", "UN_REML"])
def test_two_outcomes(cases: dict[str, Any], case: str) -> None:
    data, ref = cases["berkey1998_data"], cases[f"berkey1998_{case}"]
    structure, method = case.split("_")
    outcome = {f"{o}": [float(x == o) for x in data["outcome"]] for o in ("AL", "PD")}
    fit = pool_multilevel(
        data["yi"],
        data["V"],
        random=[Structured(data["outcome"], data["trial"], structure)],
        mods=outcome,
        intercept=False,
        method=method,
    )
    compare(fit, ref)
    if "robust_trial" in ref:
        compare_robust(fit, data["trial"], ref["robust_trial"])


@pytest.mark.parametrize("case", ["3level", "mods", "che_rho0.6"])
def test_many_estimates_a_study(cases: dict[str, Any], case: str) -> None:
    data, ref = cases["assink2016_data"], cases[f"assink2016_{case}"]
    V: Any = data["vi"] if case != "che_rho0.6" else correlated_v(data["vi"], data["study"], 0.6)
    mods = None
    if case == "mods":
        mods = {t: [float(d == t) for d in data["deltype"]] for t in ("general", "overt")}
        mods["year"] = data["year"]
    fit = pool_multilevel(data["yi"], V, random=nested(data["study"], data["esid"]), mods=mods)
    compare(fit, ref)
    compare_robust(fit, data["study"], ref["robust_study"])


def test_dense_v_and_its_blocks_agree(cases: dict[str, Any]) -> None:
    data = cases["berkey1998_data"]
    dense = np.array(data["V"])
    blocks = [dense[i : i + 2, i : i + 2] for i in range(0, 10, 2)]
    random = [Structured(data["outcome"], data["trial"], "CS")]
    one, two = (pool_multilevel(data["yi"], V, random=random) for V in (dense, blocks))
    assert one.loglik == pytest.approx(two.loglik, rel=1e-12)
