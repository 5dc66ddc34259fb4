"""Diagnostic accuracy and dose-response against reference runs and published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.accuracy import pool_accuracy
from sinteza.stats.dose_response import dose_response, greenland_longnecker

# invented counts; the figures below are metafor 3.8-1's rma.mv(struct="UN", method="REML") of the
# logits of these (default stopping rule, so 5 digits of the variances)
COUNTS = {
    "tp": [19, 8, 40, 25, 30, 12, 55, 9],
    "fn": [3, 4, 6, 9, 2, 5, 11, 4],
    "fp": [5, 7, 3, 12, 9, 9, 28, 2],
    "tn": [45, 30, 60, 88, 21, 25, 120, 19],
}


def test_bivariate_model() -> None:
    found = pool_accuracy(**COUNTS)
    assert found.logit_fpr == pytest.approx(-1.6701852090491, rel=1e-6)
    assert found.logit_sens == pytest.approx(1.4015705781865, rel=1e-6)
    assert np.sqrt(np.diag(found.vb)) == pytest.approx([0.1896215733883, 0.2221102176192], rel=1e-5)
    assert np.diag(found.psi) == pytest.approx([0.0445829936206, 0.2175907930151], rel=1e-5)
    assert found.rho == pytest.approx(-0.1359893480100, rel=1e-4)
    assert found.loglik == pytest.approx(-13.8569211206611, rel=1e-9)
    assert found.sensitivity[0] == pytest.approx(special.expit(1.40157058), rel=1e-6)


def test_curve_and_regions() -> None:
    found = pool_accuracy(**COUNTS)
    point = special.expit([found.logit_fpr, found.logit_sens])
    # the Rutter-Gatsonis curve of the same model passes through the summary point
    assert np.interp(point[0], found.curve_fpr, found.curve_sens) == pytest.approx(
        point[1], rel=1e-3
    )
    assert found.hsroc is not None
    assert found.auc is not None
    assert 0.5 < found.auc < 1
    # the confidence region lies within the prediction region
    assert np.ptp(found.confidence[:, 0]) < np.ptp(found.prediction[:, 0])
    assert found.dor[0] == pytest.approx(found.lr_positive[0] / found.lr_negative[0], rel=1e-10)


def test_accuracy_refusals_and_corrections() -> None:
    empty = {**COUNTS, "fn": [0, *COUNTS["fn"][1:]]}
    assert "cells of 8 studies" in " ".join(pool_accuracy(**empty).notes)
    assert "cells of 1 study" in " ".join(pool_accuracy(**empty, correction="single").notes)
    with pytest.raises(SynthesisError, match="empty cell"):
        pool_accuracy(**empty, correction="none")
    with pytest.raises(TooFewStudies):
        pool_accuracy(**{name: values[:2] for name, values in COUNTS.items()})


# Rohan and McMichael's case-control study of alcohol and breast cancer, the worked example of
# Greenland and Longnecker 1992 and of Orsini et al. 2006 (slope 0.0454288 per gram a day)
ALCOHOL = {
    "dose": [0.0, 2.0, 6.0, 11.0],
    "rr": [1.0, 0.80, 1.16, 1.57],
    "low": [1.0, 0.51, 0.73, 0.99],
    "high": [1.0, 1.27, 1.85, 2.51],
    "cases": [165, 74, 90, 122],
    "n": [337, 167, 186, 212],
}


def alcohol() -> dict[str, np.ndarray]:
    se = np.log(np.divide(ALCOHOL["high"], ALCOHOL["low"])) / (2 * special.ndtri(0.975))
    return {
        "dose": np.array(ALCOHOL["dose"]), "log_rr": np.log(ALCOHOL["rr"]), "se": se,
        "cases": np.array(ALCOHOL["cases"], float), "n": np.array(ALCOHOL["n"], float),
    }  # fmt: skip


def test_published_trend() -> None:
    one = alcohol()
    twice = {name: np.tile(values, 2) for name, values in one.items()}
    found = dose_response(study=["a"] * 4 + ["b"] * 4, kind="cc", **twice)
    assert found.trends[0].slope[0] == pytest.approx(0.0454288, abs=5e-8)
    # two equal studies: the same slope, half the variance, no heterogeneity
    assert found.coefficients[0].estimate == pytest.approx(0.0454288, abs=5e-8)
    assert found.coefficients[0].se == pytest.approx(
        float(np.sqrt(found.trends[0].cov[0, 0] / 2)), rel=1e-6
    )
    assert found.q == pytest.approx(0, abs=1e-12)
    risk = found.predict([10.0])[0]
    assert risk["rr"] == pytest.approx(np.exp(0.454288), rel=1e-6)
    assert risk["ci_low"] < risk["rr"] < risk["ci_high"]


@pytest.mark.parametrize("kind", ["cc", "ir", "ci"])
def test_crude_estimates_give_back_their_own_counts(kind: str) -> None:
    cases, n = np.array([20.0, 35.0, 18.0]), np.array([200.0, 210.0, 90.0])
    odds = cases / (n - cases) if kind == "cc" else cases / n
    inverse = 1 / cases + (1 / (n - cases) if kind == "cc" else 0.0)
    if kind == "ci":
        inverse = inverse - 1 / n
    se = np.sqrt(inverse + inverse[0])
    se[0] = 0.0
    log = np.log(odds / odds[0])
    cov = greenland_longnecker(log, se, cases, n, kind=kind)
    # with crude estimates the covariance is the variance of the reference alone
    assert cov[0, 1] == pytest.approx(inverse[0], rel=1e-8)
    assert np.diag(cov) == pytest.approx(se[1:] ** 2, rel=1e-12)


def test_curved_trends() -> None:
    rng = np.random.default_rng(4)
    study, parts = [], {"dose": [], "log_rr": [], "se": [], "cases": [], "n": []}
    for name in range(8):
        dose = np.array([0.0, 1.0, 2.0, 4.0])
        log = 0.3 * dose - 0.05 * dose**2 + np.append(0.0, rng.normal(0, 0.03, 3))
        n = np.full(4, 5000.0)
        cases = 200 * np.exp(log)
        se = np.sqrt(1 / cases + 1 / cases[0])
        se[0] = 0.0
        study += [name] * 4
        for key, values in (
            ("dose", dose),
            ("log_rr", log),
            ("se", se),
            ("cases", cases),
            ("n", n),
        ):
            parts[key] += list(values)
    found = dose_response(study=study, kind="ir", terms="quadratic", **parts)
    assert found.coefficients[0].estimate == pytest.approx(0.3, abs=0.05)
    assert found.coefficients[1].estimate == pytest.approx(-0.05, abs=0.015)
    spline = dose_response(study=study, kind="ir", terms="spline", **parts)
    assert spline.predict([2.0])[0]["rr"] == pytest.approx(np.exp(0.4), rel=0.06)
    with pytest.raises(SynthesisError, match="reference"):
        dose_response(study=study, kind="ir", **{**parts, "se": [0.1] * 32})
