"""The array types of this room and its few distribution functions (scipy.stats is too slow)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def p_normal(z: Any) -> Any:
    """Two-sided p value of a standard normal statistic."""
    return 2 * special.ndtr(-np.abs(z))


def p_chi2(q: float, df: int) -> float | None:
    """Upper tail of chi-squared; None without degrees of freedom."""
    return float(special.chdtrc(df, max(q, 0.0))) if df > 0 else None


def quantile(level: float, df: float | None = None) -> float:
    """The two-sided critical value of a normal (``df`` None) or of Student's t."""
    upper = (1 + level) / 2
    return float(special.ndtri(upper) if df is None else special.stdtrit(df, upper))


def optional(value: float) -> float | None:
    """None for a number that is not one, so that JSON stays JSON."""
    return float(value) if np.isfinite(value) else None
