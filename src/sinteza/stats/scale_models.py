"""Location-scale models: the mean and the variance between studies both depend on moderators.

log(tau2 of study i) = z_i alpha (Viechtbauer & Lopez-Lopez 2022). The likelihood is maximized over
alpha from several starts, because it may have several maxima; standard errors of alpha come from
its observed information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, plain
from sinteza.stats.distributions import critical, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.linear import Model, model
from sinteza.stats.pooling import TESTS, usable
from sinteza.stats.regression import Design, design, independent, omnibus


@dataclass(frozen=True, kw_only=True)
class LocationScale:
    """A location-scale model.

    ``names estimate se statistic p ci_low ci_high``: coefficients of the mean. ``scale_names alpha
    alpha_se alpha_p alpha_low alpha_high``: coefficients of log tau2 (units: log of squared yi).
    ``scale_q scale_df scale_p``: Wald test of the scale moderators. ``tau2``: fitted, one a study.
    ``loglik aic``: of ML or restricted.
    """

    method: str
    test: str
    level: float
    k: int
    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    scale_names: tuple[str, ...]
    alpha: FloatArray
    alpha_se: FloatArray
    alpha_p: FloatArray
    alpha_low: FloatArray
    alpha_high: FloatArray
    scale_q: float
    scale_df: int
    scale_p: float
    tau2: FloatArray
    loglik: float
    aic: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient: ``part name estimate se p ci_low ci_high``."""
        made = []
        for part, names, values in (
            ("mean", self.names, (self.estimate, self.se, self.p, self.ci_low, self.ci_high)),
            (
                "log tau2",
                self.scale_names,
                (self.alpha, self.alpha_se, self.alpha_p, self.alpha_low, self.alpha_high),
            ),
        ):
            for i, name in enumerate(names):
                keys = ("estimate", "se", "p", "ci_low", "ci_high")
                found = dict(zip(keys, (plain(v[i]) for v in values), strict=True))
                made.append({"part": part, "name": name, **found})
        return made

    def summary(self) -> str:
        """A table of both parts."""
        from sinteza.stats.tabulate import table

        rows = [[f"{r['part']}: {r['name']}", *list(r.values())[2:]] for r in self.rows()]
        head = f"location-scale model, {self.k} studies, {self.method}"
        body = table(["", "estimate", "se", "p", "CI low", "high"], rows)
        return "\n".join([head, body, *(f"Note: {n}" for n in self.notes)])


