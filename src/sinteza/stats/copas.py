"""The Copas selection model: publication depends on precision and on the result.

A study with standard error s is published when gamma0 + gamma1 / s + delta > 0, delta standard
normal and correlated (rho) with its sampling error (Copas and Shi, Biostatistics 2000;1:247; Stat
Methods Med Res 2001;10:251). The two gammas cannot be estimated; the effect is followed along a
curve of them, from no selection to strong, and at each point it is tested whether small-study
effects are left. Log-likelihood of the published studies:

    sum  -log(tau2 + sigma2)/2 - (y - theta)^2 / (2 (tau2 + sigma2)) - log Phi(u) + log Phi(v),
    u = gamma0 + gamma1 / s,  v = (u + r (y - theta) / sqrt(tau2 + sigma2)) / sqrt(1 - r^2),
    r = rho sigma / sqrt(tau2 + sigma2),  sigma2 = s^2 / (1 - rho^2 l (u + l)),  l = phi(u) / Phi(u)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray
from sinteza.stats.bias import positive
from sinteza.stats.distributions import chi2_p
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, hessian, wald
from sinteza.stats.pooling import pool
from sinteza.stats.tabulate import number, p_value, table

#: publication probability of the least precise study, from (almost) no selection to strong
CURVE = (0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
#: publication probability of the most precise study
SURE = 0.995


@dataclass(frozen=True)
class CopasPoint:
    """The fit at one strength of selection: ``published`` is the publication probability of the
    least precise study; ``estimate`` the effect; ``rho``, ``tau2``; ``residual_p``: test of small-
    study effects that selection does not explain; ``missing``: studies expected unpublished.
    """

    published: float
    gamma0: float
    gamma1: float
    estimate: Coefficient
    rho: float
    tau2: float
    loglik: float
    residual_p: float
    missing: float


@dataclass(frozen=True)
class CopasResult:
    """``points`` along the curve from weak to strong selection; ``adjusted``: the first one at
    which no small-study effect is left (residual p > ``alpha``), None where none explains it;
    ``unadjusted``: the ML estimate without selection.
    """

    k: int
    points: tuple[CopasPoint, ...]
    adjusted: CopasPoint | None
    unadjusted: float
    alpha: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a point of the curve."""
        return [
            {**{k: v for k, v in asdict(p).items() if k != "estimate"}, "estimate":
             p.estimate.estimate, "ci_low": p.estimate.ci_low, "ci_high": p.estimate.ci_high}
            for p in self.points
        ]  # fmt: skip

    def summary(self) -> str:
        """The curve as a person would print it."""
        body = table(
            ["P(publish)", "estimate", "ci low", "ci high", "rho", "residual p", "missing"],
            [
                [f"{p.published:.2f}", p.estimate.estimate, p.estimate.ci_low, p.estimate.ci_high,
                 p.rho, p_value(p.residual_p), f"{p.missing:.1f}"]
                for p in self.points
            ],
        )  # fmt: skip
        if self.adjusted is None:
            last = "no strength of selection on the curve explains the small-study effect"
        else:
            last = (
                f"adjusted: {number(self.adjusted.estimate.estimate)} at "
                f"P(publish) {self.adjusted.published:.2f}"
            )
        head = f"Copas model, k = {self.k}, without selection {number(self.unadjusted)}"
        return "\n".join([head, body, last, *(f"Note: {n}" for n in self.notes)])


def _loglik(
    y: FloatArray, s: FloatArray, u: FloatArray, theta: FloatArray, rho: float, tau2: float
) -> float:
    ratio = np.exp(-0.5 * u**2 - 0.5 * np.log(2 * np.pi) - special.log_ndtr(u))
    sigma2 = s**2 / (1 - rho**2 * ratio * (u + ratio))
    total = tau2 + sigma2
    r = rho * np.sqrt(sigma2 / total)
    v = (u + r * (y - theta) / np.sqrt(total)) / np.sqrt(1 - r**2)
    parts = (
        -0.5 * np.log(2 * np.pi * total) - (y - theta) ** 2 / (2 * total)
        - special.log_ndtr(u) + special.log_ndtr(v)
    )  # fmt: skip
    return float(parts.sum())


