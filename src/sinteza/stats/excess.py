"""Are there too many significant results: fail-safe N, excess significance, p-curve, Henmi-Copas.

Fail-safe N: Rosenthal (Psychol Bull 1979;86:638), Orwin (J Educ Stat 1983;8:157), Rosenberg
(Evolution 2005;59:464). Excess significance: Ioannidis and Trikalinos (Clin Trials 2007;4:245).
p-curve: Simonsohn, Nelson and Simmons (J Exp Psychol Gen 2014;143:534; 2015;144:1146).
Henmi and Copas (Stat Med 2010;29:2969): an interval about the equal-effects mean that small-study
effects move little.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray
from sinteza.stats.bias import positive
from sinteza.stats.distributions import normal_p, normal_quantile
from sinteza.stats.guard import guarded
from sinteza.stats.pooling import pool
from sinteza.stats.tabulate import number, p_value


@dataclass(frozen=True)
class FailSafe:
    """``n``: null studies (or studies with effect zero) needed; ``p``: of the combined result
    (Rosenthal one-sided, Rosenberg two-sided, None for Orwin); ``mean`` the pooled effect and
    ``target`` the effect it must sink to (Orwin), unit of yi.
    """

    kind: str
    n: int
    p: float | None
    mean: float | None
    target: float | None
    alpha: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict."""
        return [asdict(self)]

    def summary(self) -> str:
        """One line."""
        goal = (
            f"p = {self.alpha:g}" if self.target is None else f"the effect is {number(self.target)}"
        )
        return f"Fail-safe N ({self.kind}): {self.n} studies until {goal}"


@guarded
def fail_safe_n(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    kind: str = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
) -> FailSafe:
    """How many unseen null studies would undo the result.

    Rosenthal: sum of z over sqrt(k + N) falls to the one-sided ``alpha``. Orwin: the weighted mean
    falls to ``target`` (half of it when not given). Rosenberg: the equal-effects z falls to the
    two-sided ``alpha``, unseen studies having the mean weight. Raises SynthesisError for another
    kind, or a target on the other side of zero.
    """
    s = positive(yi, vi)
    k = len(s.yi)
    if kind == "Rosenthal":
        total = float((s.yi / np.sqrt(s.vi)).sum())
        n = (total / float(normal_quantile(1 - alpha))) ** 2 - k
        p = float(special.ndtr(-abs(total) / np.sqrt(k)))
        return FailSafe(kind, _studies(n), p, None, None, alpha, s.notes)
    w = 1 / s.vi
    mean = float(w @ s.yi / w.sum())
    if kind == "Rosenberg":
        z = mean * float(np.sqrt(w.sum()))
        n = k * ((z / float(normal_quantile(1 - alpha / 2))) ** 2 - 1)
        return FailSafe(kind, _studies(n), float(normal_p(z)), mean, None, alpha, s.notes)
    if kind != "Orwin":
        raise SynthesisError(f"no fail-safe N {kind!r}", hint="Rosenthal, Orwin or Rosenberg")
    goal = mean / 2 if target is None else target
    if goal == 0 or np.sign(goal) != np.sign(mean):
        raise SynthesisError("the target must be an effect on the same side of zero as the mean")
    n = k * (mean - goal) / goal
    return FailSafe(kind, _studies(n - 1e-12), None, mean, goal, alpha, s.notes)


def _studies(n: float) -> int:
    """A number of studies: whole, at least 0."""
    if not np.isfinite(n):
        raise SynthesisError("the estimates are too large to count studies", hint="check the units")
    return max(0, int(np.ceil(n)))


