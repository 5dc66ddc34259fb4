"""Pooling 2x2 tables as R's package meta does (``metabin``), to the last digits.

After its documentation (Balduzzi, Ruecker & Schwarzer 2019, Evid Based Ment Health 22:153) and its
results. What differs from the defaults here: 1/2 is added to the cells of studies with an empty
cell also when pooling with Mantel-Haenszel; the risk ratio of such a study has n + 1/2 below it,
not n + 1; a risk difference keeps its raw value and takes only its variance from the corrected
cells; studies without events (or only with events) in both arms are left out for RR, OR and Peto;
I2 and H2 come from Q also with random effects; with Mantel-Haenszel and DerSimonian-Laird, tau2 may
come from Q about the Mantel-Haenszel estimate (``q_cochrane``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, label, vector
from sinteza.stats.distributions import chi2_p, critical, normal_quantile, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.measures import effect_sizes
from sinteza.stats.measures_binary import Columns, Tables, tables
from sinteza.stats.pooling import FIXED, Pooled, pool
from sinteza.stats.revman import about
from sinteza.stats.tables import mantel_haenszel, risk_difference_greenland

METHODS = ("MH", "IV", "PETO", "SSW")
MEASURES = ("RR", "OR", "RD", "AS")


@guarded
def pool_meta(
    measure: str,
    *,
    method: str = "MH",
    random: bool = False,
    tau2: str = "REML",
    test: str = "z",
    q_cochrane: bool = True,
    interval: str | None = "t",
    level: float = 0.95,
    labels: Sequence[str] | None = None,
    **columns: ArrayLike | None,
) -> Pooled:
    """RR, OR, RD or AS (``ai n1i ci n2i`` or ``ai bi ci di``) pooled as R's meta does.

    ``method``: ``MH``, ``IV`` (meta: "Inverse"), ``PETO`` (OR only) or ``SSW`` (weights
    n1 n2/(n1 + n2), Bakbergenuly, Hoaglin & Kulinskaya 2020). ``random``: with the variance between
    studies by ``tau2`` (meta: ``method.tau``) and ``test`` z, knha, adhoc or kr (meta: ``classic``,
    ``HK``, ``HK`` with ``adhoc.hakn.ci = "se"``, ``KR``). ``q_cochrane``: with MH and DL, tau2 from
    Q about the Mantel-Haenszel estimate. ``interval``: ``t`` (meta: "V", k - 1 degrees of freedom),
    ``riley`` ("HTS") or ``normal`` ("S"); None for the default of the test.

    Raises TooFewStudies when no study can be pooled, SynthesisError for combinations meta has not.
    """
    if method not in METHODS:
        raise SynthesisError(f"meta has no method {method!r}", hint=" ".join(METHODS))
    if measure not in MEASURES or (method == "PETO" and measure != "OR"):
        raise SynthesisError(f"meta does not pool {measure} by {method}", hint="RR OR RD AS")
    if method == "MH" and measure == "AS":
        raise SynthesisError("Mantel-Haenszel does not pool AS", hint="method='IV'")
    given = {n: vector(v, n) for n, v in columns.items() if v is not None}
    t = tables(Columns(measure, given))
    yi, vi = study_effects("PETO" if method == "PETO" else measure, t)
    names = None if labels is None else label(labels, len(yi))
    rest: dict[str, Any] = {"level": level, "labels": names}
    common: Pooled = pool(yi, vi, method="EE", test="z", measure=measure, **rest)
    if method == "MH":
        common = _common_mh(measure, t, common)
    elif method == "PETO":
        common = replace(common, method="PETO")  # the inverse-variance mean of Peto's estimates
    weights = None
    if method == "SSW":
        weights = t.n1i * t.n2i / (t.n1i + t.n2i)
        common = _from_q(
            pool(yi, vi, method="EE", test="z", weights=weights, measure=measure, **rest),
            common.q, common.q_df,
        )  # fmt: skip
    if not random:
        return replace(common, zero="meta")
    if method == "MH" and tau2 == "DL" and q_cochrane:
        if test != "z":
            raise SynthesisError("with q_cochrane the test is z", hint="q_cochrane=False")
        found = about(common, common.estimate, level)
        if interval in ("t", "riley"):
            half = critical(level, common.q_df - (interval == "riley"))
            half *= float(np.sqrt(found.tau2 + found.se**2))
            found = replace(found, pi_low=found.estimate - half, pi_high=found.estimate + half)
        return replace(found, zero="meta")
    found = pool(
        yi, vi, method=tau2, test=test, measure=measure, interval=interval if test == "z" else None,
        weights=weights, **rest,
    )  # fmt: skip
    return replace(_from_q(found, found.q, found.q_df), zero="meta")


def study_effects(measure: str, t: Tables) -> tuple[FloatArray, FloatArray]:
    """Estimates and variances of the studies with meta's rule for empty cells (RR OR RD AS PETO).

    NaN for studies without events, or only with events, in both arms (but for RD and AS).
    """
    made, _ = t.corrected(0.5, "only0")
    with np.errstate(all="ignore"):
        if measure == "RR":
            n1, n2 = (made.n1i + t.n1i) / 2, (made.n2i + t.n2i) / 2
            yi = np.log(made.ai / n1) - np.log(made.ci / n2)
            vi = 1 / made.ai - 1 / n1 + 1 / made.ci - 1 / n2
            return np.where(t.double_zero, np.nan, yi), np.where(t.double_zero, np.nan, vi)
        if measure == "RD":
            p1, p2 = made.ai / made.n1i, made.ci / made.n2i
            vi = p1 * (1 - p1) / made.n1i + p2 * (1 - p2) / made.n2i
            return t.ai / t.n1i - t.ci / t.n2i, vi
    to = "none" if measure == "PETO" else "only0"
    made_sizes = effect_sizes(measure, to=to, drop00=measure in ("OR", "PETO"), **_cells(t))
    return made_sizes.yi, made_sizes.vi


def _cells(t: Tables) -> dict[str, Any]:
    return {"ai": t.ai, "bi": t.bi, "ci": t.ci, "di": t.di}


def _common_mh(measure: str, t: Tables, inverse: Pooled) -> Pooled:
    """The Mantel-Haenszel estimate in place of the inverse-variance one, Q about it."""
    if measure == "RD":
        estimate, se, weight = risk_difference_greenland(t.where(inverse.used))
    else:
        found = mantel_haenszel(measure, zero="revman", **_cells(t))
        complete = found.used
        weight = np.full(len(complete), np.nan)
        weight[complete] = found.weights
        estimate, se, weight = found.estimate, found.se, weight[inverse.used]
    half = critical(inverse.level, None) * se
    z = estimate / se if se > 0 else float("nan")
    q = float(np.sum((inverse.yi - estimate) ** 2 / inverse.vi))
    return _from_q(
        replace(
            inverse, method="MH", estimate=estimate, se=se, statistic=z, p=float(t_p(z, None)),
            ci_low=estimate - half, ci_high=estimate + half, weights=100 * weight / weight.sum(),
            loglik=float("nan"), deviance=float("nan"), aic=float("nan"), bic=float("nan"),
            aicc=float("nan"),
        ),
        q, inverse.q_df,
    )  # fmt: skip


def _from_q(found: Pooled, q: float, df: int) -> Pooled:
    """The same result with this Q, and I2 and H2 from it (H2 at least 1)."""
    return replace(
        found, q=q, q_df=df, q_p=float(chi2_p(q, df)) if df else 1.0,
        h2=max(1.0, q / df) if df else 1.0, i2=100 * max(0.0, (q - df) / q) if q > 0 else 0.0,
    )  # fmt: skip


@guarded
def between_share(found: Pooled) -> tuple[float, float, float]:
    """Rb: the mean over the studies of tau2/(tau2 + v), in percent, with its interval.

    Crippa, Khudyakov, Wang, Orsini & Spiegelman 2016 (Stat Med 35:3661): unlike I2 it needs no
    "typical" sampling variance. The interval is by the delta method, cut at 0 and 100: Var(Q) at
    this tau2, and the slope of Rb in Q at tau2 = (Q - df)/C, C = S1 - S2/S1 with S_j the sums of
    1/v^j. Raises SynthesisError for a fit without a variance between studies, TooFewStudies for
    one study.
    """
    if found.method in FIXED or not np.isfinite(found.tau2):
        raise SynthesisError("an equal-effects fit has no variance between studies", hint="DL")
    df, t = found.k - 1, found.tau2
    if df < 1:
        raise TooFewStudies("one study tells nothing about differences between studies")
    if (found.vi <= 0).any():
        raise SynthesisError("a sampling variance is zero", hint="leave that study out")
    unit = float(found.vi.min())  # in its own size, so that no power leaves double precision
    v, t = found.vi / unit, t / unit
    s1, s2, s3 = (float(np.sum(v**-j)) for j in (1, 2, 3))
    c = s1 - s2 / s1
    spread = 2 * df + 4 * c * t + 2 * (s2 - 2 * s3 / s1 + (s2 / s1) ** 2) * t**2
    slope = float(np.mean(v / (v + (found.q - df) / c) ** 2)) / c
    half = float(normal_quantile(0.5 + found.level / 2)) * slope * float(np.sqrt(spread))
    share = float(np.mean(t / (v + t)))
    return 100 * share, 100 * max(0.0, share - half), 100 * min(1.0, share + half)
