"""Pooling as RevMan 5 does it, to the last digits it reports.

After Deeks & Higgins, Statistical algorithms in Review Manager 5 (2010). What differs from the
defaults here: 1/2 is added to the cells of studies with an empty cell also when pooling; studies
without events (or only with events) in both arms carry no weight for RR and OR; the standardized
mean difference uses the approximate factor 1 - 3/(4N - 9) and its own standard error; with random
effects and Mantel-Haenszel, tau2 is DerSimonian-Laird's from Q about the Mantel-Haenszel estimate;
tests are normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, vector
from sinteza.stats.distributions import chi2_p, critical, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.measures import effect_sizes
from sinteza.stats.measures_binary import Columns
from sinteza.stats.measures_continuous import pooled_sd
from sinteza.stats.pooling import Pooled, pool
from sinteza.stats.tables import mantel_haenszel, peto


@guarded
def pool_revman(
    measure: str,
    *,
    method: str = "MH",
    random: bool = False,
    level: float = 0.95,
    labels: Sequence[str] | None = None,
    **columns: Any,
) -> Pooled:
    """RR, OR or RD (``ai n1i ci n2i``), PETO, MD or SMD (``m1i sd1i n1i m2i sd2i n2i``), or GEN
    (``yi sei``), pooled as RevMan 5 does.

    ``method``: ``MH`` (2x2 tables only; the others are always inverse variance) or ``IV``;
    ``random``: DerSimonian-Laird. Estimates are on the log scale for ratios. Raises TooFewStudies
    when no study can be pooled.
    """
    if method not in ("MH", "IV"):
        raise SynthesisError(f"RevMan has no method {method!r}", hint="MH or IV")
    if measure == "PETO":
        return peto(level=level, labels=labels, **columns)
    tables = measure in ("RR", "OR", "RD")
    if tables and method == "MH" and not random:
        return mantel_haenszel(measure, zero="revman", level=level, labels=labels, **columns)
    yi, vi = _studies(measure, columns)
    fixed = pool(yi, vi, method="EE", test="z", level=level, measure=measure, labels=labels)
    if not random:
        return replace(fixed, zero="revman" if tables else "")
    if tables and method == "MH":
        centre = mantel_haenszel(measure, zero="revman", **columns).estimate
        return replace(about(fixed, centre, level), zero="revman")
    found = pool(yi, vi, method="DL", test="z", level=level, measure=measure, labels=labels)
    return replace(found, zero="revman" if tables else "")


def _studies(measure: str, columns: dict[str, Any]) -> tuple[FloatArray, FloatArray]:
    if measure == "SMD":
        data = Columns(measure, {n: vector(v, n) for n, v in columns.items() if v is not None})
        m1, s1, n1, m2, s2, n2 = data.need("m1i sd1i n1i m2i sd2i n2i")
        total = n1 + n2
        with np.errstate(divide="ignore", invalid="ignore"):
            g = (m1 - m2) / pooled_sd(s1, n1, s2, n2) * (1 - 3 / (4 * total - 9))
            vi = total / (n1 * n2) + g**2 / (2 * (total - 3.94))
        return g, np.where((s1 > 0) & (s2 > 0), vi, np.nan)
    es = effect_sizes(measure, drop00=measure in ("RR", "OR"), **columns)
    vi = np.where(es.vi > 0, es.vi, np.nan)  # a standard error of zero carries no weight
    if measure == "MD":  # nor does a group without spread: RevMan calls it not estimable
        spread = [vector(columns[c], c) for c in ("sd1i", "sd2i") if columns[c] is not None]
        vi = np.where(np.min(spread, axis=0) > 0, vi, np.nan)
    return es.yi, vi


def about(fixed: Pooled, centre: float, level: float) -> Pooled:
    """DerSimonian-Laird over the studies of a fit, with Q about another estimate."""
    y, v = fixed.yi, fixed.vi
    w = 1 / v
    df = len(y) - 1
    q = float(np.sum(w * (y - centre) ** 2)) if df else 0.0
    if not len(y):
        raise TooFewStudies("no study can be pooled")
    trace = float(w.sum() - np.sum(w * w) / w.sum())
    tau2 = max(0.0, (q - df) / trace) if df else 0.0
    square = float(np.sum(w**2) - 2 * np.sum(w**3) / w.sum() + (np.sum(w**2) / w.sum()) ** 2)
    spread = 2 * df + 4 * tau2 * trace + 2 * tau2**2 * square  # the variance of Q
    tau2_se = float(np.sqrt(spread)) / trace if df else float("nan")
    w = 1 / (v + tau2)
    estimate, se = float(np.sum(w * y) / w.sum()), float(1 / np.sqrt(w.sum()))
    half = critical(level, None) * se
    whole = critical(level, None) * float(np.sqrt(tau2 + se * se))
    return replace(
        fixed,
        method="DL",
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        p=float(t_p(estimate / se, None)),
        ci_low=estimate - half,
        ci_high=estimate + half,
        pi_low=estimate - whole,
        pi_high=estimate + whole,
        tau2=tau2,
        tau2_se=tau2_se,
        q=q,
        q_p=float(chi2_p(q, df)) if df else 1.0,
        i2=100 * max(0.0, (q - df) / q) if q > 0 else 0.0,
        h2=q / df if df else 1.0,
        weights=100 * w / w.sum(),
    )
