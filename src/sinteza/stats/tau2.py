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

from dataclasses import dataclass

import numpy as np

from sinteza.errors import NotConverged, SynthesisError
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray
from sinteza.stats.distributions import chi2_quantile
from sinteza.stats.linear import Model

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
_CHUNK = 40_000


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
    if method in _INVERSE and (m.v <= 0).any():
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
            + 2 * value**2 * m.trace2(fit)
        )
        return Tau2(value, first / df * _root(spread))
    fit = m.weigh(1 / m.v)
    trace = m.trace(fit)
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
    spread = 2 * df + 4 * value * trace + 2 * value**2 * m.trace2(fit)
    factor = m.k / df if method == "HSk" else 1.0
    return Tau2(value, factor * _root(spread) / scale)


def generalized_q(m: Model, weights: FloatArray, *, median: bool = False) -> Tau2:
    """GENQ (GENQM) with the given weights, in the units of 1/(scaled variance) or any other."""
    fit = m.weigh(weights / weights.max())
    trace, trace_v = m.trace(fit), m.trace(fit, m.v)
    if median:
        from sinteza.stats.quadratic import median_tau2

        value = median_tau2(m, fit)
    else:
        value = max(0.0, (fit.rss - trace_v) / trace)
    spread = (
        2 * m.trace2(fit, m.v, m.v)
        + 4 * value * m.trace2(fit, m.v, 1.0)
        + 2 * value**2 * m.trace2(fit)
    )
    return Tau2(value, _root(spread) / trace)


def _root(square: float) -> float:
    """The square root; NaN where rounding left nothing of a variance."""
    return float(np.sqrt(square)) if square >= 0 else float("nan")


def _moment_root(m: Model, method: str) -> Tau2:
    """PM and its kin: Q(tau2) = k - p (PMM: its median)."""
    target = float(chi2_quantile(0.5, m.df)) if method == "PMM" else float(m.df)
    value = q_root(m, target)
    if value == 0 and (m.v <= 0).any():
        raise SynthesisError(
            f"{method} finds no variance between studies, and one sampling variance is zero",
            hint="leave that study out",
        )
    w = 1 / (m.v + value)
    se = float(np.sqrt(2 * m.k**2 / m.df)) / float(w.sum())
    return Tau2(value, se)


def q_root(m: Model, target: float) -> float:
    """The tau2 at which Q(tau2) = y'Py equals the target; 0 where Q(0) is already below it.

    Newton on log Q in u = log(tau2 + smallest variance), kept inside its bracket: Q falls
    everywhere, and in these coordinates its slope lies between -1 and 0.
    """
    if m.ols == 0:
        return 0.0
    low = float(m.v.min())
    if low > 0 and m.weigh(1 / m.v).rss <= target:
        return 0.0
    # Q(t) <= ols / t, so the root is at most ols / target
    top = m.ols / target
    shift = low if low > 0 else top * 1e-12
    left, right = np.log(shift), np.log(shift + top)
    u = right
    for _ in range(200):
        t = max(np.exp(u) - shift, 0.0)
        t = min(max(t, np.finfo(float).tiny), top) if t <= 0 else t
        fit = m.weigh(1 / (m.v + t))
        value = np.log(fit.rss / target)
        slope = -float(np.square(fit.w * fit.r).sum()) * (t + shift) / fit.rss
        if value > 0:
            left = u
        else:
            right = u
        step = value / slope if slope < 0 else np.inf
        new = u - step
        if not left <= new <= right:
            new = 0.5 * (left + right)
        if abs(new - u) <= 1e-12 * max(1.0, abs(u)):
            break
        u = new
    else:
        raise NotConverged("the moment equation of tau2 found no root")
    return _sharpen(m, max(np.exp(u) - shift, 0.0), target)


def _sharpen(m: Model, t: float, target: float) -> float:
    """Two Newton steps in tau2 itself: gives back the digits that exp() - shift lost."""
    for _ in range(3):
        fit = m.weigh(1 / (m.v + t))
        new = t + (fit.rss - target) / float(np.square(fit.w * fit.r).sum())
        t = new if new > 0 else t
    return t


# ------------------------------------------------------------------------------ likelihood


@dataclass(frozen=True)
class Curve:
    """The log-likelihood, its slope and its curvature at several tau2."""

    loglik: FloatArray
    score: FloatArray
    curvature: FloatArray


