"""Measures of rates, of proportions and of single arms, and GEN.

Sources: Freeman & Tukey 1950; Rothman, Greenland & Lash 2008.
"""

from __future__ import annotations

import numpy as np

from sinteza.errors import SynthesisError
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
        notes = (f"{options.add:g} added to the cells of {int(touched.sum())} studies.",)
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
        Measure("GEN", "generic estimate", "generic", generic),
    )
}
