"""Measures of means, changes, reliability and correlations.

Sources: Hedges 1981, 1989; Bonett 2008, 2009; Lajeunesse 2011; Nakagawa et al. 2015.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sinteza.stats import special
from sinteza.stats.arrays import FloatArray
from sinteza.stats.measures_binary import (
    LOGISTIC,
    NORMAL,
    Columns,
    Measure,
    Options,
    Pair,
    fisher_z,
    scaled,
)


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
    """Hedges' g; v = 1/n1 + 1/n2 + g²/(2(n1 + n2)).

    ``LS2`` J²(1/n1 + 1/n2 + d²/(2N)), ``UB`` unbiased (Hedges 1983), ``AV`` with the mean g.
    """
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    total, free = n1 + n2, n1 + n2 - 2
    factor = small_sample_factor(free)
    d = (m1 - m2) / pooled_sd(s1, n1, s2, n2)
    g = factor * d if options.correct else d
    types = np.array(options.variance_types(len(m1), "LS LS2 UB AV"))
    base = 1 / n1 + 1 / n2
    good = np.isfinite(g) & np.isfinite(total)
    mean = np.sum((total * g)[good]) / np.sum(total[good])
    choices = {
        "LS": base + g**2 / (2 * total),
        "LS2": factor**2 * (base + d**2 / (2 * total)),
        "UB": base + (1 - (free - 2) / (free * factor**2)) * g**2,
        "AV": base + mean**2 / (2 * total),
    }
    return Pair(g, _choose(types, choices))


def _choose(types: np.ndarray, choices: dict[str, FloatArray]) -> FloatArray:
    """The variance of the type asked for, study by study."""
    return np.select([types == name for name in choices], list(choices.values()), np.nan)


def heteroscedastic_smd(data: Columns, options: Options) -> Pair:
    """SMD on the root of the mean of both variances (Bonett 2008, 2009)."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    square = (s1**2 + s2**2) / 2
    factor = small_sample_factor(n1 + n2 - 2) if options.correct else np.ones(len(m1))
    g = factor * (m1 - m2) / np.sqrt(square)
    vi = (
        g**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * square**2)
        + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / square
    )
    return Pair(g, vi)


def glass_delta(data: Columns, options: Options) -> Pair:
    """Glass's delta: standardized by group 2; equal variances assumed."""
    m1, n1, m2, s2, n2 = data.need("m1i n1i m2i sd2i n2i")
    factor = small_sample_factor(n2 - 1) if options.correct else np.ones(len(m1))
    g = factor * (m1 - m2) / s2
    return Pair(g, 1 / n1 + 1 / n2 + g**2 / (2 * n2))


def heteroscedastic_glass_delta(data: Columns, options: Options) -> Pair:
    """Glass's delta without assuming equal variances (Bonett 2008)."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    factor = small_sample_factor(n2 - 1) if options.correct else np.ones(len(m1))
    g = factor * (m1 - m2) / s2
    return Pair(g, (s1 / s2) ** 2 / (n1 - 1) + 1 / (n2 - 1) + g**2 / (2 * (n2 - 1)))


def ratio_of_means(data: Columns, options: Options) -> Pair:
    """Log ratio of means, corrected to second order (Lajeunesse 2015) unless ``correct=False``."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    c1, c2 = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    yi = np.log(m1 / m2)
    if options.correct:
        return Pair(yi + 0.5 * (c1 - c2), c1 + c2)
    return Pair(yi, c1 + c2)


def variability_ratio(data: Columns, options: Options) -> Pair:
    """Log ratio of standard deviations (Nakagawa et al. 2015)."""
    s1, n1, s2, n2 = data.need("sd1i n1i sd2i n2i")
    h1, h2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    shift = h1 - h2 if options.correct else 0.0
    return Pair(np.log(s1 / s2) + shift, h1 + h2)


def coefficient_of_variation_ratio(data: Columns, options: Options) -> Pair:
    """Log ratio of coefficients of variation (Nakagawa et al. 2015)."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    h1, h2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    c1, c2 = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    shift = h1 - h2 - 0.5 * (c1 - c2) if options.correct else 0.0
    yi = np.log((s1 / m1) / (s2 / m2)) + shift
    return Pair(np.where((m1 > 0) & (m2 > 0), yi, np.nan), c1 + h1 + c2 + h2)


def _point_biserial(data: Columns) -> list[FloatArray]:
    """The correlation, Cohen's d and the group sizes."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    d = (m1 - m2) / pooled_sd(s1, n1, s2, n2)
    free = n1 + n2 - 2
    return [d / np.sqrt(d**2 + free / n1 + free / n2), d, n1, n2]


