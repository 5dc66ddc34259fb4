"""Small-study effects: regression and rank tests of funnel-plot asymmetry.

* ``small_study_regression``: yi on a measure of precision. With multiplicative dispersion and the
  standard error it is Egger's test (Egger et al., BMJ 1997;315:629); with an additive tau2 it is
  Thompson and Sharp's (Stat Med 1999;18:2693); on n it is Macaskill's (Stat Med 2001;20:641).
* ``harbord`` (Stat Med 2006;25:3443) and ``peters`` (JAMA 2006;295:676): for 2x2 tables, where the
  standard error of a log odds ratio depends on the odds ratio itself.
* ``deeks`` (J Clin Epidemiol 2005;58:882) and ``pustejovsky`` (Res Synth Methods 2019;10:57): on a
  precision that depends on the group sizes alone.
* ``begg``: rank correlation (Begg and Mazumdar, Biometrics 1994;50:1088), exact without ties;
  ``schwarzer``: the same on the counts of 2x2 tables (Stat Med 2007;26:721).
* ``pet_peese`` (Stanley and Doucouliagos, Res Synth Methods 2014;5:60) and ``limit`` meta-analysis
  (Ruecker et al., Biostatistics 2011;12:122): the estimate of an infinitely precise study.

With fewer than 10 studies the tests have little power, which a note says (Sterne et al., BMJ
2011;343:d4002).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, plain, same_length, vector
from sinteza.stats.distributions import normal_p
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, counted, wald
from sinteza.stats.pooling import FIXED, Studies, pool, usable
from sinteza.stats.tabulate import number, p_value

PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")
FEW = 10


@dataclass(frozen=True)
class AsymmetryTest:
    """A test of funnel-plot asymmetry.

    ``name``: of the test. ``statistic`` with ``df`` (None: normal) and two-sided ``p``. ``slope``:
    the coefficient that is tested (unit of yi a unit of the predictor; Kendall's tau for Begg).
    ``limit``: the estimate where the predictor says infinite precision (None for n and sqrt n,
    whose zero is no information). ``tau2``: additive variance, ``dispersion``: multiplicative one
    (None where the model has none).
    """

    name: str
    predictor: str
    model: str
    k: int
    statistic: float
    df: int | None
    p: float
    slope: Coefficient | None
    limit: Coefficient | None
    tau2: float | None = None
    dispersion: float | None = None
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict: test, statistic, df, p, slope and limit estimate."""
        return [
            {
                "test": self.name, "predictor": self.predictor, "model": self.model, "k": self.k,
                "statistic": plain(self.statistic), "df": self.df, "p": plain(self.p),
                "slope": None if self.slope is None else self.slope.estimate,
                "limit": None if self.limit is None else self.limit.estimate,
                "limit_ci_low": None if self.limit is None else self.limit.ci_low,
                "limit_ci_high": None if self.limit is None else self.limit.ci_high,
            }
        ]  # fmt: skip

    def summary(self) -> str:
        """The test as a person would print it."""
        kind = "z" if self.df is None else f"t({self.df})"
        lines = [
            f"{self.name}: {kind} = {number(self.statistic)}, p {p_value(self.p)}, k = {self.k}"
        ]
        if self.limit is not None:
            lines.append(
                f"  limit estimate {number(self.limit.estimate)} "
                f"[{number(self.limit.ci_low)}; {number(self.limit.ci_high)}]"
            )
        return "\n".join([*lines, *(f"Note: {n}" for n in self.notes)])


def positive(yi: ArrayLike, vi: ArrayLike, also: FloatArray | None = None) -> Studies:
    """The usable studies; every method here divides by a standard error.

    Raises SynthesisError where a variance is zero.
    """
    s = usable(yi, vi, also=also)
    if (s.vi <= 0).any():
        raise SynthesisError(
            "a study has a variance of zero",
            hint="a standard error of zero is usually a missing one; leave that study out",
        )
    return s


def _few(k: int) -> tuple[str, ...]:
    if k >= FEW:
        return ()
    return (f"only {k} studies: with fewer than {FEW} the test misses most asymmetry",)


def weighted_line(
    y: FloatArray, x: FloatArray, weights: FloatArray, level: float, names: tuple[str, str]
) -> tuple[Coefficient, Coefficient, float]:
    """Weighted least squares with multiplicative dispersion: intercept, slope, dispersion.

    t tests with k - 2 degrees of freedom. Raises TooFewStudies below 3 studies, SynthesisError
    where the predictor does not vary.
    """
    k = len(y)
    if k < 3:
        raise TooFewStudies(f"a regression test needs 3 studies, there are {k}")
    spread = float(x.max() - x.min())
    if spread <= 1e-12 * float(np.abs(x).max()):
        raise SynthesisError("the predictor is the same in every study")
    # in units of their own size, so that no square leaves double precision
    ux, uy = float(np.abs(x).max()), float(np.abs(y).max()) or 1.0
    x, y = x / ux, y / uy
    w = weights / weights.sum()
    xm, ym = float(w @ x), float(w @ y)
    sxx = float(w @ (x - xm) ** 2)
    slope = float(w @ ((x - xm) * (y - ym))) / sxx
    intercept = ym - slope * xm
    residual = float(w @ (y - intercept - slope * x) ** 2)
    unit = residual / (k - 2)
    se = float(np.sqrt(unit * (1 + xm**2 / sxx))), float(np.sqrt(unit / sxx))
    return (
        wald(names[0], intercept * uy, se[0] * uy, df=k - 2, level=level),
        wald(names[1], slope * (uy / ux), se[1] * (uy / ux), df=k - 2, level=level),
        unit * uy * float(weights.sum()) * uy,
    )


def _predictor(name: str, vi: FloatArray, ni: FloatArray | None) -> FloatArray:
    if name not in PREDICTORS:
        raise SynthesisError(f"no predictor {name!r}", hint=f"one of: {' '.join(PREDICTORS)}")
    if name in ("sei", "vi"):
        return np.sqrt(vi) if name == "sei" else vi
    if ni is None:
        raise SynthesisError(f"the predictor {name} needs the sample sizes ni")
    if (ni <= 0).any():
        raise SynthesisError("a sample size ni is not positive", hint="leave that study out")
    return {"ni": ni, "ninv": 1 / ni, "sqrtni": np.sqrt(ni), "sqrtninv": 1 / np.sqrt(ni)}[name]


@guarded
def small_study_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    predictor: str = "sei",
    model: str = "multiplicative",
    test: str = "z",
    ni: ArrayLike | None = None,
    level: float = 0.95,
) -> AsymmetryTest:
    """Regress the estimates on a measure of precision.

    ``predictor``: sei vi ni ninv sqrtni sqrtninv. ``model``: ``multiplicative`` (weights 1/vi,
    residual variance phi, t with k - 2 degrees of freedom) or a method of :func:`pool` (EE, DL,
    REML ...: additive tau2, tested by ``test``).

    Raises TooFewStudies below 3 studies (2 with EE, FE), SynthesisError for a predictor that is
    constant or lacks its data.
    """
    sizes = None if ni is None else vector(ni, "ni")
    s = positive(yi, vi, also=None if sizes is None else sizes[:, None])
    if sizes is not None:
        sizes = sizes[s.used]
    k = len(s.yi)
    x = _predictor(predictor, s.vi, sizes)
    limited = predictor not in ("ni", "sqrtni")
    notes = (*s.notes, *_few(k))
    if model == "multiplicative":
        limit, slope, phi = weighted_line(s.yi, x, 1 / s.vi, level, ("limit", predictor))
        tau2: float | None = None
    else:
        if k < 2 or (k < 3 and model not in FIXED):
            raise TooFewStudies(f"a regression test needs 3 studies, there are {k}")
        unit = float(np.max(np.abs(x)))  # the design stays well scaled for any predictor
        fit = pool(s.yi, s.vi, method=model, test=test, mods={predictor: x / unit}, level=level)
        if len(fit.names) < 2:
            raise SynthesisError("the predictor is the same in every study")
        limit, slope = (
            wald(n, float(e) / u, float(se) / u, df=fit.df, level=level)
            for n, e, se, u in zip(
                ("limit", predictor), fit.estimate, fit.se, (1, unit), strict=True
            )
        )
        notes = (*notes, *(n for n in fit.notes if n not in notes))
        phi, tau2 = None, fit.tau2
    known = {("sei", "multiplicative"): "Egger", ("ni", "multiplicative"): "Macaskill"}
    name = known.get((predictor, model), f"Regression on {predictor} ({model})")
    return AsymmetryTest(
        name, predictor, model, k, slope.statistic, None if slope.df is None else int(slope.df),
        slope.p, slope, limit if limited else None, tau2, phi, notes,
    )  # fmt: skip


