"""Diagnostic test accuracy: the bivariate model, HSROC and the summary curve.

Study i gives TP, FP, FN, TN. The logits of sensitivity and of the false positive rate are bivariate
normal between studies (Reitsma et al., J Clin Epidemiol 2005;58:982), with sampling variances
1/TP + 1/FN and 1/FP + 1/TN (1/2 added to all cells of all studies, or of those with an empty cell),
fitted by REML or ML as a multivariate model with an unstructured between-study covariance. Without
covariates the HSROC model of Rutter and Gatsonis (Stat Med 2001;20:2865) is the same model with
other parameters (Harbord et al., Biostatistics 2007;8:239).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, plain, same_length, vector
from sinteza.stats.distributions import chi2_quantile, critical
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import counted
from sinteza.stats.multilevel import pool_multilevel
from sinteza.stats.random_effects import Structured
from sinteza.stats.tabulate import table


@dataclass(frozen=True)
class HSROC:
    """Rutter and Gatsonis: ``Lambda`` accuracy, ``Theta`` threshold, ``beta`` asymmetry of the
    curve, ``sigma2_alpha sigma2_theta`` between-study variances of accuracy and threshold.
    """

    Lambda: float
    Theta: float
    beta: float
    sigma2_alpha: float
    sigma2_theta: float


@dataclass(frozen=True)
class AccuracyResult:
    """``sensitivity``, ``specificity``: (estimate, ci_low, ci_high) as proportions; ``logit_sens``,
    ``logit_fpr``: means, ``vb`` their 2 x 2 covariance, ``psi`` the between-study covariance (logit
    scale, order sensitivity, false positive rate), ``rho`` its correlation; ``lr_positive
    lr_negative dor``: likelihood ratios and diagnostic odds ratio at the summary point (estimate
    and interval by the delta method); ``hsroc``: the same model's HSROC parameters (None where a
    between-study variance is 0); ``auc``: area under the Rutter-Gatsonis curve (None likewise).
    ``curve_fpr curve_sens``: the SROC curve over the false positive rates seen; ``confidence`` and
    ``prediction``: ellipses as (n x 2) arrays of (false positive rate, sensitivity).
    """

    method: str
    k: int
    sensitivity: tuple[float, float, float]
    specificity: tuple[float, float, float]
    logit_sens: float
    logit_fpr: float
    vb: FloatArray
    psi: FloatArray
    rho: float
    lr_positive: tuple[float, float, float]
    lr_negative: tuple[float, float, float]
    dor: tuple[float, float, float]
    hsroc: HSROC | None
    auc: float | None
    loglik: float
    study_sens: FloatArray
    study_fpr: FloatArray
    curve_fpr: FloatArray
    curve_sens: FloatArray
    confidence: FloatArray
    prediction: FloatArray
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a summary measure."""
        names = ("sensitivity", "specificity", "lr_positive", "lr_negative", "dor")
        return [
            {"name": n, **dict(zip(("estimate", "ci_low", "ci_high"), plain(getattr(self, n)),
                                   strict=True))}
            for n in names
        ]  # fmt: skip

    def summary(self) -> str:
        """The measures as a person would print them."""
        body = table(
            ["", "estimate", "ci low", "ci high"],
            [[r["name"], r["estimate"], r["ci_low"], r["ci_high"]] for r in self.rows()],
        )
        area = "" if self.auc is None else f", AUC {self.auc:.3f}"
        head = f"Bivariate model ({self.method}), k = {self.k}, rho {self.rho:.3f}{area}"
        return "\n".join([head, body, *(f"Note: {n}" for n in self.notes)])


def _ellipse(centre: FloatArray, cov: FloatArray, level: float) -> FloatArray:
    """Points of the region (fpr, sens) that holds ``level`` of a bivariate normal on the logits."""
    radius = np.sqrt(float(chi2_quantile(level, 2)))
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    angle = np.linspace(0, 2 * np.pi, 121)
    points = centre[:, None] + radius * root @ np.stack([np.cos(angle), np.sin(angle)])
    return np.asarray(special.expit(points[::-1]).T)