def point_biserial(data: Columns, options: Options) -> Pair:
    """Correlation of group and outcome, group sizes fixed (``ST``, as ``LS``) or not (``CS``)."""
    r, d, n1, n2 = _point_biserial(data)
    types = np.array(options.variance_types(len(r), "LS ST CS"))
    total = n1 + n2
    p, q = n1 / total, n2 / total
    h = (total - 2) * (1 / n1 + 1 / n2)
    fixed = h**2 / (d**2 + h) ** 3 * (1 / n1 + 1 / n2 + d**2 / (2 * total))
    crossed = (1 - r**2) ** 2 * (1 - 1.5 * r**2 + r**2 / (4 * p * q)) / total
    return Pair(r, np.where(types == "CS", crossed, fixed))


def biserial(data: Columns, options: Options) -> Pair:
    """Biserial correlation; variance of Soper 1914, the cut at the group sizes."""
    r, _, n1, n2 = _point_biserial(data)
    total = n1 + n2
    p, q = n1 / total, n2 / total
    z = special.ndtri(p)
    f = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    root = np.sqrt(p * q)
    b = root / f * r
    edge = 1.5 + (1 - q * z / f) * (1 + p * z / f)
    inside = np.clip(
        b, -1, 1
    )  # the estimate may leave the range, its variance has no meaning there
    vi = (p * q / f**2 - edge * inside**2 + inside**4) / (total - 1)
    return Pair(b, vi)


def common_language(data: Columns, options: Options) -> Pair:
    """P(a value of group 1 exceeds one of group 2) as reported, ``ai`` (the area under the curve);
    variance by method 4 of Newcombe 2006."""
    a, n1, n2 = data.need("ai n1i n2i")
    mid = (n1 + n2) / 2 - 1
    inner = 1 + mid * (1 - a) / (2 - a) + mid * a / (1 + a)
    return Pair(a, a * (1 - a) * inner / (n1 * n2))