@dataclass(frozen=True)
class ExcessSignificance:
    """``observed`` significant studies of ``k``, ``expected`` from their ``power`` at ``theta``
    (and ``tau2``); ``ratio`` = observed / expected; ``p``: P of so many or more (exact, Poisson
    binomial); ``chi2``: (O - E)^2 / E + (O - E)^2 / (k - E), ``p_chi2`` its one-sided p.
    """

    k: int
    observed: int
    expected: float
    ratio: float
    p: float
    chi2: float
    p_chi2: float
    theta: float
    tau2: float
    power: FloatArray
    alpha: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict."""
        return [{k: v for k, v in asdict(self).items() if k != "power"}]

    def summary(self) -> str:
        """One line."""
        return (
            f"Excess significance: {self.observed} of {self.k} significant, "
            f"{self.expected:.2f} expected, p {p_value(self.p)}"
        )


def _power(theta: float, tau2: float, vi: FloatArray, alpha: float) -> FloatArray:
    """P of two-sided significance of a study whose true effect is N(theta, tau2)."""
    se, spread = np.sqrt(vi), np.sqrt(vi + tau2)
    cut = float(normal_quantile(1 - alpha / 2)) * se
    return np.asarray(special.ndtr((theta - cut) / spread) + special.ndtr((-theta - cut) / spread))


@guarded
def excess_significance(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    theta: float | None = None,
    tau2: float | None = None,
    method: str = "REML",
    alpha: float = 0.05,
) -> ExcessSignificance:
    """Compare the number of significant studies with their power.

    ``theta`` and ``tau2``: taken as true (the pool by ``method`` when not given; a given theta
    goes with tau2 = 0 unless said).
    """
    s = positive(yi, vi)
    if theta is None:
        fit = pool(s.yi, s.vi, method=method, test="z")
        theta, tau2 = fit.estimate, fit.tau2 if tau2 is None else tau2
    between = 0.0 if tau2 is None else tau2
    power = _power(theta, between, s.vi, alpha)
    seen = int((np.asarray(normal_p(s.yi / np.sqrt(s.vi))) <= alpha).sum())
    shares = np.ones(1)
    for share in power:
        shares = np.convolve(shares, [1 - share, share])
    expected = float(power.sum())
    p = min(1.0, float(shares[seen:].sum()))
    k = len(s.yi)
    rest = float((1 - power).sum())
    gap = rest - (k - seen)  # observed minus expected, exact where every power is near 1
    chi2 = gap**2 * (1 / expected + 1 / rest) if rest > 0 else 0.0
    p_chi2 = float(special.ndtr(-np.sign(gap) * np.sqrt(chi2)))
    return ExcessSignificance(
        k, seen, expected, seen / expected, p, chi2, p_chi2, theta, between, power, alpha, s.notes
    )


@dataclass(frozen=True)
class PCurve:
    """Of the ``k`` significant studies (two-sided p < 0.05; ``k_half`` with p < 0.025):
    ``z_skew p_skew``: right skew, evidence of a true effect (Stouffer; ``_half``: p < 0.025);
    ``z_flat p_flat``: flatter than 33 % power, evidence of none; ``power`` (percent): fits best.
    ``evidential``: half skew p < 0.05 or both skews < 0.1.
    """

    k: int
    k_half: int
    z_skew: float
    p_skew: float
    z_skew_half: float | None
    p_skew_half: float | None
    z_flat: float
    p_flat: float
    power: float
    evidential: bool
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict."""
        return [asdict(self)]

    def summary(self) -> str:
        """One line."""
        word = "has" if self.evidential else "has no clear"
        return (
            f"p-curve of {self.k} significant studies: right skew p {p_value(self.p_skew)}, "
            f"flatter than 33% power p {p_value(self.p_flat)}, power {self.power:.0f}%; "
            f"{word} evidential value"
        )


def _stouffer(share: FloatArray) -> tuple[float, float]:
    z = float(normal_quantile(np.clip(share, 1e-300, 1 - 1e-16)).sum() / np.sqrt(len(share)))
    return z, float(special.ndtr(z))


@guarded
def p_curve(yi: ArrayLike, vi: ArrayLike) -> PCurve:
    """p-curve of the studies' z tests; studies must be independent and in one direction.

    Raises TooFewStudies where fewer than 2 studies are significant.
    """
    s = positive(yi, vi)
    z = np.abs(s.yi) / np.sqrt(s.vi)
    cut = float(normal_quantile(0.975))
    z = z[z > cut]
    if len(z) < 2:
        raise TooFewStudies(f"a p-curve needs 2 significant studies, there are {len(z)}")
    p = np.asarray(normal_p(z))
    full, full_p = _stouffer(p / 0.05)
    half_z = half_p = None
    inner = p[p < 0.025]
    if len(inner):
        half_z, half_p = _stouffer(inner / 0.025)

    def power_of(ncp: float) -> float:
        return float(special.ndtr(ncp - cut) + special.ndtr(-ncp - cut))

    def conditional(ncp: float) -> FloatArray:
        """P of a larger |z| than seen, among the significant, at this noncentrality."""
        beyond = special.ndtr(ncp - z) + special.ndtr(-ncp - z)
        return np.asarray(beyond / power_of(ncp))

    low, high = 0.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if power_of(middle) < 1 / 3 else (low, middle)
    flat, flat_p = _stouffer(1 - conditional(low))
    grid = np.linspace(0.0, 6.0, 1201)
    fits = [abs(_stouffer(conditional(float(g)))[0]) for g in grid]
    best = float(grid[int(np.argmin(fits))])
    evidential = (half_p is not None and half_p < 0.05) or (
        half_p is not None and half_p < 0.1 and full_p < 0.1
    )
    notes = list(s.notes)
    if len(np.unique(np.sign(s.yi[np.abs(s.yi) / np.sqrt(s.vi) > cut]))) > 1:
        notes.append("significant results in both directions: the p-curve mixes them")
    return PCurve(
        len(z), len(inner), full, full_p, half_z, half_p, flat, flat_p, 100 * power_of(best),
        evidential, tuple(notes),
    )  # fmt: skip