@guarded
def pool_accuracy(
    *,
    tp: ArrayLike,
    fp: ArrayLike,
    fn: ArrayLike,
    tn: ArrayLike,
    method: str = "REML",
    correction: str = "all",
    level: float = 0.95,
) -> AccuracyResult:
    """Fit the bivariate model.

    ``correction``: 1/2 is added to every study if any has an empty cell (``all``), to those with an
    empty cell (``single``) or to none (``none``, refused with empty cells).

    Raises TooFewStudies below 3 studies, SynthesisError for impossible counts, NotConverged.
    """
    columns = {"tp": vector(tp, "tp"), "fp": vector(fp, "fp"), "fn": vector(fn, "fn"),
               "tn": vector(tn, "tn")}  # fmt: skip
    same_length(columns)
    cells = np.stack(list(columns.values()))
    keep = ~np.isnan(cells).any(axis=0)
    notes = [] if keep.all() else [f"{counted(int((~keep).sum()))} with missing counts left out"]
    cells = cells[:, keep]
    if (cells < 0).any():
        raise SynthesisError("counts must not be negative")
    if ((cells[0] + cells[2] == 0) | (cells[1] + cells[3] == 0)).any():
        raise SynthesisError("a study has no participants with, or none without, the condition")
    k = cells.shape[1]
    if k < 3:
        raise TooFewStudies(f"the bivariate model needs 3 studies, there are {k}")
    empty = (cells == 0).any(axis=0)
    if correction not in ("all", "single", "none"):
        raise SynthesisError(f"no correction {correction!r}", hint="all, single or none")
    if empty.any():
        if correction == "none":
            raise SynthesisError(
                f"{counted(int(empty.sum()))} have an empty cell",
                hint="use correction all or single",
            )
        where = np.ones(k, bool) if correction == "all" else empty
        cells = cells + 0.5 * where
        notes.append(f"1/2 added to the cells of {counted(int(where.sum()))}")
    a, b, c, d = cells
    y = np.column_stack([np.log(a / c), np.log(b / d)]).ravel()
    v = np.column_stack([1 / a + 1 / c, 1 / b + 1 / d]).ravel()
    study = np.repeat(np.arange(k), 2).tolist()
    outcome = ["sens", "fpr"] * k
    first = np.tile([1.0, 0.0], k)
    fit = pool_multilevel(
        y, v, random=[Structured(outcome, study, "UN", name="study")],
        mods={"sens": first, "fpr": 1 - first}, intercept=False, method=method, level=level,
    )  # fmt: skip
    notes += fit.notes
    s2, f2 = fit.variances["study sens"], fit.variances["study fpr"]
    rho = next(iter(fit.correlations.values()))
    cov = rho * np.sqrt(s2 * f2)
    psi = np.array([[s2, cov], [cov, f2]])
    mean = np.array([c.estimate for c in fit.coefficients])
    return _result(method, k, mean, fit.vb, psi, rho, fit.loglik, cells, level, notes)


def _result(
    method: str, k: int, mean: FloatArray, vb: FloatArray, psi: FloatArray, rho: float,
    loglik: float, cells: FloatArray, level: float, notes: list[str],
) -> AccuracyResult:  # fmt: skip
    z = critical(level, None)
    se = np.sqrt(np.diag(vb))

    def share(logit: float, error: float) -> tuple[float, float, float]:
        low, middle, high = (float(special.expit(logit + s * z * error)) for s in (-1, 0, 1))
        return middle, low, high

    sens, fpr = special.expit(mean)
    spec = share(-float(mean[1]), float(se[1]))

    def ratio(log: float, load: FloatArray) -> tuple[float, float, float]:
        error = float(np.sqrt(load @ vb @ load))
        return float(np.exp(log)), float(np.exp(log - z * error)), float(np.exp(log + z * error))

    # d log sens / d logit = 1 - sens, d log(1 - sens) / d logit = -sens
    positive = ratio(float(np.log(sens / fpr)), np.array([1 - sens, -(1 - fpr)]))
    negative = ratio(float(np.log((1 - sens) / (1 - fpr))), np.array([-sens, fpr]))
    dor = ratio(float(mean[0] - mean[1]), np.array([1.0, -1.0]))
    study_sens, study_fpr = cells[0] / (cells[0] + cells[2]), cells[1] / (cells[1] + cells[3])
    grid = np.linspace(max(0.001, float(study_fpr.min())), min(0.999, float(study_fpr.max())), 101)
    hsroc, auc = None, None
    if min(psi[0, 0], psi[1, 1]) > 1e-10:
        hsroc = _hsroc(mean, psi)
        curve = _curve(hsroc, grid)
        whole, weights = np.polynomial.legendre.leggauss(200)
        auc = float((weights / 2) @ _curve(hsroc, (whole + 1) / 2))
    else:
        notes.append("a between-study variance is 0: there is no summary curve, the point is shown")
        curve = np.full(len(grid), float(sens))
    return AccuracyResult(
        method=method, k=k, sensitivity=share(float(mean[0]), float(se[0])), specificity=spec,
        logit_sens=float(mean[0]), logit_fpr=float(mean[1]), vb=vb, psi=psi, rho=rho,
        lr_positive=positive, lr_negative=negative, dor=dor, hsroc=hsroc, auc=auc, loglik=loglik,
        study_sens=study_sens, study_fpr=study_fpr, curve_fpr=grid, curve_sens=curve,
        confidence=_ellipse(mean, vb, level), prediction=_ellipse(mean, vb + psi, level),
        level=level, notes=tuple(notes),
    )  # fmt: skip


def _hsroc(mean: FloatArray, psi: FloatArray) -> HSROC:
    """Harbord et al. 2007, section 3: with b = sqrt(sd_fpr / sd_sens) the accuracy is
    b mu_A - mu_B / b and the threshold half of b mu_A + mu_B / b, in logits of sensitivity (A) and
    of the false positive rate (B).
    """
    b = float((psi[1, 1] / psi[0, 0]) ** 0.25)
    up, down = b * mean[0], mean[1] / b
    sd = float(np.sqrt(psi[0, 0] * psi[1, 1]))
    return HSROC(
        Lambda=float(up - down), Theta=float((up + down) / 2), beta=float(2 * np.log(b)),
        sigma2_alpha=2 * (sd - float(psi[0, 1])), sigma2_theta=(sd + float(psi[0, 1])) / 2,
    )  # fmt: skip


def _curve(h: HSROC, fpr: FloatArray) -> FloatArray:
    """Sensitivity at false positive rates: logit = Lambda e^(-beta/2) + e^(-beta) logit(fpr)."""
    return np.asarray(
        special.expit(h.Lambda * np.exp(-h.beta / 2) + np.exp(-h.beta) * special.logit(fpr))
    )