@guarded
def location_scale(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    scale: Any,
    mods: Any = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> LocationScale:
    """Fit mean and variance between studies on moderators (``mods`` and ``scale``, each as for
    :func:`sinteza.stats.pool`). ``method``: ML or REML; ``test``: z or t.

    Raises TooFewStudies with fewer studies than coefficients, NotConverged when tau2 runs to zero
    or away for some studies.
    """
    if method not in ("ML", "REML"):
        raise SynthesisError("a location-scale model needs ML or REML")
    if test not in TESTS[:2]:
        raise SynthesisError("the test of a location-scale model is z or t")
    y, v, x, z, names, scale_names, notes = _data(yi, vi, mods, scale)
    k, p, q = len(y), x.shape[1], z.shape[1]
    if k < p + q:
        raise TooFewStudies(f"{k} studies cannot determine {p + q} coefficients")
    m = model(y, v, x)
    # columns of unit size, at right angles: years and percentages climb equally well
    basis, turn = np.linalg.qr(z)
    basis, turn = basis * np.sqrt(k), turn / np.sqrt(k)
    gamma, inner = _maximize(m, basis, method == "REML")
    alpha, info = np.linalg.solve(turn, gamma), turn.T @ inner @ turn
    covariance = np.asarray(np.linalg.inv(info), dtype=np.float64)
    tau2 = _variances(basis, gamma)
    fit = m.weigh(1 / (m.v + tau2))
    beta, vb = m.coefficients(fit), m.covariance(fit.a_inv)
    df = None if test == "z" else k - p
    scale_df = None if test == "z" else k - q
    se, alpha_se = np.sqrt(np.diag(vb)), np.sqrt(np.diag(covariance))
    # an intercept in the span of z takes the scale of the data
    shift = np.linalg.lstsq(z, np.full(k, 2 * np.log(m.scale)), rcond=None)[0]
    half, alpha_half = critical(level, df) * se, critical(level, scale_df) * alpha_se
    final: FloatArray = np.asarray(alpha + shift, dtype=np.float64)
    tested = [i for i, n in enumerate(scale_names) if n != "intercept"]
    wald = omnibus(final, covariance, tested or list(range(q)), scale_df)
    loglik = _loglik(m, basis, gamma, method == "REML")
    restricted = method == "REML"
    n = m.df if restricted else k
    loglik -= n * (0.5 * np.log(2 * np.pi) + np.log(m.scale))
    return LocationScale(
        method=method,
        test=test,
        level=level,
        k=k,
        names=names,
        estimate=beta,
        se=se,
        statistic=beta / se,
        p=np.asarray(t_p(beta / se, df)),
        ci_low=beta - half,
        ci_high=beta + half,
        scale_names=scale_names,
        alpha=final,
        alpha_se=alpha_se,
        alpha_p=np.asarray(t_p(final / alpha_se, scale_df)),
        alpha_low=final - alpha_half,
        alpha_high=final + alpha_half,
        scale_q=wald[0],
        scale_df=wald[1],
        scale_p=wald[3],
        tau2=tau2 * m.scale**2,
        loglik=float(loglik),
        aic=float(-2 * loglik + 2 * (p + q)),
        notes=tuple(notes),
    )


def _data(
    yi: ArrayLike, vi: ArrayLike, mods: Any, scale: Any
) -> tuple[
    FloatArray,
    FloatArray,
    FloatArray,
    FloatArray,
    tuple[str, ...],
    tuple[str, ...],
    list[str],
]:
    z = scale if isinstance(scale, Design) else design(scale)
    if mods is None:
        x = Design(("intercept",), np.ones((len(z.x), 1)), {})
    else:
        x = mods if isinstance(mods, Design) else design(mods)
    if len(x.x) != len(z.x):
        raise SynthesisError(
            f"the moderators have {len(x.x)} rows, the scale moderators {len(z.x)}"
        )
    s = usable(yi, vi, also=np.hstack([x.x, z.x]))
    made: list[Any] = []
    for plan in (x, z):
        part = plan.x[s.used]
        keep = independent(part)
        made.append((part[:, keep], tuple(plan.names[j] for j in keep)))
    (left, names), (right, scale_names) = made
    return s.yi, s.vi, left, right, names, scale_names, list(s.notes)


def _variances(z: FloatArray, alpha: FloatArray) -> FloatArray:
    """tau2 of every study; the search may look far away, but not beyond double precision."""
    return np.asarray(np.exp(np.clip(z @ alpha, -80.0, 80.0)))


def _loglik(m: Model, z: FloatArray, alpha: FloatArray, restricted: bool) -> float:
    fit = m.weigh(1 / (m.v + _variances(z, alpha)))
    value = np.log(fit.w).sum() - fit.rss
    return 0.5 * float(value - (fit.log_det if restricted else 0.0))


def _gradient(m: Model, z: FloatArray, alpha: FloatArray, restricted: bool) -> FloatArray:
    """Of the log-likelihood in alpha: sum of z tau2 ((w r)² - P_ii)/2, P_ii = w_i for ML."""
    tau2 = _variances(z, alpha)
    fit = m.weigh(1 / (m.v + tau2))
    diagonal = fit.w
    if restricted:
        lever = np.einsum("kp,pq,kq->k", m.q, fit.a_inv, m.q)
        diagonal = fit.w - fit.w**2 * lever
    return np.asarray(z.T @ (0.5 * tau2 * ((fit.w * fit.r) ** 2 - diagonal)))


def _maximize(m: Model, z: FloatArray, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """alpha at the highest maximum, and the observed information there."""
    from scipy.optimize import minimize

    starts = _starts(m, z)
    best: tuple[float, FloatArray] | None = None
    for start in starts:
        found = minimize(
            lambda a: -_loglik(m, z, a, restricted),
            start,
            jac=lambda a: -_gradient(m, z, a, restricted),
            method="BFGS",
            options={"gtol": 1e-9, "maxiter": 500},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best[0] - 1e-10):
            best = (float(found.fun), np.asarray(found.x))
    if best is None:
        raise NotConverged("the location-scale model found no maximum")
    alpha = best[1]
    for _ in range(20):  # Newton to the last digits
        step = np.linalg.solve(
            _information(m, z, alpha, restricted), _gradient(m, z, alpha, restricted)
        )
        if not np.isfinite(step).all() or np.abs(step).max() > 1:
            break
        alpha = alpha + step
        if np.abs(step).max() < 1e-12 * max(1.0, float(np.abs(alpha).max())):
            break
    spread = z @ alpha
    info = _information(m, z, alpha, restricted)
    if spread.min() < np.log(m.v.min()) - 25 or np.linalg.eigvalsh(info).min() <= 0:
        raise NotConverged(
            "tau2 runs to zero for some studies: the scale moderators explain all of it",
            hint="use fewer scale moderators, or pool() with one tau2",
        )
    return alpha, info


def _starts(m: Model, z: FloatArray) -> list[FloatArray]:
    """Constant tau2 at several sizes, and a regression of the log squared residuals."""
    sizes: Sequence[float] = (0.1, 1.0, 10.0)
    middle = m.ols / m.k or float(np.median(m.v)) or 1.0
    made = [np.linalg.lstsq(z, np.full(m.k, np.log(s * middle)), rcond=None)[0] for s in sizes]
    rough = np.log(np.square(m.y) + 0.1 * middle)
    made.append(np.linalg.lstsq(z, rough, rcond=None)[0])
    return made


def _information(m: Model, z: FloatArray, alpha: FloatArray, restricted: bool) -> FloatArray:
    """Minus the second derivatives, from central differences of the exact gradient."""
    q = len(alpha)
    made = np.empty((q, q))
    h = 1e-5
    for j in range(q):
        step = np.zeros(q)
        step[j] = h
        up = _gradient(m, z, alpha + step, restricted)
        down = _gradient(m, z, alpha - step, restricted)
        made[j] = -(up - down) / (2 * h)
    return 0.5 * (made + made.T)
