"""Generalized linear mixed models: the exact likelihood of counts, no zero-cell correction.

Models (Stijnen, Hamza and Ozdemir, Stat Med 2010;29:3046; Jackson et al., Stat Med 2018;37:1059):

* ``UM.FS`` unconditional, fixed study effects: logit p_ij = a_i + (beta + u_i) x_ij, u ~ N(0, tau2)
* ``UM.RS`` unconditional, random study effects: a_i ~ N(alpha, sigma2)
* ``CM.EL`` conditional on the total of events, exact: noncentral hypergeometric (odds ratio) or
  binomial (rate ratio)
* ``CM.AL`` conditional, approximate: binomial of the events with offset log(n1/n2) (rare events)
* single arms (``PLO``: logit of a proportion, ``IRLN``: log of a rate): one random intercept

The groups are coded +1/2 and -1/2, so that tau2 does not depend on which arm is called first.
One random effect is integrated by adaptive Gauss-Hermite quadrature (7 points by default), two by
Laplace's approximation unless ``points`` says otherwise (as ``lme4::glmer`` does); CM.EL for odds
ratios uses 31 points. Studies without events (or with events only) in both arms carry no
information on the contrast and are left out, which a note says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats import distributions
from sinteza.stats.arrays import FloatArray, same_length, vector
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, counted, hessian, wald
from sinteza.stats.tabulate import number, p_value

_MODELS = {
    "OR": ("UM.FS", "UM.RS", "CM.EL", "CM.AL"),
    "IRR": ("UM.FS", "UM.RS", "CM.EL"),
    "PLO": ("UM.FS",),
    "IRLN": ("UM.FS",),
}


@dataclass(frozen=True)
class GLMMResult:
    """A fitted generalized linear mixed model.

    ``estimate``, ``se``, ``ci_low``, ``ci_high``: log odds ratio (OR), log rate ratio (IRR), logit
    (PLO) or log rate (IRLN); ``se`` from the inverse of the observed information of all
    parameters. ``tau2``: between-study variance on that scale; ``sigma2``: variance of the study
    intercepts (UM.RS, else None). ``i2``: 100 tau2 / (tau2 + v), v the typical sampling variance
    of Higgins and Thompson (percent). ``q_wald`` and ``q_lrt``: tests of heterogeneity against the
    saturated model, ``q_df`` degrees of freedom (for UM.RS the saturated model keeps the
    random intercept on the second arm, so that they depend on which arm is second; ``q_wald`` is
    None there with fewer than 2 finite contrasts). ``loglik`` is
    the full log-likelihood with all constants; ``aic`` and ``bic`` follow (bic with the number of
    independent studies). ``loglik_given_modes``: the log-likelihood given the modes of the random
    effects, which is not the likelihood but what lme4's deviance, and so metafor's logLik of these
    models, reports. ``prediction_low/high``: estimate +- z sqrt(se^2 + tau2).
    """

    measure: str
    model: str
    method: str
    k: int
    estimate: float
    se: float
    statistic: float
    p: float
    ci_low: float
    ci_high: float
    tau2: float
    sigma2: float | None
    i2: float
    q_wald: float | None
    q_wald_p: float | None
    q_lrt: float
    q_lrt_p: float
    q_df: int
    loglik: float
    loglik_given_modes: float
    aic: float
    bic: float
    prediction_low: float
    prediction_high: float
    coefficients: tuple[Coefficient, ...]
    points: int
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient."""
        return [c.row() for c in self.coefficients]

    def as_dict(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)

    def summary(self) -> str:
        """The fit as a person would print it."""
        lines = [
            f"{self.measure} by {self.model} ({self.method}), k = {self.k}",
            f"tau2 {number(self.tau2)}"
            + ("" if self.sigma2 is None else f", sigma2 {number(self.sigma2)}")
            + f", I2 {self.i2:.1f}%, log-likelihood {self.loglik:.4f}",
            f"LRT Q({self.q_df}) = {number(self.q_lrt)}, p {p_value(self.q_lrt_p)}",
            coefficient_table(self.coefficients, self.level),
        ]
        return "\n".join([*lines, *(f"Note: {n}" for n in self.notes)])


