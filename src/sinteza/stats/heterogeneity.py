"""Confidence intervals of tau2, I2 and H2.

``QP`` Q-profile (Viechtbauer 2007); ``PL`` profile likelihood (Hardy & Thompson 1996); ``GENQ``
generalized Q (Jackson 2013), exact for known variances; ``HT`` Higgins & Thompson 2002, the test-
based interval of H; ``bootstrap`` parametric, percentile.
I2 and H2 are functions of tau2 for a set of variances, so their limits follow from its limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray
from sinteza.stats.distributions import chi2_quantile, normal_quantile
from sinteza.stats.guard import guarded
from sinteza.stats.linear import Model, model
from sinteza.stats.pooling import between_studies, usable
from sinteza.stats.tau2 import GRID_STEP, logliks, q_root

KINDS = ("QP", "PL", "GENQ", "HT", "bootstrap")


@dataclass(frozen=True, kw_only=True)
class HeterogeneityInterval:
    """tau2 (squared units of yi), tau, I2 (percent) and H2, each ``(estimate, low, high)``.

    ``kind``: how the limits were found; ``method``: the estimator; ``level``: 0.95; ``notes``.
    """

    kind: str
    method: str
    level: float
    tau2: tuple[float, float, float]
    tau: tuple[float, float, float]
    i2: tuple[float, float, float]
    h2: tuple[float, float, float]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a quantity: ``name estimate ci_low ci_high``."""
        return [
            {"name": name, "estimate": v[0], "ci_low": v[1], "ci_high": v[2]}
            for name, v in (
                ("tau2", self.tau2),
                ("tau", self.tau),
                ("I2", self.i2),
                ("H2", self.h2),
            )
        ]

    def summary(self) -> str:
        """A small table, notes under it."""
        from sinteza.stats.tabulate import table

        rows = [list(r.values()) for r in self.rows()]
        head = f"{100 * self.level:g}% intervals, {self.kind}, tau2 by {self.method}"
        body = table(["", "estimate", "low", "high"], rows)
        return "\n".join([head, body, *(f"Note: {n}" for n in self.notes)])


@guarded
def heterogeneity_interval(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    kind: str = "QP",
    method: str = "REML",
    mods: Any = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = 5000,
    seed: int = 20240101,
) -> HeterogeneityInterval:
    """An interval of tau2, I2 and H2.

    ``kind``: QP, PL (of ML when ``method="ML"``, else of REML), GENQ (with ``weights``, 1/vi when
    None), HT or bootstrap (``draws`` samples from ``seed``). ``method`` gives the point estimate;
    for PL it must be ML or REML, for GENQ it is the generalized Q estimator. ``mods`` as for
    :func:`sinteza.stats.pool`.

    Raises TooFewStudies with fewer than two studies (or no residual degree of freedom),
    SynthesisError for unknown kinds and variances of zero.
    """
    if kind not in KINDS:
        raise SynthesisError(f"there is no interval {kind!r}", hint=f"one of: {' '.join(KINDS)}")
    if kind == "PL" and method not in ("ML", "REML"):
        raise SynthesisError("a likelihood interval needs method ML or REML")
    if kind == "GENQ":
        method = "GENQ"
    m, notes, w = _prepare(yi, vi, mods, weights)
    estimate = between_studies(m, method, w)
    notes += estimate.notes
    low, high = _limits(m, kind, method, estimate.value, w, level, draws, seed)
    fixed = m.at(0.0)
    typical = m.df / m.traces(fixed)[0]
    if np.isnan(low):
        notes.append(say.EMPTY_INTERVAL)
        low = high = 0.0
    values = (estimate.value, low, high)
    square = m.scale**2
    return HeterogeneityInterval(
        kind=kind,
        method=method,
        level=level,
        tau2=_three(v * square for v in values),
        tau=_three(np.sqrt(v) * m.scale for v in values),
        i2=_three(100 * v / (v + typical) if np.isfinite(v) else 100.0 for v in values),
        h2=_three(1 + v / typical for v in values),
        notes=tuple(notes),
    )


def _three(values: Any) -> tuple[float, float, float]:
    a, b, c = (float(v) for v in values)
    return a, b, c


def _prepare(
    yi: ArrayLike, vi: ArrayLike, mods: Any, weights: ArrayLike | None
) -> tuple[Model, list[str], FloatArray | None]:
    from sinteza.stats.pooling import given_weights
    from sinteza.stats.regression import Design, design, independent

    if mods is None:
        s = usable(yi, vi)
        x = None
    else:
        plan = mods if isinstance(mods, Design) else design(mods)
        s = usable(yi, vi, also=plan.x)
        x = plan.x[s.used]
        x = x[:, independent(x)]
    m = model(s.yi, s.vi, x)
    if m.df < 1:
        raise TooFewStudies(
            f"{m.k} studies say nothing about the variance between them",
            hint="an interval needs more studies than coefficients",
        )
    if m.low <= 0:
        raise SynthesisError("a sampling variance is zero", hint="leave that study out")
    return m, list(s.notes), given_weights(weights, s.used)