def common_language_normal(data: Columns, options: Options) -> Pair:
    """The same from means of normal outcomes: Φ((m1 - m2)/sqrt(s1² + s2²))."""
    m1, s1, n1, m2, s2, n2 = _two_groups(data)
    total = s1**2 + s2**2
    z = (m1 - m2) / np.sqrt(total)
    spread = (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / total + z**2 / (2 * total**2) * (
        s1**4 / (n1 - 1) + s2**4 / (n2 - 1)
    )
    yi = np.where(total > 0, special.ndtr(z), np.nan)
    return Pair(yi, np.exp(-z * z) / (2 * np.pi) * spread)


# --------------------------------------------------------------------- change within one group


def mean_change(data: Columns, options: Options) -> Pair:
    """Mean change; v = (s1² + s2² - 2 r s1 s2)/n."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    return Pair(m1 - m2, (s1**2 + s2**2 - 2 * r * s1 * s2) / n)


def smc_change(data: Columns, options: Options) -> Pair:
    """Change standardized by the standard deviation of the changes (Gibbons et al. 1993)."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    factor = small_sample_factor(n - 1) if options.correct else np.ones(len(n))
    g = factor * (m1 - m2) / np.sqrt(s1**2 + s2**2 - 2 * r * s1 * s2)
    return Pair(g, 1 / n + g**2 / (2 * n))


def smc_raw(data: Columns, options: Options) -> Pair:
    """Change standardized by the first measurement (Becker 1988)."""
    m1, s1, m2, r, n = data.need("m1i sd1i m2i ri ni")
    factor = small_sample_factor(n - 1) if options.correct else np.ones(len(n))
    g = factor * (m1 - m2) / s1
    return Pair(g, 2 * (1 - r) / n + g**2 / (2 * n))


def smc_raw_heteroscedastic(data: Columns, options: Options) -> Pair:
    """The same without equal variances (Bonett 2008)."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    factor = small_sample_factor(n - 1) if options.correct else np.ones(len(n))
    g = factor * (m1 - m2) / s1
    change = s1**2 + s2**2 - 2 * r * s1 * s2
    return Pair(g, change / (s1**2 * (n - 1)) + g**2 / (2 * (n - 1)))


def smc_pooled(data: Columns, options: Options) -> Pair:
    """Change standardized by the mean of both variances, which are assumed equal."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    factor = small_sample_factor(2 * (n - 1) / (1 + r**2)) if options.correct else np.ones(len(n))
    g = factor * (m1 - m2) / np.sqrt((s1**2 + s2**2) / 2)
    return Pair(g, 2 * (1 - r) / n + g**2 * (1 + r**2) / (4 * n))


def smc_pooled_heteroscedastic(data: Columns, options: Options) -> Pair:
    """The same without equal variances (Bonett 2008)."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    factor = small_sample_factor(2 * (n - 1) / (1 + r**2)) if options.correct else np.ones(len(n))
    square = (s1**2 + s2**2) / 2
    g = factor * (m1 - m2) / np.sqrt(square)
    spread = g**2 * (s1**4 + s2**4 + 2 * r**2 * s1**2 * s2**2) / (8 * square**2 * (n - 1))
    return Pair(g, spread + (s1**2 + s2**2 - 2 * r * s1 * s2) / (square * (n - 1)))


def ratio_of_means_change(data: Columns, options: Options) -> Pair:
    """Log ratio of the means before and after (Lajeunesse 2011)."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    c1, c2 = s1**2 / (n * m1**2), s2**2 / (n * m2**2)
    yi = np.log(m1 / m2)
    shared = 2 * r * s1 * s2 / (m1 * m2 * n)
    if options.correct:
        return Pair(yi + 0.5 * (c1 - c2), c1 + c2 - shared)
    return Pair(yi, c1 + c2 - shared)


def variability_ratio_change(data: Columns, options: Options) -> Pair:
    """Log ratio of the standard deviations before and after."""
    s1, s2, r, n = data.need("sd1i sd2i ri ni")
    return Pair(np.log(s1 / s2), (1 - r**2) / (n - 1))


def coefficient_of_variation_ratio_change(data: Columns, options: Options) -> Pair:
    """Log ratio of the coefficients of variation before and after."""
    m1, s1, m2, s2, r, n = data.need("m1i sd1i m2i sd2i ri ni")
    c1, c2 = s1**2 / (n * m1**2), s2**2 / (n * m2**2)
    yi = np.log((s1 / m1) / (s2 / m2)) - (0.5 * (c1 - c2) if options.correct else 0.0)
    vi = (1 - r**2) / (n - 1) + c1 + c2 - 2 * r * s1 * s2 / (m1 * m2 * n)
    return Pair(np.where((m1 > 0) & (m2 > 0), yi, np.nan), vi)


# ------------------------------------------------------------------- correlation and reliability


def correlation(data: Columns, options: Options) -> Pair:
    """Raw correlation; v = (1 - r²)²/(n - 1) (``AV``: with the mean r)."""
    r, n = data.need("ri ni")
    types = np.array(options.variance_types(len(r), "LS AV"))
    good = np.isfinite(r) & np.isfinite(n)
    mean = np.sum((n * r)[good]) / np.sum(n[good])
    return Pair(r, (1 - np.where(types == "AV", mean, r) ** 2) ** 2 / (n - 1))


def _hypergeometric(a: float, b: float, c: FloatArray, x: FloatArray) -> FloatArray:
    """2F1(a, b; c; x) for 0 <= x <= 1; by its series where c is large, where scipy gives NaN."""
    found = np.asarray(special.hyp2f1(a, b, c, x), float)
    lost = ~np.isfinite(found) & np.isfinite(c) & (c > 10)
    if lost.any():
        term, total = np.ones(int(lost.sum())), np.ones(int(lost.sum()))
        for i in range(500):
            term = term * (a + i) * (b + i) / ((c[lost] + i) * (i + 1)) * x[lost]
            total = total + term
            if (np.abs(term) <= 1e-17 * np.abs(total)).all():
                break
        found[lost] = total
    return found


def unbiased_correlation(data: Columns, options: Options) -> Pair:
    """Olkin & Pratt 1958: r 2F1(1/2, 1/2; (n - 2)/2; 1 - r²); ``UB``: their unbiased variance."""
    r, n = data.need("ri ni")
    types = np.array(options.variance_types(len(r), "LS UB AV"))
    yi = r * _hypergeometric(0.5, 0.5, (n - 2) / 2, 1 - r**2)
    good = np.isfinite(yi) & np.isfinite(n)
    mean = np.sum((n * yi)[good]) / np.sum(n[good])
    series = _hypergeometric(1.0, 1.0, n / 2, 1 - r**2)
    choices = {
        "LS": (1 - yi**2) ** 2 / (n - 1),
        "UB": yi**2 - 1 + (n - 3) / (n - 2) * (1 - r**2) * series,
        "AV": (1 - mean**2) ** 2 / (n - 1) * np.ones(len(r)),
    }
    return Pair(yi, _choose(types, choices))


def z_correlation(data: Columns, options: Options) -> Pair:
    """Fisher's z; v = 1/(n - 3)."""
    r, n = data.need("ri ni")
    return Pair(np.arctanh(r), 1 / (n - 3))


def partial_correlation(data: Columns, options: Options) -> Pair:
    """Partial correlation with ``mi`` other variables; v = (1 - r²)²/(n - m - 1)."""
    r, m, n = data.need("ri mi ni")
    return Pair(r, (1 - r**2) ** 2 / (n - m - 1))


def z_partial_correlation(data: Columns, options: Options) -> Pair:
    """Fisher's z of a partial correlation; v = 1/(n - m - 3)."""
    r, m, n = data.need("ri mi ni")
    return Pair(np.arctanh(r), 1 / (n - m - 3))


def alpha_raw(data: Columns, options: Options) -> Pair:
    """Cronbach's alpha ``ai`` of ``mi`` items."""
    a, m, n = data.need("ai mi ni")
    return Pair(a, 2 * m * (1 - a) ** 2 / ((m - 1) * (n - 2)))


def alpha_hakstian_whalen(data: Columns, options: Options) -> Pair:
    """1 - (1 - alpha)^(1/3) (Hakstian & Whalen 1976)."""
    a, m, n = data.need("ai mi ni")
    vi = 18 * m * (n - 1) * (1 - a) ** (2 / 3) / ((m - 1) * (9 * n - 11) ** 2)
    return Pair(1 - (1 - a) ** (1 / 3), vi)


def alpha_bonett(data: Columns, options: Options) -> Pair:
    """-log(1 - alpha) (Bonett 2002)."""
    a, m, n = data.need("ai mi ni")
    return Pair(-np.log(1 - a), 2 * m / ((m - 1) * (n - 2)))


def _cohen(data: Columns, options: Options) -> Pair:
    """Cohen's d, what the conversions to odds ratios start from."""
    return standardized_mean_difference(data, replace(options, correct=False))


MEASURES = {
    m.code: m
    for m in (
        Measure("MD", "mean difference", "means", mean_difference),
        Measure("SMD", "standardized mean difference", "means", standardized_mean_difference),
        Measure(
            "SMDH", "standardized mean difference, unequal variances", "means", heteroscedastic_smd
        ),
        Measure("SMD1", "standardized by group 2 (Glass)", "means", glass_delta),
        Measure(
            "SMD1H",
            "standardized by group 2, unequal variances",
            "means",
            heteroscedastic_glass_delta,
        ),
        Measure("ROM", "log ratio of means", "means", ratio_of_means),
        Measure("VR", "log variability ratio", "means", variability_ratio),
        Measure(
            "CVR", "log ratio of coefficients of variation", "means", coefficient_of_variation_ratio
        ),
        Measure("RPB", "point-biserial correlation", "means", point_biserial),
        Measure(
            "ZPB",
            "point-biserial, Fisher's z",
            "means",
            lambda d, o: fisher_z(point_biserial(d, o)),
        ),
        Measure("RBIS", "biserial correlation", "means", biserial),
        Measure("ZBIS", "biserial, Fisher's z", "means", lambda d, o: fisher_z(biserial(d, o))),
        Measure(
            "D2OR",
            "log odds ratio from SMD (logistic)",
            "means",
            lambda d, o: scaled(_cohen(d, o), 1 / LOGISTIC),
        ),
        Measure(
            "D2ORL",
            "log odds ratio from SMD (logistic)",
            "means",
            lambda d, o: scaled(_cohen(d, o), 1 / LOGISTIC),
        ),
        Measure(
            "D2ORN",
            "log odds ratio from SMD (normal)",
            "means",
            lambda d, o: scaled(_cohen(d, o), 1 / NORMAL),
        ),
        Measure("CLES", "common language effect size", "means", common_language),
        Measure(
            "CLESN", "common language effect size, normal outcomes", "means", common_language_normal
        ),
        Measure("MC", "mean change", "change", mean_change),
        Measure("SMCC", "standardized mean change (change scores)", "change", smc_change),
        Measure("SMCR", "standardized mean change (first scores)", "change", smc_raw),
        Measure(
            "SMCRH",
            "standardized mean change, unequal variances",
            "change",
            smc_raw_heteroscedastic,
        ),
        Measure("SMCRP", "standardized mean change (pooled)", "change", smc_pooled),
        Measure(
            "SMCRPH",
            "standardized mean change (pooled), unequal variances",
            "change",
            smc_pooled_heteroscedastic,
        ),
        Measure("ROMC", "log ratio of means, change", "change", ratio_of_means_change),
        Measure("VRC", "log variability ratio, change", "change", variability_ratio_change),
        Measure(
            "CVRC",
            "log ratio of coefficients of variation, change",
            "change",
            coefficient_of_variation_ratio_change,
        ),
        Measure("COR", "correlation", "correlation", correlation),
        Measure("UCOR", "correlation, unbiased", "correlation", unbiased_correlation),
        Measure("ZCOR", "correlation, Fisher's z", "correlation", z_correlation),
        Measure("PCOR", "partial correlation", "correlation", partial_correlation),
        Measure("ZPCOR", "partial correlation, Fisher's z", "correlation", z_partial_correlation),
        Measure("ARAW", "Cronbach's alpha", "alpha", alpha_raw),
        Measure("AHW", "Cronbach's alpha (Hakstian-Whalen)", "alpha", alpha_hakstian_whalen),
        Measure("ABT", "Cronbach's alpha (Bonett)", "alpha", alpha_bonett),
    )
}