def curve(m: Model, t: FloatArray, *, restricted: bool, second: bool = True) -> Curve:
    """Profile (or restricted) log-likelihood at each tau2, constants left out."""
    w = 1.0 / (m.v + t[:, None])
    p = m.p
    w2 = w * w
    sw, a = w.sum(1), (w @ m.qq)
    b = w @ (m.q * m.y[:, None])
    if p == 1:
        a_inv = 1.0 / a
        beta = a_inv * b
        log_det = np.log(a[:, 0])
        s2 = w2 @ m.qq
        pieces = a_inv * s2
        trace = sw - pieces[:, 0]
    else:
        cube = a.reshape(-1, p, p)
        inverse = np.linalg.inv(cube)
        beta = np.matmul(inverse, b[:, :, None])[:, :, 0]
        log_det = np.linalg.slogdet(cube)[1]
        s2 = (w2 @ m.qq).reshape(-1, p, p)
        left = np.matmul(inverse, s2)
        trace = sw - np.trace(left, axis1=1, axis2=2)
    r = m.y - beta @ m.q.T
    wr = w * r
    rss = np.einsum("gk,gk->g", wr, r)
    wr2 = np.einsum("gk,gk->g", wr, wr)
    log_sum = np.log(w).sum(1)
    loglik = 0.5 * (log_sum - rss - (log_det if restricted else 0.0))
    score = 0.5 * (wr2 - (trace if restricted else sw))
    if not second:
        return Curve(loglik, score, np.empty(0))
    # y'PPPy and tr(PP)
    c = (w2 * r) @ m.q
    if p == 1:
        third = np.einsum("gk,gk->g", wr * w, wr) - a_inv[:, 0] * c[:, 0] ** 2
        pp = w2.sum(1) - 2 * (a_inv * ((w2 * w) @ m.qq))[:, 0] + pieces[:, 0] ** 2
    else:
        third = np.einsum("gk,gk->g", wr * w, wr) - np.einsum("gp,gpq,gq->g", c, inverse, c)
        s3 = ((w2 * w) @ m.qq).reshape(-1, p, p)
        pp = (
            w2.sum(1)
            - 2 * np.einsum("gpq,gqp->g", inverse, s3)
            + np.einsum("gpq,gqp->g", left, left)
        )
    curvature = -third + 0.5 * (pp if restricted else w2.sum(1))
    return Curve(loglik, score, curvature)


def upper_bound(m: Model, *, restricted: bool) -> float:
    """No stationary point of the likelihood lies above this tau2.

    At one, y'PPy = tr(P) (ML: tr(W)). With S = RSS/df the left side is at most df S/(t + min v)²
    and the right at least df/(t + max v), so t² <= S (t + max v).
    """
    s = m.ols / (m.df if restricted else m.k)
    return float(0.5 * (s + np.sqrt(s) * np.sqrt(s + 4 * m.v.max())))


def likelihood(m: Model, *, restricted: bool) -> Tau2:
    """The global maximum of the (restricted) likelihood over tau2 >= 0."""
    name = "REML" if restricted else "ML"
    zero_allowed = bool((m.v > 0).all())
    top = upper_bound(m, restricted=restricted) * (1 + 1e-9)
    positive = m.v[m.v > 0]
    if top == 0 or not len(positive):
        if not zero_allowed:
            raise SynthesisError(
                f"{name} is not defined when all sampling variances are zero",
                hint="give the variances",
            )
        return _finish_likelihood(m, 0.0, restricted, ())
    shift = float(positive.min())
    if not zero_allowed:
        if _unbounded(m, restricted):
            raise NotConverged(
                f"the {name} likelihood has no maximum: it grows without bound as tau2 nears 0",
                hint="studies with a sampling variance of zero fit exactly; leave them out",
            )
        shift = min(shift, top) * 1e-8
    steps = max(2, int(np.ceil(np.log1p(top / shift) / GRID_STEP)) + 1)
    grid = shift * np.expm1(np.linspace(0.0, np.log1p(top / shift), steps))
    if not zero_allowed:
        grid = grid[1:]
    value, several = _best_root(m, grid, zero_allowed=zero_allowed, restricted=restricted)
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