def _fit(
    y: FloatArray, s: FloatArray, u: FloatArray, start: FloatArray, trend: bool
) -> tuple[FloatArray, float]:
    """Largest likelihood over (theta, atanh rho, tau[, slope on s]) from several rho."""
    from scipy import optimize

    def loss(p: FloatArray) -> float:
        theta = p[0] + (p[3] * s if trend else 0.0)
        value = -_loglik(y, s, u, theta, float(np.tanh(p[1])), float(p[2] ** 2))
        return value if np.isfinite(value) else 1e10

    bounds = [(None, None), (-3.8, 3.8), (0.0, None)] + [(None, None)] * trend
    best = None
    for rho in (-1.0, 0.0, 1.0):
        x = np.concatenate([[start[0], rho, max(start[1], 0.05)], [0.0] * trend])
        done = optimize.minimize(
            loss, x, method="L-BFGS-B", jac="3-point", bounds=bounds,
            options={"ftol": 1e-13, "gtol": 1e-7},
        )  # fmt: skip
        if best is None or done.fun < best.fun:
            best = done
    assert best is not None
    if best.fun >= 1e9:
        raise NotConverged("the likelihood of the Copas model is not finite")
    return np.asarray(best.x, dtype=np.float64), -float(best.fun)


@guarded
def copas(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    curve: Sequence[float] = CURVE,
    alpha: float = 0.1,
    level: float = 0.95,
) -> CopasResult:
    """Follow the effect along the strength of selection.

    ``curve``: publication probabilities of the least precise study (that of the most precise is
    0.995). Raises TooFewStudies below 4 studies, SynthesisError where all studies are equally
    precise or a probability is not between 0 and 0.995.
    """
    given = positive(yi, vi)
    k = len(given.yi)
    if k < 4:
        raise TooFewStudies(f"the Copas model needs 4 studies, there are {k}")
    if any(not 0 < p < SURE for p in curve):
        raise SynthesisError(f"the curve needs probabilities between 0 and {SURE}")
    unit = float(np.sqrt(np.mean(given.vi)))
    y, s = given.yi / unit, np.sqrt(given.vi) / unit
    precision = 1 / s
    if np.ptp(precision) < 1e-8 * precision.max():
        raise SynthesisError("all studies are equally precise: selection cannot be told apart")
    base = pool(y, s**2, method="ML", test="z")
    start = np.array([base.estimate, base.tau])
    points = []
    for published in curve:
        low, high = special.ndtri(published), special.ndtri(SURE)
        gamma1 = float((high - low) / (precision.max() - precision.min()))
        gamma0 = float(low - gamma1 * precision.min())
        u = gamma0 + gamma1 * precision
        x, loglik = _fit(y, s, u, start, trend=False)
        _, fuller = _fit(y, s, u, start, trend=True)
        se, bounded = _standard_error(y, s, u, x)
        points.append(
            CopasPoint(
                published, gamma0, gamma1 * unit,
                wald("effect", float(x[0]) * unit, se * unit, level=level),
                float(np.tanh(x[1])), 0.0 if bounded else float(x[2] ** 2) * unit**2,
                loglik - k * float(np.log(unit)),
                float(chi2_p(max(0.0, 2 * (fuller - loglik)), 1)),
                float((1 / special.ndtr(u) - 1).sum()),
            )
        )  # fmt: skip
    chosen = next((p for p in points if p.residual_p > alpha), None)
    return CopasResult(k, tuple(points), chosen, base.estimate * unit, alpha, given.notes)


def _standard_error(
    y: FloatArray, s: FloatArray, u: FloatArray, x: FloatArray
) -> tuple[float, bool]:
    """From the information of the parameters that are not on their boundary."""
    free = [0] + [i for i, ok in ((1, abs(x[1]) < 3.79), (2, x[2] > 1e-4)) if ok]

    def part(values: FloatArray) -> float:
        full = x.copy()
        full[free] = values
        return -_loglik(y, s, u, full[0], float(np.tanh(full[1])), float(full[2] ** 2))

    matrix = hessian(part, x[free], step=1e-3 * np.maximum(np.abs(x[free]), 0.05))
    if not (np.linalg.eigvalsh(matrix) > 0).all():
        # flat in rho (almost no selection): the effect's own information
        matrix, free = matrix[:1, :1], [0]
    return float(np.sqrt(np.linalg.inv(matrix)[0, 0])), bool(x[2] <= 1e-4)
