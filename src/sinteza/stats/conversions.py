"""From what an article reports to what a measure needs.

Standard errors, intervals, p values and test statistics turn into each other (Cochrane Handbook
6.3, 6.5); medians, quartiles and ranges into means and standard deviations (Wan et al. 2014 for the
standard deviation, Luo et al. 2018 for the mean, Shi et al. 2020); standardized mean differences
into odds ratios and correlations (Borenstein et al. 2009, chapter 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from sinteza.errors import SynthesisError
from sinteza.stats.distributions import critical, normal_quantile, t_p
from sinteza.stats.guard import converting


@dataclass(frozen=True)
class MeanSd:
    """A mean and a standard deviation, in the units reported, and how they were found."""

    mean: float
    sd: float
    how: str


@converting
def se_from_interval(
    low: float, high: float, *, level: float = 0.95, df: float | None = None, ratio: bool = False
) -> float:
    """The standard error behind a confidence interval: (high - low) / (2 critical value).

    ``ratio``: the limits are ratios, the standard error that of the logarithm. ``df``: of the t
    distribution (normal when None). Raises SynthesisError for limits in the wrong order.
    """
    if ratio:
        if low <= 0:
            raise SynthesisError("a ratio's limits must be positive", hint="is it a difference?")
        low, high = float(np.log(low)), float(np.log(high))
    if not low < high:
        raise SynthesisError(f"the lower limit {low:g} is not below the upper {high:g}")
    return (high - low) / (2 * critical(level, df))


@converting
def interval_from_se(
    estimate: float, se: float, *, level: float = 0.95, df: float | None = None
) -> tuple[float, float]:
    """estimate ± critical value times se."""
    half = critical(level, df) * se
    return estimate - half, estimate + half


@converting
def statistic_from_p(p: float, *, df: float | None = None) -> float:
    """The absolute z (or t with ``df``) of a two-sided p value. Raises for p outside (0, 1)."""
    if not 0 < p < 1:
        raise SynthesisError(f"a p value of {p:g} gives no statistic", hint="it must be exact")
    return critical(1 - p, df) if p > 1e-10 else _far(p, df)


def _far(p: float, df: float | None) -> float:
    """Where 1 - p would round to one."""
    if df is None:
        return float(-special.ndtri(p / 2))
    x = special.betaincinv(df / 2, 0.5, p)
    return float(np.sqrt(df * (1 - x) / x))


@converting
def p_from_statistic(statistic: float, *, df: float | None = None) -> float:
    """The two-sided p value of a z (or t with ``df``)."""
    return float(t_p(statistic, df))


@converting
def se_from_p(estimate: float, p: float, *, df: float | None = None) -> float:
    """The standard error of an estimate with a two-sided p value."""
    if estimate == 0:
        raise SynthesisError("an estimate of 0 says nothing about its standard error")
    return abs(estimate) / statistic_from_p(p, df=df)


@converting
def se_from_statistic(estimate: float, statistic: float) -> float:
    """The standard error of an estimate with a t or z statistic."""
    if statistic == 0:
        raise SynthesisError("a statistic of 0 says nothing about the standard error")
    return abs(estimate / statistic)


@converting
def sd_from_se(se: float, n: float) -> float:
    """The standard deviation behind the standard error of a mean."""
    return se * float(np.sqrt(n))


@converting
def sd_from_interval(low: float, high: float, n: float, *, level: float = 0.95) -> float:
    """The standard deviation behind the interval of a mean of n values (t with n - 1)."""
    return sd_from_se(se_from_interval(low, high, level=level, df=n - 1), n)


@converting
def pooled_sd_from_statistic(difference: float, statistic: float, n1: float, n2: float) -> float:
    """The common standard deviation behind the t test of a mean difference."""
    return se_from_statistic(difference, statistic) / float(np.sqrt(1 / n1 + 1 / n2))


@converting
def mean_sd_from_quantiles(
    *,
    n: float,
    median: float,
    q1: float | None = None,
    q3: float | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
) -> MeanSd:
    """Mean and standard deviation of n values from their median with quartiles, range, or both.

    Means after Luo et al. 2018, standard deviations after Wan et al. 2014 (with quartiles and range
    the optimal weighting of Shi et al. 2020). They assume nearly symmetric data: a median far from
    the middle of its quartiles says it is not. Raises SynthesisError when the numbers are not in
    order or neither pair is given.
    """
    given = [v for v in (minimum, q1, median, q3, maximum) if v is not None]
    if given != sorted(given):
        raise SynthesisError(f"minimum, quartiles and maximum are not in order: {given}")
    if n < 2:
        raise SynthesisError("a standard deviation needs at least two values")
    spread_range = 2 * float(normal_quantile((n - 0.375) / (n + 0.25)))
    spread_iqr = 2 * float(normal_quantile((0.75 * n - 0.125) / (n + 0.25)))
    if q1 is not None and q3 is not None and minimum is not None and maximum is not None:
        w1 = 2.2 / (2.2 + n**0.75)
        w2 = 0.7 - 0.72 / n**0.55
        mean = w1 * (minimum + maximum) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * median
        share = 1 / (1 + 0.07 * n**0.6)
        sd = share * (maximum - minimum) / spread_range + (1 - share) * (q3 - q1) / spread_iqr
        return MeanSd(mean, sd, "median, quartiles and range (Luo 2018, Shi 2020)")
    if q1 is not None and q3 is not None:
        w = 0.7 + 0.39 / n
        mean = w * (q1 + q3) / 2 + (1 - w) * median
        return MeanSd(mean, (q3 - q1) / spread_iqr, "median and quartiles (Luo 2018, Wan 2014)")
    if minimum is not None and maximum is not None:
        w = 4 / (4 + n**0.75)
        mean = w * (minimum + maximum) / 2 + (1 - w) * median
        sd = (maximum - minimum) / spread_range
        return MeanSd(mean, sd, "median and range (Luo 2018, Wan 2014)")
    raise SynthesisError("a median alone gives no mean", hint="give quartiles, the range, or both")


@converting
def combine_groups(
    n1: float, mean1: float, sd1: float, n2: float, mean2: float, sd2: float
) -> tuple[float, float, float]:
    """Size, mean and standard deviation of two groups taken as one (Cochrane Handbook 6.5.2.10)."""
    n = n1 + n2
    mean = (n1 * mean1 + n2 * mean2) / n
    square = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (mean1 - mean2) ** 2
    return n, mean, float(np.sqrt(square / (n - 1)))


@converting
def d_to_log_odds_ratio(d: float, vd: float) -> tuple[float, float]:
    """log OR = d π/√3 and its variance (logistic trait)."""
    return d * np.pi / np.sqrt(3), vd * np.pi**2 / 3


@converting
def log_odds_ratio_to_d(log_or: float, variance: float) -> tuple[float, float]:
    """d = log OR √3/π and its variance."""
    return log_or * np.sqrt(3) / np.pi, variance * 3 / np.pi**2


@converting
def d_to_r(d: float, vd: float, n1: float, n2: float) -> tuple[float, float]:
    """r = d/√(d² + a), a = (n1 + n2)²/(n1 n2), and its variance."""
    a = (n1 + n2) ** 2 / (n1 * n2)
    return d / np.sqrt(d * d + a), a * a * vd / (d * d + a) ** 3


@converting
def r_to_d(r: float, vr: float) -> tuple[float, float]:
    """d = 2r/√(1 - r²) and its variance (groups of equal size)."""
    return 2 * r / np.sqrt(1 - r * r), 4 * vr / (1 - r * r) ** 3


@converting
def risk_with(measure: str, estimate: float, baseline: float) -> float:
    """The risk under treatment, given the risk without it (0 to 1): for absolute effects.

    ``estimate`` on the scale people read: RR, OR or RD. Raises SynthesisError for other measures.
    """
    if not 0 <= baseline <= 1:
        raise SynthesisError(f"a risk lies between 0 and 1, not {baseline}")
    if measure == "RR":
        return min(1.0, baseline * estimate)
    if measure in ("OR", "PETO"):
        odds = baseline / (1 - baseline) * estimate if baseline < 1 else np.inf
        return 1.0 if np.isinf(odds) else float(odds / (1 + odds))
    if measure == "RD":
        return min(1.0, max(0.0, baseline + estimate))
    raise SynthesisError(f"{measure} gives no absolute risk", hint="RR, OR, PETO or RD")


def number_needed(measure: str, estimate: float, baseline: float) -> float:
    """Patients to treat for one more event (negative: one fewer); infinite for no difference."""
    gap = risk_with(measure, estimate, baseline) - baseline
    return 1 / gap if gap else float("inf")
