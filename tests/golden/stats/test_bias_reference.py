"""Small-study effects against metafor (golden_*.json ``bias`` and ``diagnostics.*.trimfill``) and
meta (golden_metapkg.json ``metabias``).

Tolerances: 1e-7, except where the reference itself is less exact: REML fits inside trimfill use its
default control (tau2 to 2e-5 absolute, which moves the mean by up to 2 % of its standard error
where tau2 is that small), expected counts of tes are numerical integrals (1e-5), the root search of
hc stops at about 5e-4 of a standard error, tau2 on its boundary is not exactly 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.errors import SintezaError
from sinteza.stats import effect_sizes
from sinteza.stats.bias import (
    begg,
    egger,
    harbord,
    macaskill,
    peters,
    small_study_regression,
    thompson_sharp,
)
from sinteza.stats.excess import excess_significance, fail_safe_n, henmi_copas
from sinteza.stats.trim_fill import trim_and_fill

FAMILIES = ("binary", "rate", "proportion", "continuous", "correlation", "generic", "paired")


def value(x: Any) -> float:
    return float("nan") if x in ("NA", "NaN", None) else float(x)


def analyses(shared: Path, family: str) -> Iterator[tuple[str, dict[str, Any], Any, Any, Any]]:
    text = (shared / "meta_golden" / f"golden_{family}.json").read_text()
    for case in json.loads(text)["cases"]:
        for measure, analysis in case.get("analyses", {}).items():
            if not isinstance(analysis, dict) or "bias" not in analysis:
                continue
            source = case.get("escalc", {}).get(measure, case["data"])
            rows = [i - 1 for i in analysis["used_rows_1based"]]
            yi, vi = (np.array([value(source[c][i]) for i in rows]) for c in ("yi", "vi"))
            ni = None
            for names in (("n1i", "n2i"), ("ni",), ("t1i", "t2i"), ("ti",)):
                if all(case["data"].get(n) for n in names):
                    parts = [np.array([value(x) for x in case["data"][n]])[rows] for n in names]
                    ni = np.sum(parts, axis=0)
                    break
            yield f"{case['id']} {measure}", analysis, yi, vi, ni


def near(mine: float | None, ref: Any, tolerance: float = 1e-7, floor: float = 1e-9) -> bool:
    if mine is None or ref in ("NA", None):
        return mine is None and ref in ("NA", None)
    return abs(mine - value(ref)) <= tolerance * abs(value(ref)) + floor


@pytest.mark.parametrize("family", FAMILIES)
def test_regression_tests(shared: Path, family: str) -> None:
    compared = 0
    for name, analysis, yi, vi, ni in analyses(shared, family):
        for model, by_predictor in (analysis["bias"].get("regtest") or {}).items():
            for predictor, ref in by_predictor.items():
                ours = "multiplicative" if model == "lm" else model.removeprefix("rma_")
                if predictor not in ("sei", "vi") and ni is None:
                    continue
                if "error" in ref:  # the predictor does not vary, or is missing: refused here too
                    try:
                        small_study_regression(yi, vi, predictor=predictor, model=ours, ni=ni)
                    except SintezaError:
                        compared += 1
                    continue
                found = small_study_regression(yi, vi, predictor=predictor, model=ours, ni=ni)
                said = f"{name} {model} {predictor}"
                assert found.slope is not None
                assert near(found.statistic, ref["stat"]), said
                assert near(found.p, ref["pval"], 1e-6), said
                assert near(found.slope.estimate, ref["coef"][1]), said
                if ref["limit_est"] not in (None, "NA"):
                    assert found.limit is not None
                    assert near(found.limit.estimate, ref["limit_est"]), said
                    assert near(found.limit.ci_low, ref["limit_ci"][0]), said
                if found.tau2 is not None:
                    assert near(found.tau2, ref["tau2"]), said
                compared += 1
    assert compared


@pytest.mark.parametrize("family", FAMILIES)
def test_rank_fail_safe_excess_henmi_copas(shared: Path, family: str) -> None:
    compared = 0
    for name, analysis, yi, vi, _ in analyses(shared, family):
        bias = analysis["bias"]
        if "error" in bias["ranktest"]:
            continue
        rank = begg(yi, vi)
        assert rank.slope is not None
        assert near(rank.slope.estimate, bias["ranktest"]["kendall_tau"]), name
        assert near(rank.p, bias["ranktest"]["pval"]), name
        for kind, ref in bias["fsn"].items():
            found = fail_safe_n(yi, vi, kind=kind)
            assert found.n == ref["fsnum"], (name, kind)
            assert near(found.p, ref["pval"], 1e-6, 1e-300), (name, kind)
        tes, ref = excess_significance(yi, vi), bias["tes"]
        assert tes.observed == ref["O"], name
        assert near(tes.expected, ref["E"], 1e-5), name
        if ref["X2"] == "NA":
            assert near(tes.p, ref["pval"], 1e-4), name
        else:
            assert near(tes.chi2, ref["X2"], 1e-3, 1e-6), name
            assert near(tes.p_chi2, ref["pval"], 1e-4, 1e-6), name
        hc, ref = henmi_copas(yi, vi), bias["henmi_copas"]
        assert near(hc.estimate, ref["beta"]), name
        assert near(hc.se, ref["se"]), name
        assert near(hc.ci_low, ref["ci_lb"], 0, 5e-4 * hc.se), name
        assert near(hc.ci_high, ref["ci_ub"], 0, 5e-4 * hc.se), name
        compared += 1
    assert compared


@pytest.mark.parametrize("family", FAMILIES)
def test_trim_and_fill(shared: Path, family: str) -> None:
    compared = 0
    for name, analysis, yi, vi, _ in analyses(shared, family):
        for method, diagnostics in (analysis.get("diagnostics") or {}).items():
            for estimator, ref in (diagnostics.get("trimfill") or {}).items():
                if "error" in ref:
                    with pytest.raises(SintezaError):
                        trim_and_fill(yi, vi, estimator=estimator, method=method, test="z")
                    compared += 1
                    continue
                found = trim_and_fill(yi, vi, estimator=estimator, method=method, test="z")
                said = f"{name} {method} {estimator}"
                assert found.missing == ref["k0"], said
                assert found.side == ref["side"], said
                assert near(found.se, ref["se_k0"]), said
                assert near(found.p_missing, ref["p_k0"]), said
                # REML is refitted there until tau2 changes by less than 1e-5 (absolute)
                loose = method == "REML" and found.missing > 0
                room = 0.02 * found.adjusted.se if loose else 0.0  # where tau2 is about 1e-4
                assert near(found.adjusted.estimate, ref["beta"], 1e-9, room), said
                assert near(found.adjusted.tau2, ref["tau2"], 1e-7, 2e-5 if loose else 1e-9), said
                assert near(found.adjusted.q, ref["Q"], 1e-2 if loose else 1e-9), said
                assert sorted(found.filled_yi) == pytest.approx(
                    sorted(np.atleast_1d(ref["yi_filled"])), rel=1e-9, abs=2 * room + 1e-12
                )
                compared += 1
    assert compared


def test_table_based_tests(shared: Path) -> None:
    cases = json.loads((shared / "meta_golden" / "golden_metapkg.json").read_text())["cases"]
    for case in cases.values():
        data = {c: case["data"][c] for c in ("ai", "n1i", "ci", "n2i")}
        # meta leaves studies without events in both arms out of everything but Harbord's sums
        sizes = effect_sizes("OR", drop00=True, **data)
        n = np.add(data["n1i"], data["n2i"])
        for key, found in (
            ("Harbord", harbord(**data)),
            ("Peters", peters(sizes.yi, **data)),
            ("Egger", egger(sizes.yi, sizes.vi)),
            ("Thompson", thompson_sharp(sizes.yi, sizes.vi)),
            ("Macaskill", macaskill(sizes.yi, sizes.vi, n)),
        ):
            ref = case["metabias"][key]
            assert found.statistic == pytest.approx(ref["stat"], rel=1e-9), key
            assert found.df == ref["df"]
            assert found.p == pytest.approx(ref["pval"], rel=1e-8)
        rank = begg(sizes.yi, sizes.vi)
        assert rank.statistic == pytest.approx(case["metabias"]["Begg"]["stat"], rel=1e-9)
