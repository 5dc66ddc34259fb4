"""Pooling estimates of independent studies: equal, fixed and random effects.

``pool(yi, vi)`` gives :class:`Pooled`; with moderators (``mods``) it gives :class:`Regression`.
Default: REML with the Knapp-Hartung test and a prediction interval, because the normal test is too
optimistic with few studies (IntHout et al. 2014). Weighted means and their tests: Viechtbauer 2010;
Knapp & Hartung 2003; I2 and H2: Higgins & Thompson 2002; prediction intervals: Higgins, Thompson &
Spiegelhalter 2009 (``riley``: Riley, Higgins & Deeks 2011).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import notes as say
from sinteza.stats.arrays import BoolArray, FloatArray, label, plain, same_length, vector
from sinteza.stats.distributions import chi2_p, critical, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.linear import Model, Weighted, model
from sinteza.stats.tau2 import METHODS, Tau2, estimate

if TYPE_CHECKING:
    from sinteza.i18n import Language

TESTS = ("z", "t", "knha", "adhoc", "kr")
FIXED = ("EE", "FE")
_NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What every pooled result holds.

    ``measure``: code of the effect size (GEN when not said). ``method``: estimator of tau2, or
    EE/FE, MH, PETO. ``test``: z, t, knha, adhoc or kr. ``level``: of all intervals (0.95).
    ``k``: studies used. ``p_coef``: coefficients. ``df``: degrees of freedom of the test (None:
    normal; a whole number but for kr). ``tau2``, ``tau2_se``: variance between studies and its
    standard error, in squared units of yi. ``i2``: percent of the variance that is between studies,
    ``h2``: total over typical sampling variance. ``q``, ``q_df``, ``q_p``: Cochran's Q and its
    chi-square test.
    ``loglik deviance aic bic aicc``: of the likelihood of the method (restricted for REML, full
    otherwise). ``weights``: percent, one a study used. ``yi vi labels``: the studies used
    (``names_given``: None when they were not named).
    ``used``: which of the given rows these are. ``zero``: the rule for empty cells, where tables
    were pooled. ``notes``: cautions.
    """

    measure: str = "GEN"
    method: str
    test: str
    level: float
    k: int
    p_coef: int
    df: float | None
    tau2: float
    tau2_se: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    loglik: float = _NAN
    deviance: float = _NAN
    aic: float = _NAN
    bic: float = _NAN
    aicc: float = _NAN
    weights: FloatArray
    yi: FloatArray
    vi: FloatArray
    names_given: tuple[str, ...] | None
    used: BoolArray
    zero: str = ""
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the studies used: as given, else ``Study 1`` ... by their place in the data."""
        return study_labels(self.names_given, self.used)

    @property
    def tau(self) -> float:
        """Standard deviation between studies."""
        return math.sqrt(self.tau2)


@dataclass(frozen=True, kw_only=True)
class Pooled(Fit):
    """One pooled estimate.

    ``estimate se statistic p ci_low ci_high``: on the scale of yi (logs for ratio measures); ``p``
    is two-sided. ``pi_low pi_high``: where the effect of a new study would lie (NaN for EE/FE).
    ``extra``: further tests of a method (CMH, Breslow-Day, Tarone for Mantel-Haenszel).
    """

    estimate: float
    se: float
    statistic: float
    p: float
    ci_low: float
    ci_high: float
    pi_low: float = _NAN
    pi_high: float = _NAN
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def is_log(self) -> bool:
        """Whether exp() of the estimate is the ratio people read."""
        from sinteza.stats.measures import LOG_MEASURES

        return self.measure in LOG_MEASURES

    def display(self, value: float) -> float:
        """A value of the pooling scale on the scale people read (a ratio for log measures)."""
        with np.errstate(over="ignore"):  # beyond e^709 the ratio is infinite
            return float(np.exp(value)) if self.is_log else value

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study: ``study yi vi sei ci_low ci_high weight``."""
        width = critical(self.level, None) * np.sqrt(self.vi)
        low, high = self.yi - width, self.yi + width
        return [
            {
                "study": self.labels[i],
                "yi": plain(self.yi[i]),
                "vi": plain(self.vi[i]),
                "sei": plain(np.sqrt(self.vi[i])),
                "ci_low": plain(low[i]),
                "ci_high": plain(high[i]),
                "weight": plain(self.weights[i]),
            }
            for i in range(self.k)
        ]

    def summary(self, lang: Language | None = None) -> str:
        """The result as a person would print it, in a language (English when none is given)."""
        from sinteza.stats.report import summary

        return summary(self, lang)


