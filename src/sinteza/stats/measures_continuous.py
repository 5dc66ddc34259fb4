"""Measures of means, changes, reliability and correlations.

Sources: Hedges 1981, 1989; Bonett 2008, 2009; Lajeunesse 2011; Nakagawa et al. 2015.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from sinteza.stats.arrays import FloatArray
from sinteza.stats.measures_binary import Columns, Measure, Options, Pair


def small_sample_factor(m: FloatArray) -> FloatArray:
    """Hedges' exact J(m) = Γ(m/2) / (√(m/2) Γ((m-1)/2)): what removes the bias of Cohen's d.

    NaN for m <= 1.
    """
    m = np.asarray(m, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.exp(special.gammaln(m / 2) - np.log(m / 2) / 2 - special.gammaln((m - 1) / 2))
    return np.where(m > 1, made, np.nan)


def _two_groups(data: Columns) -> list[FloatArray]:
    return data.need("m1i sd1i n1i m2i sd2i n2i")


def pooled_sd(s1: FloatArray, n1: FloatArray, s2: FloatArray, n2: FloatArray) -> FloatArray:
    """The standard deviation within both groups."""
    return np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))


def mean_difference(data: Columns, options: Options) -> Pair:
    """Mean difference; v = s1²/n1 + s2²/n2 (``HO``: one variance for both arms)."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    types = np.array(options.variance_types(len(m1), "LS HO"))
    one = pooled_sd(s1, n1, s2, n2) ** 2 * (1 / n1 + 1 / n2)
    vi = np.where(types == "HO", one, s1**2 / n1 + s2**2 / n2)
    return Pair(m1 - m2, vi)


def standardized_mean_difference(data: Columns, options: Options) -> Pair:
    """Hedges' g; v = 1/n1 + 1/n2 + g²/(2(n1 + n2))."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    factor = small_sample_factor(n1 + n2 - 2) if options.correct else np.ones(len(m1))
    g = factor * (m1 - m2) / pooled_sd(s1, n1, s2, n2)
    options.variance_types(len(m1), "LS")
    return Pair(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


MEASURES = {
    m.code: m
    for m in (
        Measure("MD", "mean difference", "means", mean_difference),
        Measure("SMD", "standardized mean difference", "means", standardized_mean_difference),
    )
}
