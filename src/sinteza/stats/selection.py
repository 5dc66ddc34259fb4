"""Selection models: estimate the effect and how results were selected by their p values.

y_i ~ N(mu, v_i + tau2), reported with probability proportional to w(p_i; delta), p_i the one-sided
p value of y_i / sqrt(v_i). The density is the normal one times w, over its integral; that is closed
for step functions and by Gauss-Legendre panels on the scale of z = y / sqrt(v) for the others.

=========  ===================================  ==========================================
step       delta_j in interval j, delta_1 = 1   Hedges 1992; Vevea and Hedges 1995; given
                                                deltas: Vevea and Woods 2005
beta       p^(d1 - 1) (1 - p)^(d2 - 1)          Citkowicz and Vevea 2017
halfnorm   exp(-d p^2)                          Preston, Ashby and Smyth 2004
negexp     exp(-d p)                            Preston, Ashby and Smyth 2004
logistic   2 exp(-d p) / (1 + exp(-d p))        Preston, Ashby and Smyth 2004
power      (1 - p)^d                            Preston, Ashby and Smyth 2004
=========  ===================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, plain
from sinteza.stats.bias import positive
from sinteza.stats.distributions import chi2_p
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, hessian, wald
from sinteza.stats.pooling import pool
from sinteza.stats.tabulate import number, p_value

FUNCTIONS = ("step", "beta", "halfnorm", "negexp", "logistic", "power")

#: the beta weights are infinite at p = 0 or 1; p is kept within these bounds, as metafor does
P_MIN = 1e-5

#: Vevea and Woods (Psychol Methods 2005;10:428, table 1): ends of the intervals of the one-sided p
#: and the weights of moderate and severe one- and two-tailed selection
VEVEA_WOODS_STEPS = (0.005, 0.01, 0.05, 0.10, 0.25, 0.35, 0.50, 0.65, 0.75, 0.90, 0.95, 0.99, 0.995)
VEVEA_WOODS = {
    "moderate": (1, 0.99, 0.95, 0.80, 0.75, 0.65, 0.60, 0.55, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50),
    "severe": (1, 0.99, 0.90, 0.75, 0.60, 0.50, 0.40, 0.35, 0.30, 0.25, 0.10, 0.10, 0.10, 0.10),
}


@dataclass(frozen=True)
class SelectionResult:
    """``estimate``: mean effect before selection (unit of yi), ``tau2`` its variance between
    studies; ``delta``: parameters of the weight function, ``delta_se`` (None where fixed or on the
    boundary); ``loglik`` and ``lrt lrt_df lrt_p`` against the model without selection (same ML fit;
    p None where nothing was estimated); ``unadjusted``: that model's estimate; ``counts``: studies
    in each interval of p (step functions).
    """

    function: str
    alternative: str
    k: int
    estimate: Coefficient
    tau2: float
    delta: tuple[float, ...]
    delta_se: tuple[float | None, ...]
    steps: tuple[float, ...]
    counts: tuple[int, ...]
    loglik: float
    lrt: float
    lrt_df: int
    lrt_p: float | None
    unadjusted: float
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a parameter: the mean, tau2, every delta."""
        return [
            self.estimate.row(),
            {"name": "tau2", "estimate": self.tau2},
            *(
                {"name": f"delta {i + 1}", "estimate": plain(d), "se": se}
                for i, (d, se) in enumerate(zip(self.delta, self.delta_se, strict=True))
            ),
        ]

    def summary(self) -> str:
        """The fit as a person would print it."""
        test = "" if self.lrt_p is None else (
            f"; LRT({self.lrt_df}) = {number(self.lrt)}, p {p_value(self.lrt_p)}"
        )  # fmt: skip
        return "\n".join([
            f"Selection model ({self.function}, {self.alternative}), k = {self.k}",
            f"tau2 {number(self.tau2)}, delta {', '.join(number(d) for d in self.delta)}{test}",
            coefficient_table([self.estimate], self.level),
            f"without selection: {number(self.unadjusted)}",
            *(f"Note: {n}" for n in self.notes),
        ])  # fmt: skip


def _log_p(z: FloatArray, alternative: str) -> tuple[FloatArray, FloatArray]:
    """log p and log(1 - p) of a standardized estimate."""
    if alternative == "two.sided":
        return np.log(2) + special.log_ndtr(-np.abs(z)), np.log(np.maximum(special.erf(
            np.abs(z) / np.sqrt(2)), 1e-300))  # fmt: skip
    sign = -1.0 if alternative == "greater" else 1.0
    return special.log_ndtr(sign * z), special.log_ndtr(-sign * z)