@dataclass(frozen=True, kw_only=True)
class Regression(Fit):
    """A meta-regression: one value a coefficient.

    ``names``: of the coefficients. ``estimate se statistic p ci_low ci_high``: arrays. ``vb``:
    their covariance. ``qm qm_df1 qm_df2 qm_p``: the omnibus test of the coefficients ``tested``
    (all but the intercept) - chi-square when ``qm_df2`` is None, else F. ``r2``: percent of tau2
    accounted for. ``fitted``: the line at each study. ``x``: the design. ``q`` tests residual
    heterogeneity.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    vb: FloatArray
    x: FloatArray
    qm: float
    qm_df1: int
    qm_df2: int | None
    qm_p: float
    tested: tuple[int, ...]
    r2: float
    fitted: FloatArray

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient: ``name estimate se statistic p ci_low ci_high``."""
        return [
            {
                "name": name,
                **{
                    key: plain(getattr(self, key)[i])
                    for key in ("estimate", "se", "statistic", "p", "ci_low", "ci_high")
                },
            }
            for i, name in enumerate(self.names)
        ]

    def summary(self, lang: Language | None = None) -> str:
        """The result as a person would print it, in a language (English when none is given)."""
        from sinteza.stats.report import summary

        return summary(self, lang)


@dataclass(frozen=True)
class Studies:
    """The studies that can be used, and what is said about the others."""

    yi: FloatArray
    vi: FloatArray
    used: BoolArray
    names: tuple[str, ...] | None
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Their names: as given, else ``Study 1`` ... by their place in the data."""
        return study_labels(self.names, self.used)


def study_labels(names: tuple[str, ...] | None, used: BoolArray) -> tuple[str, ...]:
    """The names of the studies used; numbered by their place in the data when they have none."""
    if names is not None:
        return names
    return tuple(f"Study {i + 1}" for i in np.flatnonzero(used))


def usable(
    yi: ArrayLike,
    vi: ArrayLike,
    labels: Sequence[str] | None = None,
    also: FloatArray | None = None,
) -> Studies:
    """The rows with an estimate, a variance (and complete moderators ``also``).

    Raises TooFewStudies when none is left.
    """
    y, v = vector(yi, "yi"), vector(vi, "vi")
    k = same_length({"yi": y, "vi": v})
    used = np.isfinite(y) & np.isfinite(v)
    if also is not None:
        if len(also) != k:
            raise SynthesisError(f"the moderators have {len(also)} rows, the studies {k}")
        used &= np.isfinite(also).all(axis=1)
    complete = bool(np.logical_and.reduce(used))
    y, v = (y.copy(), v.copy()) if complete else (y[used], v[used])
    if not len(y):
        raise TooFewStudies(
            "no study has an estimate and a variance",
            hint="see the notes of effect_sizes() for why",
        )
    notes = []
    if np.minimum.reduce(v) <= 0:
        if (v < 0).any():
            notes.append(say.NEGATIVE)
            v = np.maximum(v, 0.0)
        notes.append(say.ZERO_VARIANCE.format(count=int((v == 0).sum())))
    if not complete:
        notes.append(say.INCOMPLETE.format(count=k - len(y), k=k))
    names = None
    if labels is not None:
        names = tuple(n for n, u in zip(label(labels, k), used, strict=True) if u)
    return Studies(y, v, used, names, tuple(notes))


@overload
def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = ...,
    test: str = ...,
    mods: None = ...,
    weights: ArrayLike | None = ...,
    level: float = ...,
    interval: str | None = ...,
    measure: str = ...,
    labels: Sequence[str] | None = ...,
) -> Pooled: ...


@overload
def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = ...,
    test: str = ...,
    mods: Any,
    weights: ArrayLike | None = ...,
    level: float = ...,
    interval: str | None = ...,
    measure: str = ...,
    labels: Sequence[str] | None = ...,
    intercept: bool = ...,
) -> Regression: ...


@guarded
def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    mods: Any = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    interval: str | None = None,
    measure: str = "GEN",
    labels: Sequence[str] | None = None,
    intercept: bool = True,
) -> Pooled | Regression:
    """Pool estimates ``yi`` with sampling variances ``vi``.

    ``method``: EE or FE (no variance between studies), or the estimator of tau2: DL HE HS HSk SJ ML
    REML EB PM PMM GENQ GENQM DLIT SJIT. ``test``: ``z`` normal; ``t`` with k - p degrees of
    freedom;
    ``knha`` Knapp-Hartung; ``adhoc`` Knapp-Hartung that never narrows the interval; ``kr``
    Kenward-Roger (REML without moderators or weights). EE/FE use z where a Knapp-Hartung or
    Kenward-Roger test is asked for.
    ``mods``: moderators, see :func:`sinteza.stats.regression.design`; ``intercept=False`` leaves
    the intercept out. ``weights``: pool with these instead of inverse variances (GENQ, GENQM: they
    also define the quadratic form, 1/vi when not given). ``interval``: the prediction interval:
    ``normal``, ``t`` (k - p) or ``riley`` (k - p - 1); default normal for z, t otherwise.

    Rows with missing values are left out and noted. Raises TooFewStudies (fewer studies than
    coefficients), SynthesisError (a variance of zero where it is divided by, unknown codes),
    NotConverged.
    """
    _check(method, test, level, interval)
    if mods is not None:
        from sinteza.stats.regression import regress

        return regress(
            yi,
            vi,
            mods,
            method=method,
            test=test,
            weights=weights,
            level=level,
            measure=measure,
            labels=labels,
            intercept=intercept,
        )
    s = usable(yi, vi, labels)
    w = given_weights(weights, s.used)
    k = len(s.yi)
    notes = list(s.notes)
    test = effective_test(method, test, k, 1, notes)
    m = model(s.yi, s.vi)
    between = between_studies(m, method, w)
    notes += between.notes
    if k == 1:
        return _single(s, method, level, measure, notes)
    core = solve(m, between, method, test, w)
    estimate_ = float(m.coefficients(core.fit)[0])
    df: float | None = None if test == "z" else m.df
    if test == "kr":
        core, df = kenward_roger(m, core, method, weighted=w is not None)
    se = math.sqrt(m.covariance(core.cov)[0, 0])
    half = critical(level, df) * se
    tau2 = between.value * m.scale**2
    pi = prediction(estimate_, se, tau2, level, df, m.df, interval, method)
    _caution(notes, k, test, method, tau2, se)
    return Pooled(
        **heterogeneity(m, s, between, core, method, test, level, measure, df),
        notes=tuple(notes),
        estimate=estimate_,
        se=se,
        statistic=_ratio(estimate_, se),
        p=float(t_p(_ratio(estimate_, se), df)),
        ci_low=estimate_ - half,
        ci_high=estimate_ + half,
        pi_low=pi[0],
        pi_high=pi[1],
    )


def _check(method: str, test: str, level: float, interval: str | None) -> None:
    if method not in METHODS:
        raise SynthesisError(f"there is no method {method!r}", hint=f"one of: {' '.join(METHODS)}")
    if test not in TESTS:
        raise SynthesisError(f"there is no test {test!r}", hint=f"one of: {' '.join(TESTS)}")
    if not 0 < level < 1:
        raise SynthesisError(f"the level must lie between 0 and 1, not {level}")
    if interval not in (None, "normal", "t", "riley"):
        raise SynthesisError(
            f"there is no prediction interval {interval!r}", hint="normal, t or riley"
        )


def given_weights(weights: ArrayLike | None, used: BoolArray) -> FloatArray | None:
    """The weights of the studies used, or None; refuses negative ones."""
    if weights is None:
        return None
    w = vector(weights, "weights")
    if len(w) != len(used):
        raise SynthesisError(f"{len(w)} weights for {len(used)} studies")
    w = w[used]
    if not (np.isfinite(w) & (w >= 0)).all() or w.sum() == 0:
        raise SynthesisError("weights must be numbers, not negative, not all zero")
    return w


def effective_test(method: str, test: str, k: int, p: int, notes: list[str]) -> str:
    """The test that can be done: EE/FE know no Knapp-Hartung, one study no t."""
    if k <= p and test != "z":
        if k == 1:
            notes.append(say.ONE_Z)
        return "z"
    if method in FIXED and test in ("knha", "adhoc", "kr"):
        return "z"
    return test


def between_studies(m: Model, method: str, weights: FloatArray | None) -> Tau2:
    """tau2 of the model, 0 when there is nothing left to estimate it from."""
    if m.df == 0:
        return Tau2(0.0, _NAN)
    if method in ("GENQ", "GENQM") and weights is None:
        if m.low <= 0:
            raise SynthesisError(
                f"{method} weighs with 1/vi and a sampling variance is zero", hint="give weights"
            )
        weights = 1 / m.v
    return estimate(m, method, weights)


@dataclass(frozen=True)
class Core:
    """The fit, the one with inverse-variance weights (the same unless weights were given), the
    covariance of the (orthonormal, scaled) coefficients, the weights used."""

    fit: Weighted
    inverse: Weighted
    cov: FloatArray
    weights: FloatArray
    dispersion: float


def solve(m: Model, between: Tau2, method: str, test: str, weights: FloatArray | None) -> Core:
    """Coefficients and covariance; Knapp-Hartung multiplies with the weighted residual variance.

    Raises SynthesisError where a variance of zero leaves a weight infinite.
    """
    if m.low + between.value <= 0:
        raise SynthesisError(
            "a study has no variance at all: its weight would be infinite",
            hint="a standard error of zero is usually a missing one; leave that study out",
        )
    if method in ("GENQ", "GENQM") and weights is None:
        weights = 1 / m.v
    inverse = m.at(between.value)
    dispersion = 1.0
    if test in ("knha", "adhoc"):
        dispersion = 0.0 if m.exact(inverse) else inverse.rss / m.df
        if test == "adhoc":
            dispersion = max(1.0, dispersion)
    if weights is None:
        return Core(inverse, inverse, inverse.a_inv * dispersion, inverse.w, dispersion)
    given = m.weigh(weights / weights.max())
    middle = m.between(given.w**2 / inverse.w)
    return Core(
        given, inverse, given.a_inv @ middle @ given.a_inv * dispersion, given.w, dispersion
    )


def kenward_roger(m: Model, core: Core, method: str, *, weighted: bool) -> tuple[Core, float]:
    """The covariance enlarged for the estimation of tau2, and the degrees of freedom.

    With S_j = sum w^j and the expected information I = (S2 - 2 S3/S1 + (S2/S1)^2)/2 of tau2:
    var = 1/S1 + 2 (S3 - S2^2/S1)/(I S1^2), df = 2 I/(S2 var)^2 (Partlett & Riley 2017, Stat Med
    36:301, after Kenward & Roger 1997). Raises SynthesisError for any other model than REML.
    """
    if method != "REML" or weighted or not m.flat:
        raise SynthesisError(
            "the Kenward-Roger test belongs to REML without moderators and without own weights",
            hint="use test='knha'",
        )
    w = core.weights
    s1, s2, s3 = float(w.sum()), float(np.sum(w**2)), float(np.sum(w**3))
    information = 0.5 * m.traces(core.fit)[1]
    variance = 1 / s1 + 2 * (s3 - s2**2 / s1) / (information * s1**2)
    return replace(core, cov=core.cov * variance * s1), 2 * information / (s2 * variance) ** 2


def heterogeneity(
    m: Model,
    s: Studies,
    between: Tau2,
    core: Core,
    method: str,
    test: str,
    level: float,
    measure: str,
    df: float | None,
) -> dict[str, Any]:
    """The fields that all fits share."""
    square = m.scale**2
    q = q_p = i2 = h2 = _NAN
    if m.low > 0 and m.df > 0:
        fixed = m.at(0.0)
        q = fixed.rss
        q_p = float(chi2_p(q, m.df))
        if method in FIXED:
            h2 = q / m.df
            i2 = 100 * max(0.0, (q - m.df) / q) if q > 0 else 0.0
        else:
            typical = m.df / m.traces(fixed)[0]
            i2 = 100 * between.value / (typical + between.value)
            h2 = 1 + between.value / typical
    elif m.df == 0:
        q, q_p, i2, h2 = 0.0, 1.0, 0.0, 1.0
    return {
        "measure": measure,
        "method": method,
        "test": test,
        "level": level,
        "k": m.k,
        "p_coef": m.p,
        "df": df,
        "tau2": between.value * square,
        "tau2_se": between.se * square,
        "i2": i2,
        "h2": h2,
        "q": q,
        "q_df": m.df,
        "q_p": q_p,
        **likelihoods(m, method, core),
        "weights": core.weights * (100 / np.add.reduce(core.weights)),
        "yi": s.yi,
        "vi": s.vi,
        "names_given": s.names,
        "used": s.used,
    }


def likelihoods(m: Model, method: str, core: Core) -> dict[str, float]:
    """Log-likelihood, deviance, AIC, BIC, AICc.

    REML counts k - p observations and includes the constant log|X'X|/2; parameters are the
    coefficients and, unless fixed, tau2. The deviance is against the saturated model (REML: -2 ll).
    """
    restricted = method == "REML"
    n = m.df if restricted else m.k
    fit = core.inverse
    rss = fit.rss
    if core.fit is not fit:  # other weights leave other residuals
        rss = float(np.dot(fit.w * core.fit.r, core.fit.r))
    unit = n * (math.log(2 * math.pi) + 2 * math.log(m.scale))
    loglik = -0.5 * (unit - float(np.add.reduce(np.log(fit.w))) + rss)
    saturated = 0.0
    if restricted:
        loglik -= 0.5 * fit.log_det
    elif m.low > 0:
        saturated = -0.5 * (unit - float(np.add.reduce(np.log(m.at(0.0).w))))
    parameters = m.p + (0 if method in FIXED else 1)
    most = max(n, parameters + 2)
    return {
        "loglik": loglik,
        "deviance": -2 * (loglik - saturated),
        "aic": -2 * loglik + 2 * parameters,
        "bic": -2 * loglik + parameters * math.log(n) if n > 0 else _NAN,
        "aicc": -2 * loglik + 2 * parameters * most / (most - parameters - 1),
    }


def prediction(
    estimate_: float,
    se: float,
    tau2: float,
    level: float,
    df: float | None,
    residual_df: int,
    interval: str | None,
    method: str,
) -> tuple[float, float]:
    """Where the effect of a new study lies: estimate ± crit sqrt(tau2 + se²); NaN for EE/FE."""
    if method in FIXED:
        return _NAN, _NAN
    use: float | None
    if interval == "normal":
        use = None
    elif interval == "riley":
        use = residual_df - 1
    else:
        use = residual_df if interval == "t" else df
    half = critical(level, use) * math.sqrt(tau2 + se * se)
    return estimate_ - half, estimate_ + half


def _single(s: Studies, method: str, level: float, measure: str, notes: list[str]) -> Pooled:
    """One study: its own estimate and interval."""
    y, v = float(s.yi[0]), float(s.vi[0])
    if v <= 0:
        raise SynthesisError("the only study has a variance of zero", hint="give its variance")
    m = model(s.yi, s.vi)
    se = math.sqrt(v)
    half = critical(level, None) * se
    between = Tau2(0.0, _NAN)
    alone = m.at(0.0)
    core = Core(alone, alone, np.ones((1, 1)), np.ones(1), 1.0)
    fields = heterogeneity(m, s, between, core, method, "z", level, measure, None)
    random = method not in FIXED
    if random:
        notes.append(say.ONE)
    return Pooled(
        **fields,
        notes=tuple(notes),
        estimate=y,
        se=se,
        statistic=y / se,
        p=float(t_p(y / se, None)),
        ci_low=y - half,
        ci_high=y + half,
        pi_low=y - half if random else _NAN,
        pi_high=y + half if random else _NAN,
    )


def _ratio(estimate_: float, se: float) -> float:
    """estimate / se; infinite when there is no error at all, NaN for 0/0."""
    if se > 0:
        return estimate_ / se
    return float(np.copysign(np.inf, estimate_)) if estimate_ else _NAN


def _caution(notes: list[str], k: int, test: str, method: str, tau2: float, se: float) -> None:
    """What a reader must know before trusting the numbers."""
    if se == 0:
        notes.append(say.NO_SPREAD)
    if method in FIXED:
        return
    if k < 5 and test == "z":
        notes.append(say.FEW_Z.format(k=k))
    if k == 2 and test in ("knha", "adhoc"):
        notes.append(say.TWO)
    if tau2 == 0:
        notes.append(say.TAU2_ZERO)