def _limits(
    m: Model,
    kind: str,
    method: str,
    value: float,
    weights: FloatArray | None,
    level: float,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """The limits of tau2 (scaled); NaN for an empty interval."""
    tail = (1 - level) / 2
    if kind == "QP":
        least = float(chi2_quantile(tail, m.df))
        if m.at(0.0).rss < least:
            return np.nan, np.nan
        return q_root(m, float(chi2_quantile(1 - tail, m.df))), q_root(m, least)
    if kind == "PL":
        return profile_limits(m, value, restricted=method == "REML", level=level)
    if kind == "GENQ":
        return _generalized(m, 1 / m.v if weights is None else weights, tail)
    if kind == "HT":
        return _higgins_thompson(m, value, level)
    return _bootstrap(m, method, value, level, draws, seed)


def profile_limits(
    m: Model, value: float, *, restricted: bool, level: float
) -> tuple[float, float]:
    """Where the likelihood falls by half the chi-square quantile; the outermost such points, so
    that with several maxima the interval covers all that the data allow."""
    from scipy.optimize import brentq

    drop = 0.5 * float(chi2_quantile(level, 1))
    top = float(logliks(m, np.array([value]), restricted=restricted)[0]) - drop

    def excess(t: float) -> float:
        return float(logliks(m, np.array([t]), restricted=restricted)[0]) - top

    shift = m.low
    high = max(value, float(m.v.mean()))
    while excess(high) > 0:
        high *= 4
    # the likelihood may cross the line more than twice: look over a grid, then sharpen
    reach = 16 * max(high, m.ols)
    steps = int(np.ceil(np.log1p(reach / shift) / GRID_STEP)) + 2
    grid = shift * np.expm1(np.linspace(0, np.log1p(reach / shift), steps))
    grid = np.unique(np.append(grid, value))
    above = logliks(m, grid, restricted=restricted) > top
    above |= grid == value
    inside = np.flatnonzero(above)
    first, last = int(inside[0]), int(inside[-1])
    low = 0.0
    if first > 0:
        low = float(brentq(excess, grid[first - 1], grid[first], xtol=1e-300, rtol=1e-14))
    return low, float(brentq(excess, grid[last], grid[last + 1], xtol=1e-300, rtol=1e-14))


def _generalized(m: Model, weights: FloatArray, tail: float) -> tuple[float, float]:
    from sinteza.stats.quadratic import eigenvalues, quantile_tau2, survival

    fit = m.weigh(weights / weights.max())
    if survival(fit.rss, eigenvalues(m, fit, 0.0)) > 1 - tail:
        return np.nan, np.nan
    return quantile_tau2(m, fit, tail), quantile_tau2(m, fit, 1 - tail)


def _higgins_thompson(m: Model, value: float, level: float) -> tuple[float, float]:
    """exp(ln H ± z SE(ln H)) with H of the estimate, turned back into tau2."""
    q, df = m.at(0.0).rss, m.df
    if df < 2:
        raise TooFewStudies(
            "the test-based interval needs three studies", hint="use the Q-profile interval"
        )
    typical = df / m.traces(m.at(0.0))[0]
    if q > df + 1:
        se = 0.5 * (np.log(q) - np.log(df)) / (np.sqrt(2 * q) - np.sqrt(2 * df - 1))
    else:
        se = np.sqrt(1 / (2 * (df - 1)) * (1 - 1 / (3 * (df - 1) ** 2)))
    z = float(normal_quantile(1 - (1 - level) / 2))
    log_h = 0.5 * np.log1p(value / typical)
    h2 = np.exp(2 * (log_h + np.array([-z, z]) * se))
    low, high = np.maximum(h2 - 1, 0) * typical
    return float(low), float(high)


def _bootstrap(
    m: Model, method: str, value: float, level: float, draws: int, seed: int
) -> tuple[float, float]:
    """Percentiles of the estimates of data drawn from the fitted model."""
    rng = np.random.default_rng(seed)
    spread = np.sqrt(m.v + value)
    found = np.empty(draws)
    for i in range(draws):
        y = rng.standard_normal(m.k) * spread
        y -= m.q @ (m.q.T @ y)
        found[i] = between_studies(m.with_estimates(y), method, None).value
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(found, [tail, 100 - tail])
    return float(low), float(high)