@dataclass(frozen=True)
class HenmiCopas:
    """``estimate``: equal-effects mean; ``se``: its standard error under random effects (tau2 by
    DerSimonian-Laird); the interval takes the uncertainty of tau2 in; all in the unit of yi.
    """

    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    tau2: float
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict."""
        return [asdict(self)]

    def summary(self) -> str:
        """One line."""
        return (
            f"Henmi-Copas: {number(self.estimate)} "
            f"[{number(self.ci_low)}; {number(self.ci_high)}], "
            f"tau2 {number(self.tau2)}, k = {self.k}"
        )


@guarded
def henmi_copas(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> HenmiCopas:
    """The interval of Henmi and Copas (2010, section 3): Q given the mean is taken as gamma.

    The pivot is T = sqrt(W1) (b - mu) / sqrt(1 + tau2 W2), W_j = sum w^j / sum w; it exceeds t
    where Q < (W1/W2 - 1) ((R/t)^2 - 1) + k - 1, R = sqrt(W1) (b - mu) ~ N(0, 1 + tau2 W2).

    Raises TooFewStudies below 2 studies, NotConverged where the quantile is not found.
    """
    from scipy import integrate, optimize

    s = positive(yi, vi)
    k = len(s.yi)
    if k < 2:
        raise TooFewStudies(f"the interval needs 2 studies, there are {k}")
    # scaled so that the mean weight is one: sums of powers stay in range
    unit = float(1 / np.mean(1 / s.vi))
    w = unit / s.vi
    w1 = float(w.sum())
    w2, w3, w4 = (float((w**power).sum() / w1) for power in (2, 3, 4))
    mean = float(w @ s.yi / w1)
    q = float(w @ (s.yi - mean) ** 2) / unit
    t = max(0.0, (q - (k - 1)) / (w1 - w2))
    vr = 1 + t * w2
    sd = float(np.sqrt(vr))

    def moments(x: float) -> tuple[float, float]:
        tilt = x**2 / vr**2 - 1 / vr
        expected = (k - 1) + t * (w1 - w2) + t**2 * tilt * (w3 - w2**2)
        variance = (
            2 * (k - 1) + 4 * t * (w1 - w2) + 2 * t**2 * (w1 * w2 - 2 * w3 + w2**2)
            + 4 * tilt * t**2 * (w3 - w2**2) + 4 * t**3 * tilt * (w4 - 2 * w2 * w3 + w2**3)
            + 2 * (1 / vr**2 - 2 * x**2 / vr**3) * t**4 * (w3 - w2**2) ** 2
        )  # fmt: skip
        return expected, variance

    def integrand(r: float, cut: float) -> float:
        expected, variance = moments(sd * r)
        bound = (w1 / w2 - 1) * ((r / cut) ** 2 - 1) + (k - 1)
        if bound <= 0:
            return 0.0
        share = special.gammainc(expected**2 / variance, bound * expected / variance)
        return float(share * np.exp(-0.5 * r * r) / np.sqrt(2 * np.pi))

    def gap(cut: float) -> float:
        # the density is below 1e-300 beyond 37
        with warnings.catch_warnings():
            warnings.simplefilter("error", integrate.IntegrationWarning)
            area, _ = integrate.quad(integrand, cut, max(38.0, cut + 1), args=(cut,), limit=300)
        return float(area) - (1 - level) / 2

    try:
        cut = float(optimize.brentq(gap, 1e-6, 30.0, xtol=1e-12))
    except (ValueError, integrate.IntegrationWarning) as error:
        raise NotConverged("the quantile of the Henmi-Copas pivot was not found") from error
    se = float(np.sqrt(vr / w1 * unit))
    return HenmiCopas(
        k, mean, se, mean - sd * cut * se, mean + sd * cut * se, t * unit, level, s.notes
    )