# --- kernels: log-likelihood of one count given its linear predictor, and two derivatives --------

Kernel = Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]


def _binomial(x: FloatArray, n: FloatArray) -> Kernel:
    constant = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)

    def kernel(eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        p = special.expit(eta)
        value = constant + x * eta - n * np.logaddexp(0.0, eta)
        return value, x - n * p, -n * p * (1 - p)

    return kernel


def _poisson(x: FloatArray, t: FloatArray) -> Kernel:
    constant = x * np.log(t) - special.gammaln(x + 1)

    def kernel(eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        mean = t * np.exp(np.minimum(eta, 700.0))
        return constant + x * eta - mean, x - mean, -mean

    return kernel


def hypergeometric(a: FloatArray, n1: FloatArray, n2: FloatArray, s: FloatArray) -> Kernel:
    """Noncentral hypergeometric: P(a) = C(n1,a) C(n2,s-a) e^(a t), divided by its sum over a.

    The supports differ in length; they are padded with weight zero.
    """
    low, high = np.maximum(0, s - n2), np.minimum(n1, s)
    width = int(np.max(high - low)) + 1
    j = low[:, None] + np.arange(float(width))[None, :]
    inside = j <= high[:, None]
    j = np.minimum(j, high[:, None])
    logs = np.where(
        inside, _log_choose(n1[:, None], j) + _log_choose(n2[:, None], s[:, None] - j), -np.inf
    )
    own = _log_choose(n1, a) + _log_choose(n2, s - a)

    def kernel(eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        shape = eta.shape
        theta = eta.reshape(len(a), -1)
        value, first, second = np.empty((3, *theta.shape))
        for column in range(theta.shape[1]):  # one quadrature point at a time bounds the memory
            t = theta[:, column]
            terms = logs + (j - a[:, None]) * t[:, None]
            top = terms.max(axis=1)
            weight = np.exp(terms - top[:, None])
            total = weight.sum(axis=1)
            mean = (weight * j).sum(axis=1) / total
            spread = (weight * (j - mean[:, None]) ** 2).sum(axis=1) / total
            value[:, column] = own - top - np.log(total)
            first[:, column], second[:, column] = a - mean, -spread
        return value.reshape(shape), first.reshape(shape), second.reshape(shape)

    return kernel


def _log_choose(n: FloatArray, x: FloatArray) -> FloatArray:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1))


# --- integration over the random effects ---------------------------------------------------------


def _integrate(
    kernels: list[Kernel], offsets: list[FloatArray], loads: list[list[float]], points: int
) -> FloatArray:
    """Log of the integral over q standard normal effects, one value a study.

    Arm a of study i has the linear predictor offsets[a][i] + sum_r loads[a][r] v_r. The integrand
    is expanded around its mode (Newton), then ``points`` nodes an axis (1 = Laplace; 0: not the
    integral but the log-likelihood given the mode).
    """
    q = len(loads[0])
    k = len(offsets[0])
    if q == 0:
        return np.asarray(sum(f(o)[0] for f, o in zip(kernels, offsets, strict=True)))
    load = np.asarray(loads)  # arms x q
    v = np.zeros((k, q))

    def at(v: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        value = -0.5 * (v**2).sum(axis=1)
        slope = -v.copy()
        curve = np.tile(np.eye(q), (k, 1, 1))
        for arm, kernel in enumerate(kernels):
            f, d1, d2 = kernel(offsets[arm] + v @ load[arm])
            value = value + f
            slope = slope + d1[:, None] * load[arm]
            curve = curve - d2[:, None, None] * np.outer(load[arm], load[arm])
        return value, slope, curve

    value, slope, curve = at(v)
    for _ in range(100):
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        size = np.ones(k)
        for _ in range(30):  # halve where the step does not go up
            tried = v + size[:, None] * step
            new = at(tried)
            worse = new[0] < value - 1e-12 * (1 + np.abs(value))
            if not worse.any():
                break
            size = np.where(worse, size / 2, size)
        v, (value, slope, curve) = tried, new
        if float(np.max(np.abs(step))) < 1e-10:
            break
    if points == 0:
        return np.asarray(value + 0.5 * (v**2).sum(axis=1))
    root = np.linalg.cholesky(np.linalg.inv(curve))  # v = mode + root z
    log_det = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    if points == 1:
        return np.asarray(value + log_det)
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    grid = np.stack(np.meshgrid(*([nodes] * q), indexing="ij"), axis=-1).reshape(-1, q)
    log_w = np.log(
        np.prod(np.stack(np.meshgrid(*([weights] * q), indexing="ij"), axis=-1), axis=-1)
    ).reshape(-1) - 0.5 * q * np.log(2 * np.pi)
    terms = np.empty((k, len(grid)))
    for g, z in enumerate(grid):
        moved = v + root @ z
        total = -0.5 * (moved**2).sum(axis=1)
        for arm, kernel in enumerate(kernels):
            total = total + kernel(offsets[arm] + moved @ load[arm])[0]
        terms[:, g] = total + 0.5 * z @ z + log_w[g]
    return np.asarray(special.logsumexp(terms, axis=1) + log_det)


def _profiled(
    evaluate: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    free: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Maximize separable functions of one nuisance number each (Newton on differences)."""
    x = start.copy()
    h = 1e-3
    value = evaluate(x)
    for _ in range(60):
        up, down = evaluate(x + h), evaluate(x - h)
        slope, curve = (up - down) / (2 * h), (up - 2 * value + down) / h**2
        step = np.clip(np.where(curve < 0, -slope / np.minimum(curve, -1e-12), slope), -2, 2)
        if free is not None:
            step = np.where(free, step, 0.0)
        size = np.ones(len(x))
        for _ in range(30):
            new = evaluate(x + size * step)
            worse = new < value - 1e-11 * (1 + np.abs(value))
            if not worse.any():
                break
            size = np.where(worse, size / 2, size)
        x, value = x + size * step, new
        if float(np.max(np.abs(step))) < 1e-7:
            break
    return value, x


# --- the models as functions of (beta, ...) ------------------------------------------------------


@dataclass(frozen=True)
class _Counts:
    """Checked counts: arms of (x, size), ``poisson`` says whether size is person-time."""

    arms: list[tuple[FloatArray, FloatArray]]
    poisson: bool
    notes: tuple[str, ...]

    @property
    def kernels(self) -> list[Kernel]:
        make = _poisson if self.poisson else _binomial
        return [make(x, n) for x, n in self.arms]

    def saturated(self) -> FloatArray:
        """Largest log-likelihood of each study: every arm has its own rate."""
        total = np.zeros(len(self.arms[0][0]))
        for x, n in self.arms:
            if self.poisson:
                total += special.xlogy(x, x) - x - special.gammaln(x + 1)
            else:
                total += (
                    _log_choose(n, x) + special.xlogy(x, x / n) + special.xlogy(n - x, 1 - x / n)
                )
        return total


def _counts(measure: str, columns: dict[str, ArrayLike | None]) -> _Counts:
    names = {
        "OR": [("ai", "n1i"), ("ci", "n2i")],
        "IRR": [("x1i", "t1i"), ("x2i", "t2i")],
        "PLO": [("xi", "ni")],
        "IRLN": [("xi", "ti")],
    }[measure]
    got = {name: vector(v, name) for name, v in columns.items() if v is not None}
    same_length(got)
    if measure == "OR":
        for total, event, other in (("n1i", "ai", "bi"), ("n2i", "ci", "di")):
            if total not in got and event in got and other in got:
                got[total] = got[event] + got[other]
    missing = [column for pair in names for column in pair if column not in got]
    if missing:
        raise SynthesisError(
            f"a GLMM of {measure} needs the columns {', '.join(missing)}",
            hint="give events and totals (or person-time) of every arm",
        )
    keep = np.ones(len(got[names[0][0]]), bool)
    for pair in names:
        for column in pair:
            keep &= ~np.isnan(got[column])
    notes = []
    if not keep.all():
        notes.append(f"{counted(int((~keep).sum()))} with missing counts left out")
    arms = [(got[x][keep], got[n][keep]) for x, n in names]
    poisson = measure in ("IRR", "IRLN")
    for x, n in arms:
        if (x < 0).any() or (n <= 0).any() or (not poisson and (x > n).any()):
            raise SynthesisError("events must lie between 0 and the total, totals above 0")
    if len(arms) == 2:
        (a, n1), (c, n2) = arms
        none = (a == 0) & (c == 0)
        full = np.zeros_like(none) if poisson else (a == n1) & (c == n2)
        if (none | full).any():
            notes.append(
                f"{counted(int((none | full).sum()))} without events (or with events only) in both "
                "arms left out: no information on the contrast"
            )
            arms = [(x[~(none | full)], n[~(none | full)]) for x, n in arms]
    if len(arms[0][0]) < 2:
        raise TooFewStudies(
            f"a GLMM needs 2 studies with information, there are {len(arms[0][0])}",
            hint="report the single study's own estimate",
        )
    for x, n in arms:
        if x.sum() == 0 or (not poisson and x.sum() == n.sum()):
            raise NotConverged(
                "the estimate runs to infinity: an arm has no events, or events only, in any study",
                hint="report the counts, or a Bayesian or penalized estimate",
            )
    return _Counts(arms, poisson, tuple(notes))


#: log-likelihood at (fixed effects ..., standard deviations ...)
Objective = Callable[[FloatArray], float]


@dataclass
class _Likelihood:
    """The log-likelihood of a model as a function of its parameters.

    ``parts(p, x)``: offsets and loads of the arms at the parameters p and, where the study
    intercepts are ``profiled``, at the intercepts x.
    """

    kernels: list[Kernel]
    parts: Callable[[FloatArray, FloatArray], tuple[list[FloatArray], list[list[float]]]]
    points: int
    intercepts: FloatArray
    profiled: bool = False

    def __call__(self, p: FloatArray) -> float:
        def given(x: FloatArray) -> FloatArray:
            return _integrate(self.kernels, *self.parts(p, x), self.points)

        if not self.profiled:
            return float(given(self.intercepts).sum())
        value, self.intercepts = _profiled(given, self.intercepts)
        return float(value.sum())

    def given_modes(self, p: FloatArray) -> float:
        """The log-likelihood given the modes of the random effects, at the maximum p."""
        self(p)
        return float(_integrate(self.kernels, *self.parts(p, self.intercepts), 0).sum())


def _objective(
    model: str, data: _Counts, points: int, *, random: bool
) -> tuple[_Likelihood, int, int]:
    """(log-likelihood, number of fixed effects, number of standard deviations)."""
    kernels, arms = data.kernels, data.arms
    zero = np.zeros(len(arms[0][0]))
    spread = 1 if random else 0

    def single(p: FloatArray, x: FloatArray) -> tuple[list[FloatArray], list[list[float]]]:
        return [shift + p[0]], [[p[1]]] if random else [[]]

    def fixed(p: FloatArray, x: FloatArray) -> tuple[list[FloatArray], list[list[float]]]:
        half = 0.5 * p[1] if random else 0.0
        return [x + p[0] / 2, x - p[0] / 2], [[half], [-half]] if random else [[], []]

    def study_random(p: FloatArray, x: FloatArray) -> tuple[list[FloatArray], list[list[float]]]:
        sigma = p[-1]
        loads = [[sigma], [sigma]]
        if random:
            loads = [[sigma, 0.5 * p[2]], [sigma, -0.5 * p[2]]]
        return [zero + p[1] + p[0], zero + p[1]], loads

    shift = zero
    if len(arms) == 1:
        return _Likelihood(kernels, single, points, zero), 1, spread
    if model in ("CM.EL", "CM.AL"):
        (a, n1), (c, n2) = arms
        if model == "CM.EL" and not data.poisson:
            kernel = hypergeometric(a, n1, n2, a + c)
        else:
            kernel, shift = _binomial(a, a + c), np.log(n1 / n2)
        return _Likelihood([kernel], single, points, zero), 1, spread
    if model == "UM.FS":
        return _Likelihood(kernels, fixed, points, _start(data), profiled=True), 1, spread
    return _Likelihood(kernels, study_random, points, zero), 2, spread + 1


def _rates(data: _Counts) -> list[FloatArray]:
    """Half-corrected logits (or log rates) of each arm: starting values only."""
    if data.poisson:
        return [np.log((x + 0.5) / n) for x, n in data.arms]
    return [np.log((x + 0.5) / (n - x + 0.5)) for x, n in data.arms]


def _start(data: _Counts) -> FloatArray:
    return np.asarray(sum(_rates(data)) / len(data.arms))


def _maximize(objective: Objective, start: FloatArray, n_fixed: int) -> tuple[FloatArray, float]:
    """Largest value from several starting standard deviations, polished by Newton steps."""
    from scipy import optimize

    n_sd = len(start) - n_fixed
    bounds = [(None, None)] * n_fixed + [(0.0, None)] * n_sd
    # the likelihood may have several maxima in tau: look along a grid first
    grid = (0.05, 0.2, 0.5, 1.0, 2.0) if n_sd else (0.0,)
    tried = []
    for sd in grid:
        x = start.copy()
        x[n_fixed:] = np.maximum(sd, 1e-3)
        tried.append((objective(x), x))
    tried.sort(key=lambda pair: -pair[0])
    done = optimize.minimize(
        lambda p: -objective(p), tried[0][1], method="L-BFGS-B", jac="3-point", bounds=bounds,
        options={"ftol": 1e-11, "gtol": 1e-6, "maxiter": 200},
    )  # fmt: skip
    value, x = -float(done.fun), np.asarray(done.x)
    if not np.isfinite(value):
        raise NotConverged("the likelihood of the GLMM has no finite maximum")
    free = np.concatenate([np.ones(n_fixed, bool), x[n_fixed:] > 1e-4])
    for _ in range(8):
        matrix, slope = _information(objective, x, free)
        try:
            step = np.linalg.solve(matrix, slope)
        except np.linalg.LinAlgError:
            break
        moved = x.copy()
        moved[free] += step
        if (moved[n_fixed:] < 0).any():
            break
        new = objective(moved)
        if new < value - 1e-9:
            break
        x, value = moved, new
        if float(np.max(np.abs(step))) < 1e-8:
            break
    return x, value


def _information(
    objective: Objective, x: FloatArray, free: np.ndarray[Any, np.dtype[np.bool_]]
) -> tuple[FloatArray, FloatArray]:
    """Observed information and gradient of the free parameters."""
    where = np.flatnonzero(free)

    def part(values: FloatArray) -> float:
        full = x.copy()
        full[where] = values
        return -objective(full)

    at = x[where]
    step = np.where(where >= 0, 1e-3 * (1 + np.abs(at)), 0.0)
    sds = np.flatnonzero(at > 0)
    step[sds] = np.minimum(step[sds], np.maximum(np.abs(at[sds]) / 4, 1e-5))
    slope = np.array(
        [
            -(8 * (part(at + e) - part(at - e)) - (part(at + 2 * e) - part(at - 2 * e))) / 12 / s
            for e, s in zip(np.diag(step), step, strict=True)
        ]
    )
    return hessian(part, at, step=step), slope


@guarded
def pool_glmm(
    measure: str = "OR",
    *,
    model: str = "UM.FS",
    method: str = "ML",
    level: float = 0.95,
    points: int | None = None,
    ai: ArrayLike | None = None,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    x1i: ArrayLike | None = None,
    x2i: ArrayLike | None = None,
    t1i: ArrayLike | None = None,
    t2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
    ti: ArrayLike | None = None,
) -> GLMMResult:
    """Fit a generalized linear mixed model to counts.

    ``measure``: OR (``ai n1i ci n2i``, or ``bi``/``di`` for the totals), IRR (``x1i t1i x2i t2i``),
    PLO (``xi ni``) or IRLN (``xi ti``). ``method``: ``ML`` (random effects) or ``EE`` (tau2 = 0).
    ``points``: quadrature points an axis.

    Raises SynthesisError for a model the measure does not have, TooFewStudies below 2 studies with
    information, NotConverged where the likelihood has no finite maximum.
    """
    if measure not in _MODELS:
        raise SynthesisError(f"no GLMM for {measure}", hint=f"use one of {', '.join(_MODELS)}")
    if model not in _MODELS[measure]:
        raise SynthesisError(
            f"no model {model} for {measure}", hint=f"use one of {', '.join(_MODELS[measure])}"
        )
    if method not in ("ML", "EE"):
        raise SynthesisError(f"no method {method} for a GLMM", hint="ML or EE")
    data = _counts(
        measure,
        {"ai": ai, "bi": bi, "ci": ci, "di": di, "n1i": n1i, "n2i": n2i, "x1i": x1i, "x2i": x2i,
         "t1i": t1i, "t2i": t2i, "xi": xi, "ni": ni, "ti": ti},
    )  # fmt: skip
    random = method == "ML"
    if points is None:
        two = model == "UM.RS" and random
        points = 1 if two else 31 if (model, measure) == ("CM.EL", "OR") else 7
    return _fit(measure, model, data, random=random, points=points, level=level)


def _fit(
    measure: str, model: str, data: _Counts, *, random: bool, points: int, level: float
) -> GLMMResult:
    objective, n_fixed, n_sd = _objective(model, data, points, random=random)
    rates = _rates(data)
    contrast = rates[0] - rates[1] if len(rates) == 2 else rates[0]
    vi = _variances(data)
    start = np.concatenate([
        [np.average(contrast, weights=1 / vi)], [np.mean(rates[-1])] if n_fixed == 2 else [],
        np.full(n_sd, 0.3),
    ])  # fmt: skip
    x, value = _maximize(objective, start, n_fixed)
    notes = list(data.notes)
    sds = x[n_fixed:]
    free = np.concatenate([np.ones(n_fixed, bool), sds > 1e-4])
    matrix, _ = _information(objective, x, free)
    try:
        cov = np.linalg.inv(matrix)
    except np.linalg.LinAlgError as error:
        raise NotConverged("the information matrix is singular") from error
    if not (np.diagonal(cov)[:n_fixed] > 0).all():
        raise NotConverged("the information matrix is not positive definite at the maximum")
    tau2 = float(sds[0] ** 2) if random else 0.0
    if random and sds[0] <= 1e-4:
        tau2 = 0.0
        notes.append("tau2 lies on its boundary, 0")
    names = {"OR": "log OR", "IRR": "log IRR", "PLO": "logit", "IRLN": "log rate"}
    lines = [
        wald(name, float(x[i]), float(np.sqrt(cov[i, i])), level=level)
        for i, name in enumerate([names[measure], "reference arm"][:n_fixed])
    ]
    q_wald, q_lrt = _heterogeneity(model, data, points)
    k = len(vi)
    df = k - 1
    n_par = n_fixed + n_sd + (k if model == "UM.FS" and len(rates) == 2 else 0)
    spread = distributions.critical(level, None) * float(np.sqrt(lines[0].se ** 2 + tau2))
    w = 1 / vi
    typical = df / (w.sum() - (w**2).sum() / w.sum())
    first = lines[0]
    return GLMMResult(
        measure=measure, model=model, method="ML" if random else "EE", k=k,
        estimate=first.estimate, se=first.se, statistic=first.statistic, p=first.p,
        ci_low=first.ci_low, ci_high=first.ci_high, tau2=tau2,
        sigma2=float(sds[-1] ** 2) if model == "UM.RS" else None,
        i2=float(100 * tau2 / (tau2 + typical)),
        q_wald=q_wald, q_wald_p=None if q_wald is None else float(distributions.chi2_p(q_wald, df)),
        q_lrt=q_lrt, q_lrt_p=float(distributions.chi2_p(q_lrt, df)), q_df=df, loglik=value,
        loglik_given_modes=objective.given_modes(x),
        aic=2 * n_par - 2 * value, bic=float(np.log(k) * n_par - 2 * value),
        prediction_low=first.estimate - spread, prediction_high=first.estimate + spread,
        coefficients=tuple(lines), points=points, level=level, notes=tuple(notes),
    )  # fmt: skip


def _variances(data: _Counts) -> FloatArray:
    """Sampling variances of the contrast, 1/2 added to the studies with an empty cell."""
    cells = [x for x, _ in data.arms]
    if not data.poisson:
        cells += [n - x for x, n in data.arms]
    empty = np.any([c == 0 for c in cells], axis=0)
    return np.asarray(sum(1 / (c + 0.5 * empty) for c in cells))


def _heterogeneity(model: str, data: _Counts, points: int) -> tuple[float | None, float]:
    """Wald and likelihood-ratio statistics of the saturated model against tau2 = 0."""
    if model == "UM.RS":
        return _heterogeneity_random_intercept(data, points)
    flat, _, _ = _objective(model, data, points, random=False)
    rates = _rates(data)
    contrast = rates[0] - rates[1] if len(rates) == 2 else rates[0]
    _, common = _maximize(flat, np.array([np.median(contrast)]), 1)
    (a, n1), (c, n2) = data.arms if len(data.arms) == 2 else (data.arms[0], data.arms[0])
    if model == "CM.EL" and not data.poisson:
        kernel = hypergeometric(a, n1, n2, a + c)
        inner = (a > np.maximum(0, a + c - n2)) & (a < np.minimum(n1, a + c))
        theta = np.where(inner, contrast, np.where(a > 0, 50.0, -50.0))
        for _ in range(100):
            _, first, second = kernel(theta)
            step = np.where(inner, np.clip(-first / np.minimum(second, -1e-300), -1, 1), 0.0)
            theta = theta + step
            if float(np.max(np.abs(step))) < 1e-12:
                break
        value, _, second = kernel(theta)
        best = np.where(inner, value, 0.0)  # at the edge of the support the probability tends to 1
        weight = np.where(inner, -second, 0.0)
    elif model in ("CM.AL", "CM.EL"):
        kernel = _binomial(a, a + c)
        share = a / (a + c)
        inner = (share > 0) & (share < 1)
        theta = special.logit(np.where(inner, share, 0.5)) - np.log(n1 / n2)
        best = np.where(inner, kernel(theta + np.log(n1 / n2))[0], 0.0)
        weight = np.where(inner, (a + c) * share * (1 - share), 0.0)
    else:
        best = data.saturated()
        cells = [x for x, _ in data.arms]
        if not data.poisson:
            cells += [n - x for x, n in data.arms]
        inner = np.all([c > 0 for c in cells], axis=0)
        safe = [np.where(inner, c, 1.0) for c in cells]
        weight = np.where(inner, 1 / np.asarray(sum(1 / c for c in safe)), 0.0)
        exact = (
            [np.log(np.where(inner, x, 1.0) / n) for x, n in data.arms]
            if data.poisson
            else [
                np.log(np.where(inner, x, 1.0) / np.where(inner, n - x, 1.0)) for x, n in data.arms
            ]
        )
        theta = exact[0] - exact[1] if len(exact) == 2 else exact[0]
    centre = float(np.average(theta, weights=weight)) if weight.sum() > 0 else 0.0
    wald_q = float((weight * (theta - centre) ** 2).sum())
    return wald_q, max(0.0, float(2 * (best.sum() - common)))


def _heterogeneity_random_intercept(data: _Counts, points: int) -> tuple[float | None, float]:
    """UM.RS: every study its own contrast, study intercepts random (each contrast is profiled).

    A study whose first arm has no events (or events only) has an infinite contrast: its
    likelihood tends to that of the other arm and it has no weight in the Wald statistic.
    """
    kernels = data.kernels
    common_of, n_fixed, _ = _objective("UM.RS", data, points, random=False)
    rates = _rates(data)
    contrast = rates[0] - rates[1]
    _, common = _maximize(
        common_of, np.array([np.median(contrast), np.mean(rates[1]), 0.3]), n_fixed
    )
    x1, size1 = data.arms[0]
    inner = (x1 > 0) if data.poisson else (x1 > 0) & (x1 < size1)
    state = {"d": np.where(inner, contrast, np.where(x1 > 0, 40.0, -40.0))}

    def studies(mu: FloatArray, sd: float, d: FloatArray) -> FloatArray:
        return _integrate(kernels, [mu + d, mu], [[sd], [sd]], points)

    def saturated(p: FloatArray) -> float:
        mu = np.full(len(inner), p[0])

        def given(d: FloatArray) -> FloatArray:
            return studies(mu, p[1], np.where(inner, d, state["d"]))

        value, state["d"] = _profiled(given, state["d"], inner)
        return float(value.sum())

    x, best = _maximize(saturated, np.array([np.mean(rates[1]), 0.3]), 1)
    q_lrt = max(0.0, 2 * (best - common))
    if inner.sum() < 2:
        return None, q_lrt
    # a study depends on (mu, sd, its own contrast): the information matrix is an arrow
    h = 1e-3
    k = len(inner)

    def moved(e: FloatArray) -> FloatArray:
        return studies(np.full(k, x[0] + h * e[0]), x[1] + h * e[1], state["d"] + h * e[2])

    unit = np.eye(3)
    centre = moved(np.zeros(3))
    second = np.empty((k, 3, 3))
    for i in range(3):
        second[:, i, i] = (moved(unit[i]) - 2 * centre + moved(-unit[i])) / h**2
        for j in range(i):
            mixed = (
                moved(unit[i] + unit[j]) - moved(unit[i] - unit[j])
                - moved(unit[j] - unit[i]) + moved(-unit[i] - unit[j])
            )  # fmt: skip
            second[:, i, j] = second[:, j, i] = mixed / (4 * h * h)
    where = np.flatnonzero(inner)
    size = len(where)
    matrix = np.zeros((size + 2, size + 2))
    matrix[:2, :2] = -second[:, :2, :2].sum(axis=0)
    matrix[:2, 2:] = -second[where, :2, 2].T
    matrix[2:, :2] = matrix[:2, 2:].T
    matrix[np.arange(2, size + 2), np.arange(2, size + 2)] = -second[where, 2, 2]
    used = slice(None) if x[1] > 1e-4 else np.arange(size + 2) != 1  # sd at its boundary is fixed
    cov = np.linalg.inv(matrix[used][:, used])[-size:, -size:]
    contrasts = np.eye(size)[1:] - np.eye(size)[0]
    d = contrasts @ state["d"][where]
    return float(d @ np.linalg.solve(contrasts @ cov @ contrasts.T, d)), q_lrt
