"""The weighted linear model under every pooling: O(k) a step, never a k x k matrix.

For weights w and an orthonormal design Q (k x p) everything the estimators need are a few sums:
A = Q'WQ, P = W - W Q A⁻¹ Q'W, its traces, and the residuals. The data are shifted (residuals of
ordinary least squares) and scaled by a power of two, so that results are equivariant to scale to
the last bits and differences of large estimates keep their digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.arrays import FloatArray

#: beyond this ratio of variances the sums of squared weights leave double precision
MAX_RATIO = 1e100
#: beyond this many standard errors the fourth powers of the estimates leave double precision
MAX_SIZE = 1e75
#: differences below this share have lost their digits and are summed again in another way
_CANCELED = 1e-6
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
    """k estimates ``y`` with variances ``v`` on the columns of ``q`` (orthonormal).

    ``scale``: yi = y * scale + q @ start * scale. ``r``: X = q @ r. ``total``: sum of squares of
    the estimates about their mean, moderators or not.
    """

    y: FloatArray
    v: FloatArray
    q: FloatArray
    qq: FloatArray
    r: FloatArray
    start: FloatArray
    scale: float
    total: float
    flat: bool

    @property
    def k(self) -> int:
        """Number of estimates."""
        return len(self.y)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.q.shape[1])

    @property
    def df(self) -> int:
        """Residual degrees of freedom k - p."""
        return self.k - self.p

    @property
    def ols(self) -> float:
        """Residual sum of squares without weights (y is already the residual)."""
        return float(self.y @ self.y)

    def weigh(self, w: FloatArray) -> Weighted:
        """Fit with the weights w."""
        if self.flat:  # one column of 1/sqrt(k)
            root = float(np.sqrt(self.k))
            share = float(w.sum()) / self.k
            mean = float(w @ self.y) / (share * self.k)
            r = self.y - mean
            a_inv: FloatArray = np.array([[1 / share]])
            rss = float(w @ (r * r))
            return Weighted(w, np.array([mean * root]), r, rss, a_inv, float(np.log(share)))
        a = (w @ self.qq).reshape(self.p, self.p)
        b = self.q.T @ (w * self.y)
        if self.p == 1:
            a_inv = 1.0 / a
            log_det = float(np.log(a[0, 0]))
        else:
            a_inv = np.asarray(np.linalg.inv(a), dtype=np.float64)
            log_det = float(np.linalg.slogdet(a)[1])
        beta = a_inv @ b
        r = self.y - self.q @ beta
        return Weighted(w, beta, r, float(w @ (r * r)), a_inv, log_det)

    def exact(self, fit: Weighted) -> bool:
        """Whether the model passes through every estimate: residuals are but rounding."""
        size = float(np.abs(self.y).max()) + float(np.abs(self.q @ self.start).max())
        return float(np.abs(fit.r).max()) <= _ROUNDING * size

    def between(self, diagonal: FloatArray) -> FloatArray:
        """Q' diag(d) Q."""
        if self.flat:
            return np.array([[float(np.sum(diagonal)) / self.k]])
        return np.asarray((diagonal @ self.qq).reshape(self.p, self.p))

    def trace(self, fit: Weighted, f: FloatArray | float = 1.0) -> float:
        """tr(P F) for a diagonal F."""
        w = fit.w
        wf = w * f
        total = float(wf.sum())
        value = total - float(np.sum(fit.a_inv * self.between(w * wf)))
        if self.flat and isinstance(f, float) and value < _CANCELED * total:
            return f * float(w @ _others(w)) / float(w.sum())
        return value

    def trace2(
        self, fit: Weighted, f: FloatArray | float = 1.0, g: FloatArray | float = 1.0
    ) -> float:
        """tr(P F P G) for diagonal F and G."""
        w2 = fit.w * fit.w
        if self.flat and f is g and isinstance(f, float):
            total, square, cube = float(fit.w.sum()), float(w2.sum()), float(w2 @ fit.w)
            value = square - 2 * cube / total + (square / total) ** 2
            if value < _CANCELED * square:  # P_ii = w_i (S - w_i)/S, P_ij = -w_i w_j/S
                diagonal = float(w2 @ np.square(_others(fit.w)))
                value = (diagonal + float(w2 @ _others(w2))) / total**2
            return f * f * value
        both = w2 * f * g
        left = fit.a_inv @ self.between(w2 * f)
        right = left if f is g else fit.a_inv @ self.between(w2 * g)
        return float(
            both.sum() - 2 * np.sum(fit.a_inv * self.between(fit.w * both)) + np.sum(left * right.T)
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


def _others(w: FloatArray) -> FloatArray:
    """The sum of all the other values, without subtracting from the largest."""
    top = int(np.argmax(w))
    made = np.asarray(w.sum() - w)
    made[top] = float(w[:top].sum()) + float(w[top + 1 :].sum())
    return made


def power_of_two(value: float) -> float:
    """The power of two next below: multiplying by it is exact."""
    return float(2.0 ** np.floor(np.log2(value)))


def model(yi: FloatArray, vi: FloatArray, design: FloatArray | None = None) -> Model:
    """The model of estimates, variances and a design of full rank (None: intercept only).

    Raises SynthesisError where the variances span more than :data:`MAX_RATIO`.
    """
    k = len(yi)
    positive = vi[vi > 0]
    if len(positive):
        low, high = float(positive.min()), float(positive.max())
        if high > low * MAX_RATIO:
            raise SynthesisError(
                f"the largest variance is more than {MAX_RATIO:g} times the smallest",
                hint="check the units of the standard errors",
            )
        scale = power_of_two(np.sqrt(low))
    else:
        scale = 1.0
    largest = float(np.abs(yi).max())
    if largest / scale > MAX_SIZE or largest > 1e300:
        raise SynthesisError(
            "the estimates are too large for their variances", hint="check the units"
        )
    y, v = yi / scale, vi / scale**2 if scale**2 > 0 else vi / scale / scale
    if design is None:
        root = float(np.sqrt(k))
        q, qq, r = np.full((k, 1), 1 / root), np.full((k, 1), 1 / k), np.array([[root]])
        mean = float(y.mean())
        y = y - mean
        rest = float(y.mean())  # a second pass takes away what rounding left
        y = y - rest
        start = np.array([(mean + rest) * root])
    else:
        q, r = np.linalg.qr(design)
        qq = (q[:, :, None] * q[:, None, :]).reshape(k, -1)
        start = q.T @ y
        y = y - q @ start
        again = q.T @ y
        y, start = y - q @ again, start + again
    total = float(y @ y)
    if design is not None:
        whole = y + q @ start
        total = float(np.square(whole - whole.mean()).sum())
    return Model(y, v, q, qq, r, start, scale, total, design is None)
