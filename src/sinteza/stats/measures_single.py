"""Measures of rates, of proportions and of single arms, and GEN.

Sources: Freeman & Tukey 1950; Rothman, Greenland & Lash 2008.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats import notes as say
from sinteza.stats import special
from sinteza.stats.arrays import BoolArray, FloatArray, same_length
from sinteza.stats.measures_binary import Columns, Measure, Options, Pair


def touched_by(empty: BoolArray, to: str) -> BoolArray:
    """The studies the zero-cell rule names."""
    if to == "all":
        return np.ones(len(empty), bool)
    if to == "if0all":
        return np.full(len(empty), bool(empty.any()))
    return empty if to == "only0" else np.zeros(len(empty), bool)


def _proportions(data: Columns, options: Options) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Events and sizes, corrected where the rule says so."""
    if data.has("mi") and not data.has("ni"):
        x, m = data.need("xi mi")
    else:
        x, n = data.need("xi ni")
        m = n - x
    if (x < 0).any() or (m < 0).any():
        row = int(np.flatnonzero((x < 0) | (m < 0))[0]) + 1
        raise SynthesisError("events must lie between 0 and the group size", where=f"row {row}")
    touched = touched_by((x == 0) | (m == 0), options.to)
    plus = np.where(touched, options.add, 0.0)
    notes: tuple[str, ...] = ()
    if touched.any() and options.add:
        notes = (say.ADDED.format(add=f"{options.add:g}", count=int(touched.sum())),)
    return x + plus, x + m + 2 * plus, notes


def proportion(data: Columns, options: Options) -> Pair:
    """Raw proportion; v = p(1-p)/n."""
    x, n, notes = _proportions(data, options)
    p = x / n
    return Pair(p, p * (1 - p) / n, notes)


def logit_proportion(data: Columns, options: Options) -> Pair:
    """Log odds; v = 1/x + 1/(n - x)."""
    x, n, notes = _proportions(data, options)
    return Pair(np.log(x / (n - x)), 1 / x + 1 / (n - x), notes)


def log_proportion(data: Columns, options: Options) -> Pair:
    """Log proportion; v = 1/x - 1/n."""
    x, n, notes = _proportions(data, options)
    return Pair(np.log(x / n), 1 / x - 1 / n, notes)


def probit_proportion(data: Columns, options: Options) -> Pair:
    """Probit of the proportion; v = 2π p(1-p) exp(z²)/n."""
    x, n, notes = _proportions(data, options)
    p = x / n
    z = special.ndtri(p)
    return Pair(z, 2 * np.pi * p * (1 - p) * np.exp(z * z) / n, notes)


def _uncorrected(options: Options) -> Options:
    return replace(options, to="none")


def arcsine_proportion(data: Columns, options: Options) -> Pair:
    """Arcsine of the square root; v = 1/(4n). No cell is ever corrected."""
    x, n, notes = _proportions(data, _uncorrected(options))
    return Pair(np.arcsin(np.sqrt(x / n)), 1 / (4 * n), notes)


def freeman_tukey_proportion(data: Columns, options: Options) -> Pair:
    """Freeman-Tukey double arcsine (half the sum); v = 1/(4n + 2). No cell is ever corrected."""
    x, n, notes = _proportions(data, _uncorrected(options))
    yi = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return Pair(yi, 1 / (4 * n + 2), notes)


# ----------------------------------------------------------------------------------------- rates


def _checked_rates(x: FloatArray, t: FloatArray) -> None:
    bad = (x < 0) | (t <= 0)
    if bad.any():
        raise SynthesisError(
            "events must not be negative and person-time must be positive",
            where=f"row {int(np.flatnonzero(bad)[0]) + 1}",
        )


def _corrected_counts(
    columns: list[FloatArray], options: Options
) -> tuple[list[FloatArray], tuple[str, ...]]:
    """Counts with ``add`` where the rule names the study."""
    empty = np.any([x == 0 for x in columns], axis=0)
    touched = touched_by(np.asarray(empty), options.to)
    plus = np.where(touched, options.add, 0.0)
    notes: tuple[str, ...] = ()
    if touched.any() and options.add:
        notes = (say.ADDED_EVENTS.format(add=f"{options.add:g}", count=int(touched.sum())),)
    return [x + plus for x in columns], notes


def _two_rates(data: Columns, options: Options) -> tuple[list[FloatArray], tuple[str, ...]]:
    """x1 t1 x2 t2, corrected; studies without any event NaN when they are left out."""
    x1, t1, x2, t2 = data.need("x1i t1i x2i t2i")
    _checked_rates(x1, t1)
    _checked_rates(x2, t2)
    (a1, a2), notes = _corrected_counts([x1, x2], options)
    if options.drop00:
        gone = (x1 == 0) & (x2 == 0)
        a1 = np.where(gone, np.nan, a1)
    return [a1, t1, a2, t2], notes


