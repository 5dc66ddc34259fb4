"""Estimators of the variance between studies, tau2.

Moment estimators solve an equation for a quadratic form of the residuals: DL (DerSimonian & Laird
1986), HE (Hedges & Olkin 1985), HS (Hunter & Schmidt 1990), HSk (the same, corrected for k;
Brannick et al. 2019), SJ (Sidik & Jonkman 2005), PM (Paule & Mandel 1982) and EB (Morris 1983),
which are one estimator; PMM and GENQM set the form to the median of its distribution (Viechtbauer
2021); GENQ is the general form (DerSimonian & Kacker 2007; Jackson et al. 2014). DLIT and SJIT
repeat DL and SJ until they no longer change, which is the Paule-Mandel equation. ML and REML:
Raudenbush 2009; the likelihood is bracketed on a grid over its whole range, zero included, and the
highest of its maxima polished, because it may have several.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sinteza.errors import NotConverged, SynthesisError
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray
from sinteza.stats.distributions import chi2_quantile
from sinteza.stats.linear import Model, intercept_traces

# fmt: off
METHODS = ("EE", "FE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ",
           "GENQM", "DLIT", "SJIT")
# fmt: on
#: these weigh with 1/vi, so a variance of zero stops them
_INVERSE = frozenset(["EE", "FE", "DL", "HS", "HSk", "DLIT"])

#: steps of the likelihood grid in log(tau2 + smallest variance). Each weight needs more than two
#: units of it to pass from nine tenths of its value at zero to one tenth, and two maxima need
#: weights that pass one after the other. On 374 samples chosen for having several maxima, steps up
#: to 0.6 lose none.
GRID_STEP = 0.3
#: numbers of the grid evaluated at once: what stays in the cache
_CHUNK = 250_000


@dataclass(frozen=True)
class Tau2:
    """An estimate (scaled as the model is), its standard error, and cautions."""

    value: float
    se: float
    notes: tuple[str, ...] = ()


def estimate(m: Model, method: str, weights: FloatArray | None = None) -> Tau2:
    """tau2 of a model with at least one residual degree of freedom.

    ``weights`` are those of GENQ and GENQM. Raises SynthesisError where the method cannot be used
    with these variances.
    """
    if method in ("EE", "FE"):
        return Tau2(0.0, np.nan)
    if method in _INVERSE and m.low <= 0:
        raise SynthesisError(
            f"{method} cannot be used when a sampling variance is zero",
            hint="leave that study out, or use REML, ML, PM or SJ",
        )
    if method in ("ML", "REML"):
        return likelihood(m, restricted=method == "REML")
    if method in ("EB", "PM", "DLIT", "SJIT", "PMM"):
        return _moment_root(m, method)
    if method in ("GENQ", "GENQM"):
        if weights is None:
            raise SynthesisError(f"{method} needs weights", hint="for example weights=1/vi")
        return generalized_q(m, weights, median=method == "GENQM")
    return _closed(m, method)


def _closed(m: Model, method: str) -> Tau2:
    """The estimators with a formula."""
    df = m.df
    if method == "HE":
        trace = float(m.v.sum() - np.sum(m.qq.T @ m.v * np.eye(m.p).ravel()))
        value = max(0.0, (m.ols - trace) / df)
        fit = m.weigh(np.ones(m.k))
        spread = 2 * m.trace2(fit, m.v, m.v) + 4 * value * trace + 2 * value**2 * df
        return Tau2(value, _root(spread) / df)
    if method == "SJ":
        first = m.total / m.k
        if first == 0:
            return Tau2(0.0, 0.0)
        fit = m.weigh(1 / (m.v + first))
        value = first * fit.rss / df
        spread = (
            2 * m.trace2(fit, m.v, m.v)
            + 4 * value * m.trace2(fit, m.v, 1.0)
            + 2 * value**2 * m.traces(fit)[1]
        )
        return Tau2(value, first / df * _root(spread))
    fit = m.at(0.0)
    trace, double = m.traces(fit)
    if method == "DL":
        raw, scale = (fit.rss - df) / trace, trace
    elif method == "HS":
        scale = float(fit.w.sum())
        raw = (fit.rss - m.k) / scale
    elif method == "HSk":
        scale = float(fit.w.sum())
        raw = (m.k / df * fit.rss - m.k) / scale
    else:
        raise SynthesisError(
            f"there is no method {method!r} for tau2", hint=f"one of: {' '.join(METHODS)}"
        )
    value = max(0.0, raw)
    spread = 2 * df + 4 * value * trace + 2 * value**2 * double
    factor = m.k / df if method == "HSk" else 1.0
    return Tau2(value, factor * _root(spread) / scale)


def generalized_q(m: Model, weights: FloatArray, *, median: bool = False) -> Tau2:
    """GENQ (GENQM) with the given weights, in the units of 1/(scaled variance) or any other."""
    fit = m.weigh(weights / weights.max())
    (trace, double), trace_v = m.traces(fit), m.trace(fit, m.v)
    if median:
        from sinteza.stats.quadratic import median_tau2

        value = median_tau2(m, fit)
    else:
        value = max(0.0, (fit.rss - trace_v) / trace)
    spread = (
        2 * m.trace2(fit, m.v, m.v) + 4 * value * m.trace2(fit, m.v, 1.0) + 2 * value**2 * double
    )
    return Tau2(value, _root(spread) / trace)


def _root(square: float) -> float:
    """The square root; NaN where rounding left nothing of a variance."""
    return math.sqrt(square) if square >= 0 else math.nan


def _moment_root(m: Model, method: str) -> Tau2:
    """PM and its kin: Q(tau2) = k - p (PMM: its median)."""
    target = float(chi2_quantile(0.5, m.df)) if method == "PMM" else float(m.df)
    value = q_root(m, target)
    if value == 0 and m.low <= 0:
        raise SynthesisError(
            f"{method} finds no variance between studies, and one sampling variance is zero",
            hint="leave that study out",
        )
    se = math.sqrt(2 * m.k**2 / m.df) / float(m.at(value).w.sum())
    return Tau2(value, se)


def q_root(m: Model, target: float) -> float:
    """The tau2 at which Q(tau2) = y'Py equals the target; 0 where Q(0) is already below it.

    Newton on log Q in u = log(tau2 + smallest variance), kept inside its bracket: Q falls
    everywhere, and in these coordinates its slope lies between -1 and 0.
    """
    if m.ols == 0:
        return 0.0
    low = m.low
    if low > 0 and m.at(0.0).rss <= target:
        return 0.0
    # Q(t) <= ols / t, so the root is at most ols / target
    top = m.ols / target
    shift = low if low > 0 else top * 1e-12
    left, right = math.log(shift), math.log(shift + top)
    u = right
    for _ in range(200):
        t = max(math.exp(u) - shift, 0.0)
        t = min(max(t, np.finfo(float).tiny), top) if t <= 0 else t
        fit = m.weigh(1 / (m.v + t))
        value = math.log(fit.rss / target)
        wr = fit.w * fit.r
        slope = -float(np.dot(wr, wr)) * (t + shift) / fit.rss
        if value > 0:
            left = u
        else:
            right = u
        step = value / slope if slope < 0 else math.inf
        new = u - step
        if not left <= new <= right:
            new = 0.5 * (left + right)
        if abs(new - u) <= 1e-12 * max(1.0, abs(u)):
            break
        u = new
    else:
        raise NotConverged("the moment equation of tau2 found no root")
    return _sharpen(m, max(math.exp(u) - shift, 0.0), target)


def _sharpen(m: Model, t: float, target: float) -> float:
    """Newton steps in tau2 itself: they give back the digits that exp() - shift lost."""
    for _ in range(3):
        fit = m.weigh(1 / (m.v + t))
        wr = fit.w * fit.r
        new = t + (fit.rss - target) / float(np.dot(wr, wr))
        t = new if new > 0 else t
    return t


# ------------------------------------------------------------------------------ likelihood


def logliks(m: Model, t: FloatArray, *, restricted: bool) -> FloatArray:
    """Profile (or restricted) log-likelihood at each tau2, constants left out."""
    w = 1.0 / (m.v + t[:, None])
    a = (w @ m.qq).reshape(-1, m.p, m.p)
    b = w @ (m.q * m.y[:, None])
    beta = np.matmul(np.linalg.inv(a), b[:, :, None])[:, :, 0]
    r = m.y - beta @ m.q.T
    rss = np.einsum("gk,gk,gk->g", w, r, r)
    log_det = np.linalg.slogdet(a)[1] if restricted else 0.0
    return np.asarray(0.5 * (np.log(w).sum(1) - rss - log_det))


def upper_bound(m: Model, *, restricted: bool) -> float:
    """No stationary point of the likelihood lies above this tau2.

    At one, y'PPy = tr(P) (ML: tr(W)). With S = RSS/df the left side is at most df S/(t + min v)²
    and the right at least df/(t + max v), so t² <= S (t + max v).
    """
    s = m.ols / (m.df if restricted else m.k)
    return 0.5 * (s + math.sqrt(s) * math.sqrt(s + 4 * m.high))


def likelihood(m: Model, *, restricted: bool) -> Tau2:
    """The global maximum of the (restricted) likelihood over tau2 >= 0."""
    name = "REML" if restricted else "ML"
    zero_allowed = m.low > 0
    top = upper_bound(m, restricted=restricted) * (1 + 1e-9)
    if top == 0 or m.high == 0:
        if not zero_allowed:
            raise SynthesisError(
                f"{name} is not defined when all sampling variances are zero",
                hint="give the variances",
            )
        return _finish_likelihood(m, 0.0, restricted, ())
    shift = m.low
    if not zero_allowed:
        if _unbounded(m, restricted):
            raise NotConverged(
                f"the {name} likelihood has no maximum: it grows without bound as tau2 nears 0",
                hint="studies with a sampling variance of zero fit exactly; leave them out",
            )
        shift = min(float(m.v[m.v > 0].min()), top) * 1e-8
    reach = math.log1p(top / shift)
    steps = max(1, math.ceil(reach / GRID_STEP))
    grid = shift * np.expm1(np.arange(steps + 1) * (reach / steps))
    if not zero_allowed:
        grid = grid[1:]
    value, several = _best_root(m, grid, restricted=restricted)
    notes: tuple[str, ...] = ()
    if several:
        notes = (say.MAXIMA.format(count=several),)
    return _finish_likelihood(m, value, restricted, notes)


def _unbounded(m: Model, restricted: bool) -> bool:
    """Whether studies without sampling variance fit a line exactly: each then adds -log(tau2)/2."""
    exact = m.v <= 0
    q, y = m.q[exact], m.y[exact]
    beta, _, rank, _ = np.linalg.lstsq(q, y, rcond=None)
    size = float(np.abs(m.y).max())
    if float(np.abs(y - q @ beta).max()) > 1e-12 * size:
        return False
    return int(exact.sum()) > (int(rank) if restricted else 0)


def slope_sums(rows: FloatArray, v: FloatArray, t: FloatArray, powers: int) -> FloatArray:
    """Sums of the rows times powers of the weights 1/(v + t): (len(rows), powers, len(t)).

    All that the slopes of the likelihood need, in one matrix product (a chunk), without arrays of
    residuals.
    """
    k = len(v)
    width = min(len(t), max(1, _CHUNK // (powers * k)))
    room = np.empty((powers, width, k))  # one place for all chunks: no page faults
    parts = []
    for i in range(0, len(t), width):
        some = t[i : i + width, None]
        w = room[:, : len(some)]
        np.divide(1.0, np.add(v, some, out=w[0]), out=w[0])
        for j in range(1, powers):
            np.multiply(w[j - 1], w[0], out=w[j])
        parts.append(np.dot(rows, w.reshape(-1, k).T).reshape(-1, powers, len(some)))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)


def intercept_slopes(lead: Any, sums: Any, *, restricted: bool) -> tuple[Any, ...]:
    """y'PPy, tr(P), y'PPPy and tr(PP) for an intercept alone; numbers or arrays.

    ``lead``: the greatest weight, of a study whose estimate is the origin. ``sums``: of w^j, w^j y
    and w^j y² over the others for j = 1, 2, 3; the first two terms alone for j = 1, 2. ML has tr(W)
    for tr(P).
    """
    (one, first, _), (two, second, squares), *more = sums
    total = lead + one
    mean = first / total
    pull = lead * mean
    cross = second - mean * two
    square = squares - mean * (second + cross) + pull * pull
    three = more[0][0] if more else 0.0
    trace, double = intercept_traces(lead, one, two, three)
    if not restricted:
        trace, double = total, lead * lead + two
    if not more:
        return square, trace
    cube = more[0][2] - mean * (2 * more[0][1] - mean * three)
    cube += (pull * pull * lead * one + cross * (2 * lead * pull - cross)) / total
    return square, trace, cube, double


@dataclass(frozen=True)
class Slopes:
    """The slope of the likelihood, (y'PPy - tr(P))/2, and its derivative, tr(PP)/2 - y'PPPy.

    ``rows``: what is summed. With several columns the estimates among them must be residuals about
    a line fitted near the tau2 asked for, so that no sum of squares is a difference of large ones.
    """

    m: Model
    rows: FloatArray
    restricted: bool

    @staticmethod
    def about(m: Model, tau2: float, *, restricted: bool) -> Slopes:
        """For tau2 near the one given."""
        if m.flat:
            rows = np.empty((3, m.k))
            rows[0], rows[1] = 1.0, m.y
            rows[0, m.lead] = 0.0
            np.multiply(m.y, m.y, out=rows[2])
        else:
            r = m.weigh(1.0 / (m.v + tau2)).r
            rows = np.concatenate([np.ones((1, m.k)), m.qq.T, m.q.T * r, r[None] * r])
        return Slopes(m, rows, restricted)

    def at(self, t: FloatArray) -> tuple[list[float], list[float]]:
        """y'PPy and tr(P) at each tau2."""
        sums = slope_sums(self.rows, self.m.v, t, 2)
        if self.m.flat:
            lead = 1.0 / (self.m.low + t)
            terms = intercept_slopes(lead, sums.swapaxes(0, 1), restricted=self.restricted)
        else:
            terms = self._matrix(sums)
        return terms[0].tolist(), terms[1].tolist()

    def bend(self, t: float) -> tuple[float, ...]:
        """y'PPy, tr(P), y'PPPy and tr(PP) at one tau2."""
        sums = slope_sums(self.rows, self.m.v, np.array([t]), 3)
        if not self.m.flat:
            return tuple(float(term[0]) for term in self._matrix(sums))
        lead = 1.0 / (self.m.low + t)
        return intercept_slopes(lead, sums[:, :, 0].T.tolist(), restricted=self.restricted)

    def _matrix(self, sums: FloatArray) -> tuple[FloatArray, ...]:
        """The same terms for a design of several columns; of the second only with three powers."""
        p = self.m.p
        end = 1 + p * p
        total = sums[0]
        a = np.moveaxis(sums[1:end], 0, -1).reshape(*total.shape, p, p)
        b = np.moveaxis(sums[end:-1], 0, -1)[..., None]
        inverse = np.linalg.inv(a[0])
        beta = inverse @ b[0]
        turn = beta.transpose(0, 2, 1)
        cross = b[1] - a[1] @ beta
        square = sums[-1, 1] - (turn @ (b[1] + cross))[:, 0, 0]
        left = inverse @ a[1]
        trace = total[0] - np.trace(left, axis1=1, axis2=2) if self.restricted else total[0]
        if len(total) == 2:
            return square, trace
        cube = sums[-1, 2] - (turn @ (2 * b[2] - a[2] @ beta))[:, 0, 0]
        cube -= (cross.transpose(0, 2, 1) @ inverse @ cross)[:, 0, 0]
        double = total[1]
        if self.restricted:
            double = double - np.trace(2 * inverse @ a[2] - left @ left, axis1=1, axis2=2)
        return square, trace, cube, double


def _best_root(m: Model, grid: FloatArray, *, restricted: bool) -> tuple[float, int]:
    """The tau2 of the highest maximum; and how many maxima there are, when more than one."""
    # at the first point a precise study has the most weight: its residual must not be a difference
    slopes = Slopes.about(m, float(grid[0]), restricted=restricted)
    square, trace = slopes.at(grid)
    candidates = [0.0] if grid[0] == 0 and square[0] <= trace[0] else []
    for low, high in pairwise(zip(grid.tolist(), square, trace, strict=True)):
        if low[1] > low[2] and high[1] <= high[2]:
            candidates.append(_polish(slopes, low, high))
    if not candidates:  # only without zero: the likelihood rises towards a variance of zero
        raise NotConverged(
            f"the {'REML' if restricted else 'ML'} likelihood has no maximum",
            hint="a sampling variance of zero leaves it unbounded; leave that study out",
        )
    if len(candidates) == 1:
        return candidates[0], 0
    heights = logliks(m, np.array(candidates), restricted=restricted)
    return candidates[int(np.argmax(heights))], len(candidates)


def _polish(
    slopes: Slopes, left: tuple[float, float, float], right: tuple[float, float, float]
) -> float:
    """The root of the slope between two grid points: Newton, kept inside its bracket.

    ``left right``: tau2, y'PPy, tr(P). Newton is done on the slope over tr(P)², a straight line
    when the variances are equal and nearly one when they are not. A step below 1e-8 of the value is
    the last: the next would be about 1e-16.
    """
    low, high = left[0], right[0]
    before, after = ((square / trace - 1) / trace for _, square, trace in (left, right))
    t = low + before / (before - after) * (high - low)
    if not slopes.m.flat:
        slopes = Slopes.about(slopes.m, t, restricted=slopes.restricted)
    for _ in range(200):
        square, trace, cube, double = slopes.bend(t)
        slope = 0.5 * (square - trace)
        if slope > 0:
            low = t
        else:
            high = t
        fall = 0.5 * double - cube + 2 * slope * double / trace
        new = t - slope / fall if fall < 0 else math.inf
        if not low <= new <= high:
            new = 0.5 * (low + high)
            if high - low <= 1e-15 * high:
                return new
        elif abs(new - t) <= 1e-8 * new:
            return new
        t = new
    return t


def _finish_likelihood(m: Model, value: float, restricted: bool, notes: tuple[str, ...]) -> Tau2:
    """The standard error from the expected information."""
    fit = m.at(value)
    information = m.traces(fit)[1] if restricted else float(np.dot(fit.w, fit.w))
    return Tau2(value, _root(2 / information) if information > 0 else math.nan, notes)
