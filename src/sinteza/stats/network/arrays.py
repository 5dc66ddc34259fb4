"""The array types of this room, and numbers that may not be there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinteza.stats.distributions import chi2_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def p_chi2(q: float, df: int) -> float | None:
    """Upper tail of chi-squared; None without degrees of freedom."""
    return float(chi2_p(max(q, 0.0), df)) if df > 0 else None


def optional(value: float) -> float | None:
    """None for a number that is not one, so that JSON stays JSON."""
    return float(value) if np.isfinite(value) else None
