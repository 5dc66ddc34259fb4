"""Mantel-Haenszel for events over person-time (Greenland & Robins 1985; Rothman et al. 2008)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray, label
from sinteza.stats.distributions import chi2_p
from sinteza.stats.measures_binary import Columns
from sinteza.stats.pooling import Pooled


def mantel_haenszel_rates(
    measure: str, data: Columns, *, level: float, labels: Sequence[str] | None, zero: str
) -> Pooled:
    """IRR (log) or IRD over ``x1i t1i x2i t2i``."""
    from sinteza.stats.measures import effect_sizes
    from sinteza.stats.tables import Direct

    columns = data.need("x1i t1i x2i t2i")
    used = np.asarray(np.isfinite(np.column_stack(columns)).all(axis=1))
    names = tuple(n for n, u in zip(label(labels, len(used)), used, strict=True) if u)
    x1, t1, x2, t2 = (c[used] for c in columns)
    notes = []
    if not used.all():
        notes.append(say.MISSING_COUNTS.format(count=int((~used).sum()), k=len(used)))
    if not len(x1) or min(x1.min(), x2.min()) < 0 or min(t1.min(), t2.min()) <= 0:
        raise SynthesisError("events must not be negative and person-time must be positive")
    if zero == "revman":
        plus = np.where((x1 == 0) | (x2 == 0), 0.5, 0.0)
        x1, x2 = x1 + plus, x2 + plus
    found, variance, weight = (_irr if measure == "IRR" else _ird)(x1, t1, x2, t2)
    single = effect_sizes(measure, x1i=x1, t1i=t1, x2i=x2, t2i=t2, drop00=True)
    extra = _association(x1, t1, x2, t2) if measure == "IRR" else {}
    plan = Direct(measure, "MH", level, zero, used, names, notes, extra)
    return plan.result(single.yi, single.vi, found, variance, weight)


def _irr(
    x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray
) -> tuple[float, float, FloatArray]:
    total = t1 + t2
    r, s = x1 * t2 / total, x2 * t1 / total
    d = t1 * t2 * (x1 + x2) / total**2
    if r.sum() <= 0 or s.sum() <= 0:
        raise TooFewStudies("one of the two groups has no event in any study")
    return float(np.log(r.sum() / s.sum())), float(d.sum() / (r.sum() * s.sum())), s


def _ird(
    x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray
) -> tuple[float, float, FloatArray]:
    total = t1 + t2
    weight = t1 * t2 / total
    found = float(np.sum((x1 * t2 - x2 * t1) / total) / weight.sum())
    variance = np.sum((t1 * t2 / total) ** 2 * (x1 / t1**2 + x2 / t2**2)) / weight.sum() ** 2
    return found, float(variance), weight


def _association(
    x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray
) -> dict[str, float]:
    """The test that the rates are equal: (|O - E| - 1/2)² / V."""
    total, events = t1 + t2, x1 + x2
    gap = abs(float(np.sum(x1 - events * t1 / total)))
    variance = float(np.sum(events * (t1 / total) * (t2 / total)))
    value = max(0.0, gap - 0.5) ** 2 / variance
    return {"mh": value, "mh_p": float(chi2_p(value, 1))}