def scan(m: Model, grid: FloatArray, *, restricted: bool) -> FloatArray:
    """The score over the grid, from a few matrix products and no array of residuals.

    The estimates are taken about the line fitted at the first point, where a single precise study
    may carry all the weight: its residual is then small without a difference of large numbers.
    """
    p = m.p
    y = m.weigh(1 / (m.v + grid[0])).r
    rows = max(1, _CHUNK // max(1, m.k))
    parts = []
    if m.flat:
        columns = np.stack([np.ones(m.k), y, y * y])
        room = np.empty((min(rows, len(grid)), m.k))  # one place for all chunks: no page faults
        for i in range(0, len(grid), rows):
            t = grid[i : i + rows, None]
            w = np.add(m.v, t, out=room[: len(t)])
            np.divide(1.0, w, out=w)
            total, weighted = columns[:2] @ w.T
            mean = weighted / total
            np.multiply(w, w, out=w)
            s0, s1, s2 = columns @ w.T
            score = s2 - 2 * mean * s1 + mean * mean * s0 - total
            parts.append(0.5 * (score + s0 / total if restricted else score))
        return np.concatenate(parts)
    qy = m.q * y[:, None]
    second = np.column_stack([m.qq, qy, y * y])
    for i in range(0, len(grid), rows):
        w = 1.0 / (m.v + grid[i : i + rows, None])
        total = w.sum(1)
        inverse = np.linalg.inv((w @ m.qq).reshape(-1, p, p))
        beta = np.matmul(inverse, (w @ qy)[:, :, None])
        w *= w
        found = w @ second
        square = found[:, : p * p].reshape(-1, p, p)
        score = (
            found[:, -1]
            - 2 * np.einsum("gp,gp->g", found[:, p * p : -1], beta[:, :, 0])
            + np.matmul(np.matmul(beta.transpose(0, 2, 1), square), beta)[:, 0, 0]
            - total
        )
        if restricted:
            score += np.einsum("gpq,gqp->g", inverse, square)
        parts.append(0.5 * score)
    return np.concatenate(parts)


def _best_root(
    m: Model, grid: FloatArray, *, zero_allowed: bool, restricted: bool
) -> tuple[float, int]:
    """The tau2 of the highest maximum; and how many maxima there are, when more than one."""
    score = scan(m, grid, restricted=restricted)
    inside = np.flatnonzero((score[:-1] > 0) & (score[1:] <= 0))
    candidates = [0.0] if zero_allowed and score[0] <= 0 else []
    for i in inside:
        share = float(score[i] / (score[i] - score[i + 1]))
        bracket = float(grid[i]), float(grid[i + 1])
        candidates.append(_polish(m, *bracket, share, restricted=restricted))
    if not candidates:  # only without zero: the likelihood rises towards a variance of zero
        raise NotConverged(
            f"the {'REML' if restricted else 'ML'} likelihood has no maximum",
            hint="a sampling variance of zero leaves it unbounded; leave that study out",
        )
    if len(candidates) == 1:
        return candidates[0], 0
    heights = curve(m, np.array(candidates), restricted=restricted, second=False).loglik
    return candidates[int(np.argmax(heights))], len(candidates)


def _polish(m: Model, low: float, high: float, share: float, *, restricted: bool) -> float:
    """The root of the score between two grid points: Newton, kept inside its bracket.

    ``share``: where the chord of the score crosses zero. A Newton step below 1e-9 of the value is
    the last: the next would be below 1e-16.
    """
    t = low + share * (high - low)
    for _ in range(200):
        slope, bend = slopes(m, t, restricted=restricted)
        if slope > 0:
            low = t
        else:
            high = t
        new = t - slope / bend if bend < 0 else np.inf
        if not low <= new <= high:
            new = 0.5 * (low + high)
            if high - low <= 1e-15 * high:
                return new
        elif abs(new - t) <= 1e-9 * new:
            return float(new)
        t = new
    return t


def slopes(m: Model, t: float, *, restricted: bool) -> tuple[float, float]:
    """Score and curvature at one tau2; in few passes over the data for an intercept alone."""
    if not m.flat:
        c = curve(m, np.array([t]), restricted=restricted)
        return float(c.score[0]), float(c.curvature[0])
    w = 1 / (m.v + t)
    total = w.sum()
    r = m.y - (w @ m.y) / total
    w2, wr = w * w, w * r
    s2, square = w2.sum(), wr @ wr
    third = wr @ (w * wr) - (w @ wr) ** 2 / total
    if not restricted:
        return float(0.5 * (square - total)), float(-third + 0.5 * s2)
    spread = s2 - 2 * (w2 @ w) / total + (s2 / total) ** 2
    return float(0.5 * (square - total + s2 / total)), float(-third + 0.5 * spread)


def _finish_likelihood(m: Model, value: float, restricted: bool, notes: tuple[str, ...]) -> Tau2:
    """The standard error from the expected information."""
    fit = m.weigh(1 / (m.v + value))
    information = m.trace2(fit) if restricted else float(np.square(fit.w).sum())
    return Tau2(value, _root(2 / information) if information > 0 else np.nan, notes)