def egger(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> AsymmetryTest:
    """Egger's test: :func:`small_study_regression` on the standard error."""
    return small_study_regression(yi, vi, level=level)


def thompson_sharp(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "DL", level: float = 0.95
) -> AsymmetryTest:
    """Egger's regression with an additive between-study variance, t with k - 2 df.

    tau2 by ``method`` after the regression (residual heterogeneity).
    """
    from dataclasses import replace

    found = small_study_regression(yi, vi, model=method, test="t", level=level)
    return replace(found, name="Thompson-Sharp")


def macaskill(yi: ArrayLike, vi: ArrayLike, ni: ArrayLike, *, level: float = 0.95) -> AsymmetryTest:
    """Regression on the sample size with weights 1/vi."""
    return small_study_regression(yi, vi, predictor="ni", ni=ni, level=level)


def _tables(
    ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    given = {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}
    columns = {name: vector(values, name) for name, values in given.items()}
    same_length(columns)
    keep = ~np.any([np.isnan(c) for c in columns.values()], axis=0)
    a, n1, c, n2 = (column[keep] for column in columns.values())
    if (a < 0).any() or (c < 0).any() or (a > n1).any() or (c > n2).any():
        raise SynthesisError("events must lie between 0 and the total")
    return a, n1, c, n2


@guarded
def harbord(
    ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike, *, level: float = 0.95
) -> AsymmetryTest:
    """Score test for odds ratios: Z/V on 1/sqrt(V) with weights V.

    Z = a - n1 s / n is the efficient score of the log odds ratio, V = n1 n2 s (n - s) / (n^2 (n-1))
    its variance (s events of n patients). Studies with V = 0 are left out.
    """
    a, n1, c, n2 = _tables(ai, n1i, ci, n2i)
    n, s = n1 + n2, a + c
    v = n1 * n2 * s * (n - s) / (n**2 * np.maximum(n - 1, 1))
    keep = v > 0
    score, v = (a - n1 * s / n)[keep], v[keep]
    limit, slope, phi = weighted_line(score / v, 1 / np.sqrt(v), v, level, ("limit", "score se"))
    k = len(v)
    notes = _few(k)
    if not keep.all():
        notes += (f"{counted(int((~keep).sum()))} without events in both arms left out",)
    return AsymmetryTest(
        "Harbord", "1/sqrt(V)", "multiplicative", k, slope.statistic, k - 2, slope.p, slope, limit,
        None, phi, notes,
    )  # fmt: skip


@guarded
def peters(
    yi: ArrayLike,
    ai: ArrayLike,
    n1i: ArrayLike,
    ci: ArrayLike,
    n2i: ArrayLike,
    *,
    level: float = 0.95,
) -> AsymmetryTest:
    """Log odds (or risk) ratio on 1/n, weights 1 / (1/events + 1/non-events) of both arms."""

    def plan(c: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        events, n = c["ai"] + c["ci"], c["n1i"] + c["n2i"]
        return 1 / n, 1 / (1 / events + 1 / (n - events))

    columns = {"yi": yi, "ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}
    return _effective_line("Peters", "ninv", columns, level, plan)


def _effective_line(
    name: str,
    predictor: str,
    columns: dict[str, ArrayLike],
    level: float,
    plan: Callable[[dict[str, FloatArray]], tuple[FloatArray, FloatArray]],
) -> AsymmetryTest:
    """Weighted regression of yi on what ``plan`` makes of the columns: predictor and weights."""
    given = {column: vector(values, column) for column, values in columns.items()}
    same_length(given)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, weight = plan(given)
    y = given["yi"]
    keep = np.isfinite(y) & np.isfinite(x) & np.isfinite(weight) & (weight > 0)
    k = int(keep.sum())
    limit, slope, phi = weighted_line(y[keep], x[keep], weight[keep], level, ("limit", predictor))
    notes = _few(k)
    if k < len(y):
        notes += (f"{counted(len(y) - k)} without an estimate, variance or sizes left out",)
    return AsymmetryTest(
        name, predictor, "multiplicative", k, slope.statistic, k - 2, slope.p, slope, limit, None,
        phi, notes,
    )  # fmt: skip


@guarded
def deeks(yi: ArrayLike, n1i: ArrayLike, n2i: ArrayLike, *, level: float = 0.95) -> AsymmetryTest:
    """Log (diagnostic) odds ratios on 1/sqrt(ESS), weights ESS = 4 n1 n2/(n1 + n2)."""

    def plan(c: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        size = 4 * c["n1i"] * c["n2i"] / (c["n1i"] + c["n2i"])
        return 1 / np.sqrt(size), size

    return _effective_line("Deeks", "1/sqrt(ESS)", {"yi": yi, "n1i": n1i, "n2i": n2i}, level, plan)


@guarded
def pustejovsky(
    yi: ArrayLike, vi: ArrayLike, n1i: ArrayLike, n2i: ArrayLike, *, level: float = 0.95
) -> AsymmetryTest:
    """yi on sqrt(1/n1 + 1/n2), weights 1/vi: for standardized mean differences, whose own standard
    error grows with them."""

    def plan(c: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        return np.sqrt(1 / c["n1i"] + 1 / c["n2i"]), 1 / c["vi"]

    return _effective_line(
        "Pustejovsky", "sqrt(1/n1 + 1/n2)", {"yi": yi, "vi": vi, "n1i": n1i, "n2i": n2i}, level,
        plan,
    )  # fmt: skip


# --- rank correlation ----------------------------------------------------------------------------

EXACT_LIMIT = 200


def _concordance(x: FloatArray, y: FloatArray) -> int:
    i, j = np.triu_indices(len(x), 1)
    return int(np.sum(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j])))


def _exact_kendall(k: int, s: int) -> float:
    """Two-sided exact P of |S| >= |s| without ties: counts of permutations by inversions."""
    counts = np.ones(1)
    for size in range(2, k + 1):  # shares instead of counts, so that nothing overflows
        counts = np.convolve(counts, np.full(size, 1.0 / size))
    inversions = np.arange(len(counts))
    values = k * (k - 1) // 2 - 2 * inversions
    upper = float(counts[values >= abs(s)].sum())
    return min(1.0, 2 * upper)


@guarded
def begg(yi: ArrayLike, vi: ArrayLike, *, exact: bool = True) -> AsymmetryTest:
    """Kendall's correlation of standardized estimates and variances.

    Estimates minus the equal-effects mean, over sqrt(vi - 1/sum(1/vi)). Exact without ties up to
    200 studies, normal with the variance corrected for ties otherwise or when ``exact`` is False
    (no continuity correction).

    Raises TooFewStudies below 2 studies.
    """
    s = positive(yi, vi)
    if len(s.yi) < 2:
        raise TooFewStudies("a rank correlation needs 2 studies, there is one")
    w = 1 / s.vi
    centre = float(w @ s.yi / w.sum())
    x = (s.yi - centre) / np.sqrt(np.maximum(s.vi - 1 / w.sum(), 1e-300))
    return _rank_test("Begg", "vi", x, s.vi, exact=exact, notes=s.notes)


def _rank_test(
    name: str, predictor: str, x: FloatArray, y: FloatArray, *, exact: bool, notes: tuple[str, ...]
) -> AsymmetryTest:
    """Kendall's correlation of x and y and its test."""
    k = len(x)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise SynthesisError(
            "the standardized estimates leave double precision", hint="check the units"
        )
    total = _concordance(x, y)
    pairs = k * (k - 1) / 2
    ties = [np.unique(part, return_counts=True)[1].astype(float) for part in (x, y)]
    tied = [float((t * (t - 1)).sum() / 2) for t in ties]
    tau = total / np.sqrt((pairs - tied[0]) * (pairs - tied[1])) if max(tied) < pairs else np.nan
    if np.isnan(tau):
        raise SynthesisError("all values are the same: there is no rank correlation")
    v0, v1, v2 = float(k * (k - 1) * (2 * k + 5)), [], []
    for t in ties:
        v1.append(float((t * (t - 1)).sum()))
        v2.append(float((t * (t - 1) * (t - 2)).sum()))
        v0 -= float((t * (t - 1) * (2 * t + 5)).sum())
    variance = v0 / 18 + v1[0] * v1[1] / (2 * k * (k - 1))
    variance += v2[0] * v2[1] / (9 * k * (k - 1) * (k - 2)) if k > 2 else 0.0
    exact = exact and max(tied) == 0 and k <= EXACT_LIMIT
    z = total / float(np.sqrt(variance))
    p = _exact_kendall(k, total) if exact else float(normal_p(z))
    line = Coefficient("Kendall's tau", float(tau), float("nan"), z, None, p, *[float("nan")] * 2)
    notes = (*notes, *_few(k))
    if max(tied) > 0:
        notes += ("ties: the p value is the normal approximation",)
    model = "exact" if exact else "normal"
    return AsymmetryTest(name, predictor, model, k, z, None, p, line, None, notes=notes)


@guarded
def schwarzer(ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike) -> AsymmetryTest:
    """Rank test on the counts: Kendall's correlation of (a - E)/sqrt(V) and 1/V.

    E and V: mean and variance of the events of group 1 given the margins, under the
    Mantel-Haenszel odds ratio (noncentral hypergeometric; 1/2 added to studies with an empty cell
    for the odds ratio). Studies where V is 0 are left out. Normal approximation.

    Raises TooFewStudies below 3 studies.
    """
    from sinteza.stats.glmm import hypergeometric
    from sinteza.stats.tables import mantel_haenszel

    a, n1, c, n2 = _tables(ai, n1i, ci, n2i)
    events, n = a + c, n1 + n2
    keep = (events > 0) & (events < n) & (n1 > 0) & (n2 > 0)
    k = int(keep.sum())
    if k < 3:
        raise TooFewStudies(f"the rank test needs 3 studies with events, there are {k}")
    pooled = mantel_haenszel("OR", zero="revman", ai=a, n1i=n1, ci=c, n2i=n2)
    kernel = hypergeometric(a[keep], n1[keep], n2[keep], events[keep])
    _, excess, curvature = kernel(np.full((k, 1), pooled.estimate))
    variance = -curvature[:, 0]
    notes: tuple[str, ...] = ()
    if not keep.all():
        notes = (f"{counted(int((~keep).sum()))} without events in both arms left out",)
    x = excess[:, 0] / np.sqrt(variance)
    return _rank_test("Schwarzer", "1/V", x, 1 / variance, exact=False, notes=notes)


# --- the estimate of an infinitely precise study --------------------------------------------------


@dataclass(frozen=True)
class PetPeese:
    """``pet``: limit of the regression on the standard error; ``peese``: on the variance.
    ``chosen``: ``PEESE`` where the PET limit differs from 0 (one-sided p < 0.05), else ``PET``;
    ``estimate`` is the chosen one.
    """

    k: int
    chosen: str
    estimate: Coefficient
    pet: Coefficient
    peese: Coefficient
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Two dicts: PET and PEESE, with which one was chosen."""
        return [
            {**asdict(line), "name": name, "chosen": name == self.chosen}
            for name, line in (("PET", self.pet), ("PEESE", self.peese))
        ]

    def summary(self) -> str:
        """Both estimates as a person would print them."""
        from dataclasses import replace

        lines = [replace(self.pet, name="PET"), replace(self.peese, name="PEESE")]
        head = f"PET-PEESE, k = {self.k}: {self.chosen} is read"
        return "\n".join([head, coefficient_table(lines), *(f"Note: {n}" for n in self.notes)])


@guarded
def pet_peese(
    yi: ArrayLike, vi: ArrayLike, *, model: str = "multiplicative", level: float = 0.95
) -> PetPeese:
    """The limit estimate by PET, or by PEESE where PET's is above or below zero.

    The expected direction is that of the equal-effects mean. Raises TooFewStudies below 3 studies.
    """
    pet = small_study_regression(yi, vi, predictor="sei", model=model, level=level)
    peese = small_study_regression(yi, vi, predictor="vi", model=model, level=level)
    assert pet.limit is not None
    assert peese.limit is not None
    direction = np.sign(pool(yi, vi, method="EE").estimate)
    real = pet.limit.p / 2 < 0.05 and np.sign(pet.limit.estimate) == direction
    chosen = "PEESE" if real else "PET"
    return PetPeese(
        pet.k, chosen, peese.limit if real else pet.limit, pet.limit, peese.limit, pet.notes
    )


@dataclass(frozen=True)
class LimitResult:
    """``estimate``: beta + tau alpha of the generalized radial regression, the random-effects mean
    with infinite precision; ``alpha``: its small-study slope; ``shrunken``: limit estimates of the
    studies (unit of yi); ``q_small``: heterogeneity explained by small-study effects, ``q_rest``
    what is left; ``g2``: percent of it that is neither (Ruecker's G2).
    """

    k: int
    estimate: Coefficient
    alpha: Coefficient
    tau2: float
    q: float
    q_small: float
    q_small_p: float
    q_rest: float
    q_rest_p: float
    g2: float
    shrunken: FloatArray
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict: the adjusted estimate and the split of Q."""
        return [
            {**asdict(self.estimate), "tau2": self.tau2, "q_small": self.q_small,
             "q_small_p": self.q_small_p, "q_rest": self.q_rest, "g2": self.g2}
        ]  # fmt: skip

    def summary(self) -> str:
        """The result as a person would print it."""
        return "\n".join([
            f"Limit meta-analysis, k = {self.k}, tau2 {number(self.tau2)}, G2 {self.g2:.1f}%",
            coefficient_table([self.estimate, self.alpha]),
            f"small-study effects: Q(1) = {number(self.q_small)}, p {p_value(self.q_small_p)}",
            *(f"Note: {n}" for n in self.notes),
        ])  # fmt: skip


@guarded
def limit(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", level: float = 0.95
) -> LimitResult:
    """Limit meta-analysis: y_i = beta + sqrt(v_i + tau2) (alpha + e_i), extrapolated to v_i = 0.

    The standard error of beta + tau alpha is that of the weighted regression with tau2 taken as
    known (weights 1/(v + tau2), variance not rescaled). Raises TooFewStudies below 3 studies.
    """
    from sinteza.stats.distributions import chi2_p

    s = positive(yi, vi)
    k = len(s.yi)
    if k < 3:
        raise TooFewStudies(f"limit meta-analysis needs 3 studies, there are {k}")
    base = pool(s.yi, s.vi, method=method, test="z")
    tau = float(np.sqrt(base.tau2))
    spread = np.sqrt(s.vi + base.tau2)
    X = np.column_stack([np.ones(k), spread]) / spread[:, None]
    z = s.yi / spread
    inner = X.T @ X
    if np.linalg.matrix_rank(X) < 2:
        raise SynthesisError("all studies are equally precise: there is nothing to extrapolate")
    cov = np.linalg.inv(inner)
    beta, alpha = cov @ (X.T @ z)
    load = np.array([1.0, tau])
    value = float(beta + tau * alpha)
    line = wald("limit", value, float(np.sqrt(load @ cov @ load)), level=level)
    slope = wald("alpha", float(alpha), float(np.sqrt(cov[1, 1])), level=level)
    # Q with fixed weights, and with the regression on the standard error taken out
    w = 1 / s.vi
    rest_line = weighted_line(s.yi, np.sqrt(s.vi), w, level, ("", ""))
    q_rest = rest_line[2] * (k - 2)
    q = base.q
    q_small = max(0.0, q - q_rest)
    # G2: heterogeneity that is left after small-study effects, on the radial scale (1 - r^2)
    limits = value + (tau / spread) * (s.yi - value)
    radial = np.column_stack([np.ones(k), 1 / np.sqrt(s.vi)])
    target = limits / np.sqrt(s.vi)
    left = target - radial @ np.linalg.lstsq(radial, target, rcond=None)[0]
    total = float(((target - target.mean()) ** 2).sum())
    g2 = 100 * float(left @ left) / total if total > 0 else 0.0
    return LimitResult(
        k, line, slope, base.tau2, q, q_small, float(chi2_p(q_small, 1)), q_rest,
        float(chi2_p(q_rest, k - 2)), g2, limits, (*s.notes, *_few(k)),
    )  # fmt: skip
