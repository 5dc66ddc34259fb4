"""The tetrachoric correlation of a 2x2 table, and its variance."""

from __future__ import annotations

import numpy as np
from scipy import special

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


def bivariate_normal(h: float, k: float, r: float) -> float:
    """P(X < h, Y < k) of standard normals correlated by r.

    The derivative in r is the density (Plackett 1954); integrated over the angle asin(r) by Gauss-
    Legendre it is smooth up to |r| = 1.
    """
    angle = 0.5 * np.arcsin(r) * (_NODES + 1)
    sine = np.sin(angle)
    inside = np.exp(-(h * h - 2 * h * k * sine + k * k) / (2 * (1 - sine * sine)))
    area = 0.5 * np.arcsin(r) * float(_WEIGHTS @ inside) / (2 * np.pi)
    return float(special.ndtr(h) * special.ndtr(k) + area)


def correlation(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """The correlation under which the table is expected, and its large-sample variance.

    With an empty cell it is -1 or 1, without a variance; NaN where a margin is empty.
    """
    from scipy.optimize import brentq

    n = a + b + c + d
    if not np.isfinite(n) or min(a + b, c + d, a + c, b + d) <= 0:
        return np.nan, np.nan
    if min(a, b, c, d) == 0:
        return (-1.0 if min(a, d) == 0 else 1.0), np.nan
    h, k = special.ndtri((a + b) / n), special.ndtri((a + c) / n)
    low, high = -1 + 1e-12, 1 - 1e-12
    target = a / n
    if not bivariate_normal(h, k, low) < target < bivariate_normal(h, k, high):
        return np.nan, np.nan
    r = float(
        brentq(lambda x: bivariate_normal(h, k, x) - target, low, high, xtol=1e-15, rtol=1e-14)
    )
    s = np.sqrt(1 - r * r)
    density = np.exp(-(h * h - 2 * r * h * k + k * k) / (2 * s * s)) / (2 * np.pi * s)
    f1 = special.ndtr((h - r * k) / s) - 0.5
    f2 = special.ndtr((k - r * h) / s) - 0.5
    inner = (
        (a + d) * (b + c) / 4
        + f2**2 * (a + b) * (c + d)
        + f1**2 * (a + c) * (b + d)
        + 2 * f1 * f2 * (a * d - b * c)
        - f1 * (a * b - c * d)
        - f2 * (a * c - b * d)
    ) / n**2
    return r, float(inner / (n * density**2))
