"""Diagnostics against metafor (golden_*.json ``diagnostics``) and subgroups against meta.

1e-9 for EE and DL, 1e-7 for REML; the reference leaves tau2 on its boundary at about 1e-12, and
deletion fits of REML there carry 1e-6; meta keeps the default threshold (1e-5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.stats import effect_sizes, pool
from sinteza.stats.influence import baujat, blups, cumulative, influence, leave_one_out, subgroups

FAMILIES = ("binary", "rate", "proportion", "continuous", "correlation", "generic", "paired")
FIELDS = {
    "estimate": "estimate", "se": "se", "p": "pval", "ci_low": "ci_lb", "ci_high": "ci_ub",
    "q": "Q", "q_p": "Qp", "tau2": "tau2", "i2": "I2", "h2": "H2",
}  # fmt: skip


def value(x: Any) -> float:
    return float("nan") if x in ("NA", "NaN", None) else float(x)


def numbers(values: Any) -> np.ndarray:
    return np.array([value(x) for x in (values if isinstance(values, list) else [values])])


def near(mine: Any, ref: Any, tolerance: float, floor: float = 1e-9) -> bool:
    a, b = np.asarray(mine, float), numbers(ref)
    there = ~np.isnan(b)
    return len(a) == len(b) and bool(
        (np.abs(a - b)[there] <= tolerance * np.abs(b)[there] + floor).all()
    )


def analyses(shared: Path, family: str) -> Iterator[tuple[str, Any, Any, str, Any, Any]]:
    text = (shared / "meta_golden" / f"golden_{family}.json").read_text()
    for case in json.loads(text)["cases"]:
        for measure, analysis in case.get("analyses", {}).items():
            if not isinstance(analysis, dict) or not analysis.get("diagnostics"):
                continue
            source = case.get("escalc", {}).get(measure, case["data"])
            rows = [i - 1 for i in analysis["used_rows_1based"]]
            yi, vi = (np.array([value(source[c][i]) for i in rows]) for c in ("yi", "vi"))
            order = case["data"].get("year") or case["data"].get("order")
            when = None if not order else numbers(order)[rows]
            for method, ref in analysis["diagnostics"].items():
                yield f"{case['id']} {measure} {method}", yi, vi, method, when, ref


@pytest.mark.parametrize("family", FAMILIES)
def test_diagnostics(shared: Path, family: str) -> None:
    compared = 0
    for name, yi, vi, method, when, ref in analyses(shared, family):
        if len(yi) > 60:  # the same code; 160 studies only cost time
            continue
        tolerance = 1e-6 if method == "REML" else 1e-9
        scale = float(np.mean(vi))
        series = [("leave1out", leave_one_out(yi, vi, method=method, test="z"))]
        if ref.get("cumul") and when is not None:
            series.append(("cumul", cumulative(yi, vi, order=when, method=method, test="z")))
        for key, found in series:
            if "error" in ref[key]:
                continue
            for mine, theirs in FIELDS.items():
                if ref[key].get(theirs) is None:
                    continue
                ours, target = found.column(mine), ref[key][theirs]
                floor = 1e-7 * scale if mine == "tau2" else 1e-7
                if key == "cumul" and mine in ("i2", "h2", "q_p"):
                    ours, target = ours[1:], target[1:]  # of one study: a convention
                assert near(ours, target, tolerance, floor), (name, key, mine)
        if "error" in ref["influence"]:
            continue
        found = influence(yi, vi, method=method)
        for mine, theirs in {
            "rstudent": "rstudent", "dffits": "dffits", "cook": "cook_d", "cov_ratio": "cov_r",
            "tau2_without": "tau2_del", "q_without": "QE_del", "hat": "hat", "weight": "weight",
        }.items():  # fmt: skip
            if ref["influence"].get(theirs) is None:
                continue
            floor = 1e-7 * scale if mine == "tau2_without" else 1e-7
            assert near(getattr(found, mine), ref["influence"][theirs], tolerance, floor), (
                name,
                mine,
            )
        assert near(found.dfbetas[:, 0], ref["influence"]["dfbs"], tolerance, 1e-7), name
        assert found.influential.tolist() == ref["influence"]["is_infl"], name
        assert near(found.residual, ref["rstandard"]["resid"], tolerance, 1e-8), name
        assert near(found.residual_se, ref["rstandard"]["se"], tolerance), name
        axes = baujat(yi, vi, method=method)
        assert near(axes.heterogeneity, ref["baujat"]["x"], tolerance, 1e-8), name
        assert near(axes.influence, ref["baujat"]["y"], 2 * tolerance, 1e-8), name
        if method != "EE" and ref.get("blup") and "error" not in ref["blup"]:
            made = blups(pool(yi, vi, method=method, test="z"))
            for mine, theirs in (
                ("estimate", "pred"), ("se", "se"), ("ci_low", "pi_lb"), ("ci_high", "pi_ub"),
            ):  # fmt: skip
                assert near(getattr(made, mine), ref["blup"][theirs], tolerance, 1e-6), (name, mine)
        compared += 1
    assert compared


def test_subgroups(shared: Path) -> None:
    case = json.loads((shared / "meta_golden" / "golden_metapkg.json").read_text())["cases"]["bcg"]
    data = {c: case["data"][c] for c in ("ai", "n1i", "ci", "n2i")}
    sizes = effect_sizes("RR", **data)
    ref = case["subgroup_RR_REML"]
    own = subgroups(sizes.yi, sizes.vi, ref["subgroup"], test="z")
    assert own.levels == tuple(ref["levels"])
    assert [f.k for f in own.fits] == ref["k"]
    for mine, theirs in (
        ("estimate", "TE_random"), ("ci_low", "lower"), ("ci_high", "upper"), ("tau2", "tau2"),
    ):  # fmt: skip
        assert [getattr(f, mine) for f in own.fits] == pytest.approx(ref[theirs], rel=1e-5)
    assert own.q == pytest.approx(ref["Qb_random"], rel=1e-5)
    assert own.p == pytest.approx(ref["p_Qb_random"], rel=1e-5)
    equal = subgroups(sizes.yi, sizes.vi, ref["subgroup"], method="EE")
    assert equal.q == pytest.approx(ref["Qb_common"], rel=1e-10)
    ref = case["subgroup_RR_REML_tau_common"]
    shared_tau = subgroups(
        sizes.yi, sizes.vi, case["subgroup_RR_REML"]["subgroup"], test="z", common_tau2=True
    )
    for mine, theirs in (
        ("estimate", "TE_random"), ("ci_low", "lower"), ("ci_high", "upper"), ("tau2", "tau2"),
    ):  # fmt: skip
        assert [getattr(f, mine) for f in shared_tau.fits] == pytest.approx(ref[theirs], rel=1e-5)
    assert shared_tau.q == pytest.approx(ref["Qb_random"], rel=1e-5)
    assert shared_tau.p == pytest.approx(ref["p_Qb_random"], rel=1e-5)
