"""The distribution of a quadratic form of normal variables, for exact moments of Q.

Under the model, Q = r'Wr is distributed as a weighted sum of chi-squares whose weights are the
eigenvalues of S^(1/2) P S^(1/2), S = diag(v + tau2) (Biggerstaff & Jackson 2008).
"""

from __future__ import annotations

import numpy as np

from sinteza.stats.arrays import FloatArray
from sinteza.stats.linear import Model, Weighted

#: nodes of the contour: an even number keeps clear of theta = 0; more only add rounding
_NODES = 30


def eigenvalues(m: Model, fit: Weighted, tau2: float) -> FloatArray:
    """The k - p positive weights of the chi-squares, descending."""
    root = np.sqrt(m.v + tau2)
    half = (fit.w * root)[:, None] * m.q
    p = np.diag(fit.w * root * root) - half @ fit.a_inv @ half.T
    values = np.linalg.eigvalsh(0.5 * (p + p.T))[::-1]
    return np.asarray(np.maximum(values[: m.df], 0.0))


def survival(q: float, lambdas: FloatArray) -> float:
    """P(sum of lambda_i chi-square_1 > q), absolute error below 1e-12.

    The distribution function is the inverse Laplace transform of prod(1 + 2 lambda z)^(-1/2) / z,
    whose singularities all lie on the negative real axis, so Talbot's cotangent contour converges
    geometrically whatever the weights (Weideman & Trefethen 2007, cotangent parameters).
    """
    positive = lambdas[lambdas > 0]
    if q <= 0 or not len(positive):
        return 1.0 if q <= 0 else 0.0
    n = _NODES
    theta = np.pi * np.arange(1 - n, n, 2) / n
    cot = 1 / np.tan(0.6407 * theta)
    z = n * (0.5017 * theta * cot - 0.6122 + 0.2645j * theta)
    slope = n * (0.5017 * cot - 0.5017 * 0.6407 * theta * (1 + cot * cot) + 0.2645j)
    transform = np.exp(z - 0.5 * np.log1p(2 * positive[:, None] / q * z).sum(0)) / z
    below = float(np.real(-1j * np.sum(transform * slope) / n))
    return min(1.0, max(0.0, 1.0 - below))


def median_tau2(m: Model, fit: Weighted) -> float:
    """GENQM: the tau2 at which the observed form is the median of its distribution."""
    return quantile_tau2(m, fit, 0.5)


def quantile_tau2(m: Model, fit: Weighted, probability: float) -> float:
    """The tau2 at which P(Q > observed) = probability; 0 where it is already above at zero."""
    from scipy.optimize import brentq

    def excess(t: float) -> float:
        return survival(fit.rss, eigenvalues(m, fit, t)) - probability

    if excess(0.0) >= 0:
        return 0.0
    high = max(fit.rss / m.traces(fit)[0], 1e-300)
    while excess(high) < 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-300, rtol=1e-14, maxiter=500))