def _smooth(function: str) -> tuple[Callable[..., FloatArray], FloatArray]:
    """log w(log p, log(1-p), delta) and the delta of no selection."""
    if function == "beta":
        return lambda lp, lq, d: (d[0] - 1) * lp + (d[1] - 1) * lq, np.ones(2)
    if function == "power":
        return lambda lp, lq, d: d[0] * lq, np.zeros(1)
    if function == "logistic":
        return (
            lambda lp, lq, d: np.log(2) - np.logaddexp(0.0, d[0] * np.exp(lp)),
            np.zeros(1),
        )
    power = 2 if function == "halfnorm" else 1
    return lambda lp, lq, d: -d[0] * np.exp(power * lp), np.zeros(1)


@dataclass(frozen=True)
class _Problem:
    """y and v in units of the spread, and the weight function."""

    y: FloatArray
    v: FloatArray
    function: str
    alternative: str
    cuts: FloatArray
    fixed: FloatArray | None

    def loglik(self, mu: float, tau2: float, delta: FloatArray) -> float:
        spread = np.sqrt(self.v + tau2)
        base = -0.5 * np.log(2 * np.pi) - np.log(spread) - 0.5 * ((self.y - mu) / spread) ** 2
        se = np.sqrt(self.v)
        if self.function == "step":
            shares = self.shares(mu, tau2)
            with np.errstate(divide="ignore"):
                own = np.log(delta[self.interval()])
                norm = np.log(shares @ delta)
            return float((base + own - norm).sum())
        log_w, _ = _smooth(self.function)
        own = log_w(*self.log_p(self.y / se), delta)
        # the integral of w over the density of z = y / se: fixed nodes, w constant beyond the ends
        z, weights, ends = self.grid()
        centre, width = (mu / se)[:, None], (spread / se)[:, None]
        inner = -0.5 * ((z - centre) / width) ** 2 + np.log(weights / np.sqrt(2 * np.pi))
        inside = special.logsumexp(
            inner - np.log(width) + log_w(*self.log_p(z), delta), axis=1, keepdims=True
        )
        tails = np.concatenate(
            [
                special.log_ndtr((ends[0] - centre) / width),
                special.log_ndtr((centre - ends[1]) / width),
            ],
            axis=1,
        ) + log_w(*self.log_p(ends), delta)
        norm = special.logsumexp(np.concatenate([inside, tails], axis=1), axis=1)
        return float((base + own - norm).sum())

    def log_p(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """log p and log(1 - p), for the beta weights with p kept within P_MIN and 1 - P_MIN."""
        lp, lq = _log_p(z, self.alternative)
        if self.function == "beta":
            low, high = np.log(P_MIN), np.log1p(-P_MIN)
            lp, lq = np.clip(lp, low, high), np.clip(lq, low, high)
        return lp, lq

    def grid(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Nodes and weights of composite Gauss-Legendre in z, and the ends of its range.

        Beyond the ends p is 0 or 1 to double precision (or clipped): the weight is constant there.
        """
        two = self.alternative == "two.sided"
        if self.function == "beta":
            edge = float(-special.ndtri(P_MIN / 2 if two else P_MIN))
            ends = [-edge, edge]
        else:
            ends = [-8.5, 8.5]
            if self.function == "power" and not two:  # (1 - p)^d falls slowly
                ends = [-38.0, 8.5] if self.alternative == "greater" else [-8.5, 38.0]
        cuts = np.linspace(ends[0], ends[1], int((ends[1] - ends[0]) / 1.5) + 2)
        if two:  # the weight has a corner at z = 0
            near = np.array([1.2533e-5, 1e-3, 1e-2, 0.1, 0.4])
            cuts = np.unique(np.concatenate([cuts, near, -near, [0.0]]))
        nodes, share = np.polynomial.legendre.leggauss(12)
        half = np.diff(cuts)[:, None] / 2
        z = (cuts[:-1, None] + half) + half * nodes
        return z.ravel(), (half * share).ravel(), np.array(ends)

    def interval(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        lp, _ = _log_p(self.y / np.sqrt(self.v), self.alternative)
        return np.searchsorted(self.cuts, np.exp(lp), side="left").astype(np.int64)

    def shares(self, mu: float, tau2: float) -> FloatArray:
        """P of each interval of p, one row a study."""
        se, spread = np.sqrt(self.v), np.sqrt(self.v + tau2)
        if self.alternative == "two.sided":
            bound = -special.ndtri(self.cuts / 2)[None, :] * se[:, None]
            above = special.ndtr((mu - bound) / spread[:, None])
            cumulative = above + special.ndtr((-bound - mu) / spread[:, None])
        else:
            sign = 1.0 if self.alternative == "greater" else -1.0
            bound = -special.ndtri(self.cuts)[None, :] * se[:, None]
            cumulative = special.ndtr((sign * mu - bound) / spread[:, None])
        ends = np.ones((len(se), 1))
        return np.diff(np.concatenate([0 * ends, cumulative, ends], axis=1), axis=1)


@guarded
def selection_model(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    function: str = "step",
    steps: Sequence[float] = (0.025,),
    delta: Sequence[float] | None = None,
    alternative: str = "greater",
    level: float = 0.95,
) -> SelectionResult:
    """Fit a selection model by maximum likelihood.

    ``function``: step beta halfnorm negexp logistic power. ``steps``: inner ends of the intervals
    of p (step). ``delta``: fixed weights, one an interval (step) instead of estimating them.
    ``alternative``: the direction that is favored: ``greater``, ``less`` or ``two.sided``.

    Raises TooFewStudies below 3 studies, SynthesisError for arguments that do not fit,
    NotConverged where an interval of p is empty (its weight cannot be estimated) or the likelihood
    has no maximum.
    """
    if function not in FUNCTIONS:
        raise SynthesisError(f"no selection function {function!r}", hint=" ".join(FUNCTIONS))
    if alternative not in ("greater", "less", "two.sided"):
        raise SynthesisError(f"no alternative {alternative!r}", hint="greater, less or two.sided")
    if delta is not None and function != "step":
        raise SynthesisError("fixed weights go with step functions")
    s = positive(yi, vi)
    k = len(s.yi)
    if k < 3:
        raise TooFewStudies(f"a selection model needs 3 studies, there are {k}")
    cuts = np.array([c for c in steps if c < 1.0]) if function == "step" else np.zeros(0)
    if function == "step" and (len(cuts) == 0 or (np.diff(cuts) <= 0).any() or (cuts <= 0).any()):
        raise SynthesisError("steps must rise between 0 and 1")
    fixed = None if delta is None else np.asarray(delta, float)
    if fixed is not None and (len(fixed) != len(cuts) + 1 or (fixed < 0).any()):
        raise SynthesisError(f"{len(cuts) + 1} intervals need as many weights, not negative")
    unit = float(np.sqrt(np.mean(s.vi)))
    problem = _Problem(s.yi / unit, s.vi / unit**2, function, alternative, cuts, fixed)
    counts: tuple[int, ...] = ()
    if function == "step":
        counts = tuple(int(c) for c in np.bincount(problem.interval(), minlength=len(cuts) + 1))
        if fixed is None and min(counts) == 0:
            raise NotConverged(
                f"an interval of p holds no study (studies by interval: {counts})",
                hint="choose other steps, or give fixed weights",
            )
    return _fit(problem, s.notes, unit, counts, level)


def _fit(
    problem: _Problem, notes: tuple[str, ...], unit: float, counts: tuple[int, ...], level: float
) -> SelectionResult:
    from scipy import optimize

    k = len(problem.y)
    step = problem.function == "step"
    if problem.fixed is not None:
        null, free = np.zeros(0), 0
    elif step:
        null = np.zeros(len(problem.cuts))
        free = len(null)
    else:
        null = _smooth(problem.function)[1]
        free = len(null)
    logged = step or problem.function == "beta"

    def weights(q: FloatArray) -> FloatArray:
        """Natural parameters: logs where they are positive (step, beta)."""
        if problem.fixed is not None:
            return problem.fixed
        if step:
            return np.concatenate([[1.0], np.exp(q)])
        return np.exp(q) if logged else q

    def loss(p: FloatArray) -> float:
        value = -problem.loglik(float(p[0]), float(p[1] ** 2), weights(p[2:]))
        return value if np.isfinite(value) else 1e10

    base = pool(problem.y, problem.v, method="ML", test="z")
    flat = base.loglik
    low = -np.log(1e8) if logged else 0.0
    bounds = [(None, None), (0.0, None)] + [(low, 20.0 if logged else 100.0)] * free
    first = np.log(null) if problem.function == "beta" else null
    shifts = (0.0,) if free == 0 else (0.0, -1.0, 0.7) if logged else (0.1, 1.0, 5.0)
    starts = [
        np.concatenate([[base.estimate, max(base.tau, 0.1)], first + shift]) for shift in shifts
    ]
    best = None
    for start in sorted(starts, key=loss)[:2]:
        done = optimize.minimize(
            loss, start, method="L-BFGS-B", jac="3-point", bounds=bounds,
            options={"ftol": 1e-11, "gtol": 1e-6, "maxiter": 500},
        )  # fmt: skip
        if best is None or done.fun < best.fun:
            best = done
    assert best is not None
    x = np.asarray(best.x, dtype=np.float64)
    if best.fun >= 1e9:
        raise NotConverged("the likelihood of the selection model is not finite")
    said = list(notes)
    inner = np.ones(len(x), bool)
    inner[1] = x[1] > 1e-5
    for i in range(2, len(x)):
        lower, upper = bounds[i]
        assert lower is not None
        assert upper is not None
        inner[i] = lower + 1e-6 < x[i] < upper - 1e-6
    x = _newton(loss, x, inner)
    where = np.flatnonzero(inner)

    def part(values: FloatArray) -> float:
        full = x.copy()
        full[where] = values
        return loss(full)

    matrix = hessian(part, x[where], step=1e-3 * np.maximum(np.abs(x[where]), 0.05))
    values = np.linalg.eigvalsh(matrix)
    if values[0] <= 1e-12 * values[-1]:
        raise NotConverged(
            "the likelihood of the selection model is flat at its maximum",
            hint="too few studies for this function; try another, or fixed weights",
        )
    cov = np.full((len(x), len(x)), np.nan)
    cov[np.ix_(where, where)] = np.linalg.inv(matrix)
    if not inner[1]:
        said.append("tau2 lies on its boundary, 0")
    if not inner[2:].all():
        said.append("a parameter of the weight function lies on its boundary")
    ses: list[float | None] = [
        float(np.sqrt(cov[i, i]) * (np.exp(x[i]) if logged else 1.0)) if inner[i] else None
        for i in range(2, len(x))
    ]
    if step:
        ses = [None, *ses] if problem.fixed is None else [None] * len(problem.fixed)
    loglik = -loss(x)
    lrt = max(0.0, 2 * (loglik - flat))
    return SelectionResult(
        function=problem.function, alternative=problem.alternative, k=k,
        estimate=wald("mean", float(x[0]) * unit, float(np.sqrt(cov[0, 0])) * unit, level=level),
        tau2=float(x[1] ** 2) * unit**2 if inner[1] else 0.0,
        delta=tuple(float(d) for d in weights(x[2:])), delta_se=tuple(ses),
        steps=tuple(float(c) for c in problem.cuts), counts=counts,
        loglik=loglik - k * float(np.log(unit)), lrt=lrt, lrt_df=free,
        lrt_p=float(chi2_p(lrt, free)) if free else None,
        unadjusted=base.estimate * unit, level=level, notes=tuple(said),
    )  # fmt: skip


def _newton(
    loss: Callable[[FloatArray], float], x: FloatArray, inner: np.ndarray[Any, np.dtype[np.bool_]]
) -> FloatArray:
    """Polish the free parameters until the step is below 1e-9."""
    where = np.flatnonzero(inner)
    for _ in range(6):
        h = 1e-4 * np.maximum(np.abs(x[where]), 0.05)
        units = np.zeros((len(where), len(x)))
        units[np.arange(len(where)), where] = h
        slope = np.array(
            [(loss(x + u) - loss(x - u)) / (2 * s) for u, s in zip(units, h, strict=True)]
        )

        def part(values: FloatArray, at: FloatArray = x) -> float:
            full = at.copy()
            full[where] = values
            return loss(full)

        matrix = hessian(part, x[where], step=10 * h)
        if not (np.linalg.eigvalsh(matrix) > 0).all():
            break
        moved = x.copy()
        moved[where] -= np.linalg.solve(matrix, slope)
        if moved[1] < 0 or loss(moved) > loss(x) + 1e-10:
            break
        change = float(np.max(np.abs(moved - x)))
        x = moved
        if change < 1e-9:
            break
    return x


def vevea_woods(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    severity: str = "moderate",
    alternative: str = "greater",
    level: float = 0.95,
) -> SelectionResult:
    """Sensitivity to selection of a stated severity: ``moderate`` or ``severe`` (fixed weights)."""
    if severity not in VEVEA_WOODS:
        raise SynthesisError(f"no severity {severity!r}", hint="moderate or severe")
    return selection_model(
        yi, vi, steps=VEVEA_WOODS_STEPS, delta=VEVEA_WOODS[severity], alternative=alternative,
        level=level,
    )  # fmt: skip
