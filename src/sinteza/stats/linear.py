"""The weighted linear model under every pooling: O(k) a step, never a k x k matrix.

For weights w and an orthonormal design Q (k x p) everything the estimators need are a few sums:
A = Q'WQ, P = W - W Q A⁻¹ Q'W, its traces, and the residuals. The data are shifted (residuals of
ordinary least squares; for an intercept alone, differences from the most precise study) and scaled
by a power of two, so that results are equivariant to scale to the last bits and differences of
large estimates keep their digits.

A study so precise that it has nearly all the weight leaves differences of nearly equal numbers
everywhere, P above all. With an intercept alone its estimate is the origin and its weight, the
*lead*, stands apart from the sums over the others, in which nothing cancels then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.arrays import FloatArray

#: beyond this ratio of variances the sums of squared weights leave double precision
MAX_RATIO = 1e100
#: beyond this many standard errors the fourth powers of the estimates leave double precision
MAX_SIZE = 1e75
#: residuals below this share of the estimates are rounding
_ROUNDING = 1e-15


@dataclass(frozen=True)
class Weighted:
    """The model fitted with one set of weights.

    ``beta`` are coefficients of the orthonormal design (scaled), ``r`` residuals, ``rss`` the
    weighted sum of squares (Q), ``a_inv`` = (Q'WQ)⁻¹, ``log_det`` = log|Q'WQ|.
    """

    w: FloatArray
    beta: FloatArray
    r: FloatArray
    rss: float
    a_inv: FloatArray
    log_det: float


@dataclass(frozen=True)
class Model:
    """k estimates ``y`` with variances ``v`` on orthonormal columns.

    ``columns``: the orthonormal design, None for an intercept alone. ``scale``: yi = y * scale +
    q @ start * scale. ``r``: X = q @ r. ``total``: sum of squares of the estimates about their
    mean, moderators or not. ``ols``: residual sum of squares without weights. ``lead``: which
    study is the most precise. ``low high``: the least and the greatest variance.
    """

    y: FloatArray
    v: FloatArray
    columns: FloatArray | None
    r: FloatArray
    start: FloatArray
    scale: float
    total: float
    ols: float
    lead: int
    low: float
    high: float
    _fits: dict[float, Weighted] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def k(self) -> int:
        """Number of estimates."""
        return len(self.y)

    @property
    def flat(self) -> bool:
        """Whether there is an intercept alone: one column of 1/sqrt(k)."""
        return self.columns is None

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return 1 if self.columns is None else int(self.columns.shape[1])

    @property
    def df(self) -> int:
        """Residual degrees of freedom k - p."""
        return self.k - self.p

    @cached_property
    def q(self) -> FloatArray:
        """The orthonormal design (k x p)."""
        return np.full((self.k, 1), 1 / math.sqrt(self.k)) if self.columns is None else self.columns

    @cached_property
    def qq(self) -> FloatArray:
        """Products of the columns of the design, two by two (k x p²)."""
        return (self.q[:, :, None] * self.q[:, None, :]).reshape(self.k, -1)

    def with_estimates(self, y: FloatArray) -> Model:
        """The same studies with other estimates, which must be residuals of the design."""
        square = float(np.dot(y, y))
        return replace(self, y=y - y[self.lead] if self.flat else y, total=square, ols=square)

    def at(self, tau2: float) -> Weighted:
        """Fit with the weights 1/(v + tau2); made once for each tau2 asked for."""
        fit = self._fits.get(tau2)
        if fit is None:
            fit = self._fits[tau2] = self.weigh(1.0 / (self.v + tau2))
        return fit

    def weigh(self, w: FloatArray) -> Weighted:
        """Fit with the weights w."""
        if self.columns is None:
            total = float(np.add.reduce(w))
            mean = float(np.dot(w, self.y)) / total
            r = self.y - mean
            share = total / self.k
            return Weighted(
                w,
                np.array([mean * math.sqrt(self.k)]),
                r,
                float(np.dot(w * r, r)),
                np.array([[1 / share]]),
                math.log(share),
            )
        a = np.dot(w, self.qq).reshape(self.p, self.p)
        b = np.dot(self.q.T, w * self.y)
        if self.p == 1:
            a_inv = 1.0 / a
            log_det = math.log(a[0, 0])
        else:
            a_inv = np.asarray(np.linalg.inv(a), dtype=np.float64)
            log_det = float(np.linalg.slogdet(a)[1])
        beta = np.dot(a_inv, b)
        r = self.y - np.dot(self.q, beta)
        return Weighted(w, beta, r, float(np.dot(w * r, r)), a_inv, log_det)

    def exact(self, fit: Weighted) -> bool:
        """Whether the model passes through every estimate: residuals are but rounding."""
        start = self.start / self.r[0, 0] if self.columns is None else self.columns @ self.start
        size = float(np.abs(self.y).max()) + float(np.abs(start).max())
        return float(np.abs(fit.r).max()) <= _ROUNDING * size

    def between(self, diagonal: FloatArray) -> FloatArray:
        """Q' diag(d) Q."""
        if self.columns is None:
            return np.array([[np.add.reduce(diagonal) / self.k]])
        return np.asarray(np.dot(diagonal, self.qq).reshape(self.p, self.p))

    def traces(self, fit: Weighted) -> tuple[float, float]:
        """tr(P) and tr(PP)."""
        if not self.flat:
            return self.trace(fit, 1.0), self.trace2(fit, 1.0, 1.0)
        lead, others = float(fit.w[self.lead]), fit.w.copy()
        others[self.lead] = 0.0
        sums = np.add.reduce(others), np.dot(others, others), np.dot(others * others, others)
        return intercept_traces(lead, *map(float, sums))

    def trace(self, fit: Weighted, f: FloatArray | float) -> float:
        """tr(P F) for a diagonal F."""
        wf = fit.w * f
        return float(np.add.reduce(wf) - np.vdot(fit.a_inv, self.between(fit.w * wf)))

    def trace2(self, fit: Weighted, f: FloatArray | float, g: FloatArray | float) -> float:
        """tr(P F P G) for diagonal F and G."""
        w2 = fit.w * fit.w
        both = w2 * f * g
        left = np.dot(fit.a_inv, self.between(w2 * f))
        right = left if f is g else np.dot(fit.a_inv, self.between(w2 * g))
        return float(
            np.add.reduce(both)
            - 2 * np.vdot(fit.a_inv, self.between(fit.w * both))
            + np.vdot(left, right.T)
        )

    def coefficients(self, fit: Weighted) -> FloatArray:
        """The coefficients of the design as given, in the units of yi."""
        inner = (fit.beta + self.start) * self.scale
        if self.flat:
            return np.asarray(inner / self.r[0, 0])
        return np.asarray(np.linalg.solve(self.r, inner))

    def covariance(self, inner: FloatArray) -> FloatArray:
        """A covariance of the orthonormal coefficients, as one of the given design (unscaled)."""
        if self.flat:
            return np.asarray(inner / self.r[0, 0] ** 2 * self.scale**2)
        left = np.linalg.solve(self.r, inner)
        return np.asarray(np.linalg.solve(self.r, left.T)) * self.scale**2


def intercept_traces(lead: Any, one: Any, two: Any, three: Any) -> tuple[Any, Any]:
    """tr(P) and tr(PP) for an intercept alone, numbers or arrays.

    ``lead``: the greatest weight; ``one two three``: sums of the first powers of the others.
    """
    total = lead + one
    share = two / total
    trace = (one * (2 * lead + one) - two) / total
    part = lead / total
    double = part * part * (one * one + 2 * two) + two - 2 * three / total + share * share
    return trace, double


def power_of_two(value: float) -> float:
    """The power of two next below: multiplying by it is exact."""
    return math.ldexp(1.0, math.frexp(value)[1] - 1)


def model(yi: FloatArray, vi: FloatArray, design: FloatArray | None = None) -> Model:
    """The model of estimates, variances and a design of full rank (None: intercept only).

    Raises SynthesisError where the variances span more than :data:`MAX_RATIO`.
    """
    k = len(yi)
    lead = int(vi.argmin())
    low, high = float(vi[lead]), float(np.maximum.reduce(vi))
    scale = 1.0
    if high > 0:
        least = low if low > 0 else float(vi[vi > 0].min())
        if high > least * MAX_RATIO:
            raise SynthesisError(
                f"the largest variance is more than {MAX_RATIO:g} times the smallest",
                hint="check the units of the standard errors",
            )
        scale = power_of_two(math.sqrt(least))
    largest = float(np.abs(yi).max())
    if largest / scale > MAX_SIZE or largest > 1e300:
        raise SynthesisError(
            "the estimates are too large for their variances", hint="check the units"
        )
    # twice: a square may leave double precision, and each division is exact
    y, v, low, high = yi / scale, vi / scale / scale, low / scale / scale, high / scale / scale
    if design is None:
        root, origin = math.sqrt(k), float(y[lead])
        y = y - origin
        rest = y - float(np.add.reduce(y)) / k
        r, start = np.array([[root]]), np.array([origin * root])
        columns = None
    else:
        columns, r = np.linalg.qr(design)
        start = columns.T @ y
        y = y - columns @ start
        again = columns.T @ y
        y, start = y - columns @ again, start + again
        rest = y
    ols = total = float(np.dot(rest, rest))
    if columns is not None:
        whole = y + columns @ start
        total = float(np.square(whole - whole.mean()).sum())
    return Model(y, v, columns, r, start, scale, total, ols, lead, low, high)