def rate_ratio(data: Columns, options: Options) -> Pair:
    """Log rate ratio; v = 1/x1 + 1/x2."""
    (x1, t1, x2, t2), notes = _two_rates(data, options)
    return Pair(np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2, notes)


def rate_difference(data: Columns, options: Options) -> Pair:
    """Rate difference; v = x1/t1² + x2/t2²."""
    (x1, t1, x2, t2), notes = _two_rates(data, options)
    return Pair(x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2, notes)


def root_rate_difference(data: Columns, options: Options) -> Pair:
    """Difference of square roots of rates; v = 1/(4 t1) + 1/(4 t2). No cell is ever corrected."""
    (x1, t1, x2, t2), notes = _two_rates(data, _uncorrected(options))
    return Pair(np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2), notes)


def _one_rate(data: Columns, options: Options) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    x, t = data.need("xi ti")
    _checked_rates(x, t)
    (made,), notes = _corrected_counts([x], options)
    return made, t, notes


def rate(data: Columns, options: Options) -> Pair:
    """Rate; v = x/t²."""
    x, t, notes = _one_rate(data, options)
    return Pair(x / t, x / t**2, notes)


def log_rate(data: Columns, options: Options) -> Pair:
    """Log rate; v = 1/x."""
    x, t, notes = _one_rate(data, options)
    return Pair(np.log(x / t), 1 / x, notes)


def root_rate(data: Columns, options: Options) -> Pair:
    """Square root of the rate; v = 1/(4t). No cell is ever corrected."""
    x, t, notes = _one_rate(data, _uncorrected(options))
    return Pair(np.sqrt(x / t), 1 / (4 * t), notes)


def freeman_tukey_rate(data: Columns, options: Options) -> Pair:
    """Freeman-Tukey (half the sum of roots); v = 1/(4t). No cell is ever corrected."""
    x, t, notes = _one_rate(data, _uncorrected(options))
    return Pair((np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t), notes)


# ------------------------------------------------------------------------------------ single arms


def mean(data: Columns, options: Options) -> Pair:
    """Mean ``mi``; v = sd²/n."""
    m, s, n = data.need("mi sdi ni")
    return Pair(m, s**2 / n)


def log_mean(data: Columns, options: Options) -> Pair:
    """Log mean; v = sd²/(n m²)."""
    m, s, n = data.need("mi sdi ni")
    return Pair(np.log(m), s**2 / (n * m**2))


def log_sd(data: Columns, options: Options) -> Pair:
    """Log standard deviation, bias-corrected; v = 1/(2(n - 1))."""
    s, n = data.need("sdi ni")
    half = 1 / (2 * (n - 1))
    return Pair(np.log(s) + (half if options.correct else 0.0), half)


def log_cv(data: Columns, options: Options) -> Pair:
    """Log coefficient of variation, bias-corrected (Nakagawa et al. 2015)."""
    m, s, n = data.need("mi sdi ni")
    half = 1 / (2 * (n - 1))
    yi = np.log(s / m) + (half if options.correct else 0.0)
    return Pair(yi, half + s**2 / (n * m**2))


def generic(data: Columns, options: Options) -> Pair:
    """Estimates with their variances (or standard errors) as given."""
    if data.has("sei") and not data.has("vi"):
        yi, sei = data.need("yi sei")
        return Pair(yi, sei**2)
    yi, vi = data.need("yi vi")
    same_length({"yi": yi, "vi": vi})
    return Pair(yi, vi)


MEASURES = {
    m.code: m
    for m in (
        Measure("PR", "proportion", "proportion", proportion),
        Measure("PLO", "log odds", "proportion", logit_proportion),
        Measure("PLN", "log proportion", "proportion", log_proportion),
        Measure("PRZ", "probit", "proportion", probit_proportion),
        Measure("PAS", "arcsine square root proportion", "proportion", arcsine_proportion),
        Measure("PFT", "Freeman-Tukey double arcsine", "proportion", freeman_tukey_proportion),
        Measure("IRR", "log rate ratio", "rates", rate_ratio),
        Measure("IRD", "rate difference", "rates", rate_difference),
        Measure("IRSD", "square root rate difference", "rates", root_rate_difference),
        Measure("IR", "rate", "rate", rate),
        Measure("IRLN", "log rate", "rate", log_rate),
        Measure("IRS", "square root rate", "rate", root_rate),
        Measure("IRFT", "Freeman-Tukey rate", "rate", freeman_tukey_rate),
        Measure("MN", "mean", "mean", mean),
        Measure("MNLN", "log mean", "mean", log_mean),
        Measure("SDLN", "log standard deviation", "mean", log_sd),
        Measure("CVLN", "log coefficient of variation", "mean", log_cv),
        Measure("HR", "log hazard ratio (given)", "generic", generic),
        Measure("GEN", "generic estimate", "generic", generic),
    )
}
