"""Thousands of meta-analyses at once, with the answers of one at a time; and all subsets (GOSH).

The studies of each analysis stand in a row padded with zero weights, so that every step is one
array operation. The estimators are those of :mod:`sinteza.stats.tau2` for an intercept alone.
GOSH: Olkin, Dahabreh & Trikalinos 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import special
from sinteza.stats.arrays import BoolArray, FloatArray, IntArray, plain, same_length, vector
from sinteza.stats.distributions import chi2_p, chi2_quantile, critical
from sinteza.stats.guard import guarded
from sinteza.stats.linear import MAX_RATIO
from sinteza.stats.pooling import FIXED, TESTS
from sinteza.stats.tau2 import GRID_STEP

METHODS = (
    "EE",
    "FE",
    "DL",
    "HE",
    "HS",
    "HSk",
    "SJ",
    "PM",
    "EB",
    "PMM",
    "DLIT",
    "SJIT",
    "ML",
    "REML",
)
#: numbers held at once while the likelihoods are scanned: what stays in the cache
_CHUNK = 200_000


@dataclass(frozen=True, kw_only=True)
class PooledMany:
    """One value an analysis in every array: ``groups k estimate se statistic p ci_low ci_high
    pi_low pi_high tau2 i2 h2 q q_p``, as in :class:`sinteza.stats.Pooled`.
    ``notes``: which numbers some analyses lack."""

    method: str
    test: str
    level: float
    groups: tuple[Any, ...]
    k: IntArray
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    pi_low: FloatArray
    pi_high: FloatArray
    tau2: FloatArray
    i2: FloatArray
    h2: FloatArray
    q: FloatArray
    q_p: FloatArray
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict an analysis."""
        whole = ("method", "test", "level", "notes")
        names = [n for n in self.__dataclass_fields__ if n not in whole]
        return [{name: plain(getattr(self, name)[i]) for name in names} for i in range(len(self.k))]

    def summary(self) -> str:
        """A table, one line an analysis."""
        from sinteza.stats.tabulate import table

        rows = [
            [str(g), int(k), e, lo, hi, t, i]
            for g, k, e, lo, hi, t, i in zip(
                self.groups,
                self.k,
                self.estimate,
                self.ci_low,
                self.ci_high,
                self.tau2,
                self.i2,
                strict=True,
            )
        ]
        return table(["analysis", "k", "estimate", "low", "high", "tau2", "I2"], rows)


@dataclass(frozen=True)
class Batch:
    """Padded analyses: ``y``, ``v`` (1 in the padding) and ``mask`` (1.0 where there is a study).

    Scaled by a power of two a row, and shifted by a location a row, as single analyses are.
    """

    y: FloatArray
    v: FloatArray
    mask: FloatArray
    shift: FloatArray
    scale: FloatArray

    @property
    def k(self) -> FloatArray:
        """Studies an analysis."""
        return np.asarray(self.mask.sum(1))

    def take(self, rows: Any) -> Batch:
        """Only these analyses."""
        return Batch(
            self.y[rows], self.v[rows], self.mask[rows], self.shift[rows], self.scale[rows]
        )

    def weigh(self, t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Weights at a tau2 a row, their sum, residuals about the weighted mean."""
        w = self.mask / (self.v + t[:, None])
        total = w.sum(1)
        mean = np.einsum("gk,gk->g", w, self.y) / total
        return w, total, self.y - mean[:, None]


@guarded
def pool_many(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Any] | ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> PooledMany:
    """Pool each group of rows: ``groups`` names the analysis of every row, in any order.

    Rows without estimate or variance are left out; analyses come in order of first appearance.
    ``method``: all of :func:`sinteza.stats.pool` but GENQ and GENQM. Raises SynthesisError for
    unknown codes and variances that are not positive, TooFewStudies when an analysis has no study.
    """
    if method not in METHODS:
        raise SynthesisError(f"there is no method {method!r} here", hint=f"one of: {METHODS}")
    if test not in TESTS or test == "kr":
        raise SynthesisError(
            f"there is no test {test!r} here", hint=f"one of: {' '.join(TESTS[:-1])}"
        )
    y, v = vector(yi, "yi"), vector(vi, "vi")
    same_length({"yi": y, "vi": v})
    if not len(y):
        raise TooFewStudies("there is no study to pool")
    names, code = _codes(groups, len(y))
    use = np.isfinite(y) & np.isfinite(v)
    if (v[use] <= 0).any():
        raise SynthesisError("a sampling variance is not positive", hint="leave that study out")
    sizes = np.bincount(code[use], minlength=len(names))
    if (sizes == 0).any():
        raise TooFewStudies(f"analysis {names[int(np.argmin(sizes))]!r} has no usable study")
    y, v, code = y[use], v[use], code[use]
    order = np.argsort(code, kind="stable")
    y, v = y[order], v[order]
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    fields: dict[str, FloatArray] = {}
    # analyses of like size together, so that padding costs at most a factor of two
    for rows in _by_size(sizes):
        width = int(sizes[rows].max())
        column = np.arange(width)
        mask = column < sizes[rows, None]
        place = np.minimum(first[rows, None] + column, len(y) - 1)
        for name, values in analyze(y[place], v[place], mask, method, test, level).items():
            fields.setdefault(name, np.empty(len(names)))[rows] = values
    return PooledMany(
        method=method, test=test, level=level, groups=names, k=sizes, notes=(), **fields
    )


def _codes(groups: Sequence[Any] | ArrayLike, k: int) -> tuple[tuple[Any, ...], IntArray]:
    """Names in order of appearance and the number of each row's group."""
    if isinstance(groups, np.ndarray) and groups.dtype.kind in "iuf":
        values, first, code = np.unique(groups, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        names: tuple[Any, ...] = tuple(values[order].tolist())
        found = rank[code]
    else:
        seen: dict[Any, int] = {}
        listed = list(groups)  # type: ignore[arg-type]  # any sequence will do
        found = np.array([seen.setdefault(g, len(seen)) for g in listed], dtype=np.int64)
        names = tuple(seen)
    if len(found) != k:
        raise SynthesisError(f"{len(found)} group names for {k} rows")
    return names, found


def _by_size(sizes: IntArray) -> list[IntArray]:
    """Rows of analyses whose sizes lie between the same powers of two."""
    level = np.ceil(np.log2(np.maximum(sizes, 1))).astype(int)
    return [np.flatnonzero(level == one) for one in np.unique(level)]


def analyze(
    y: FloatArray, v: FloatArray, mask: BoolArray, method: str, test: str, level: float
) -> dict[str, FloatArray]:
    """All results of padded analyses (rows)."""
    batch = _batch(y, v, mask)
    with np.errstate(divide="ignore", invalid="ignore"):
        tau2 = estimate_tau2(batch, method)
        return _results(batch, tau2, method, test, level)


def _batch(y: FloatArray, v: FloatArray, mask: BoolArray) -> Batch:
    inside = np.where(mask, v, np.inf)
    low = inside.min(1)
    high = np.where(mask, v, 0.0).max(1)
    if (high > low * MAX_RATIO).any():
        raise SynthesisError(f"variances of one analysis span more than {MAX_RATIO:g}")
    scale = 2.0 ** np.floor(np.log2(np.sqrt(low)))
    m = mask.astype(float)
    z = np.where(mask, y, 0.0) / scale[:, None]
    shift = z.sum(1) / m.sum(1)
    z = np.where(mask, z - shift[:, None], 0.0)
    u = np.where(mask, v / scale[:, None] / scale[:, None], 1.0)
    return Batch(z, u, m, shift, scale)


def estimate_tau2(b: Batch, method: str) -> FloatArray:
    """tau2 (scaled) of every row; 0 for a single study."""
    k = b.k
    df = np.maximum(k - 1, 1)
    if method in FIXED:
        value = np.zeros(len(k))
    elif method in ("ML", "REML"):
        value = likelihood_many(b, restricted=method == "REML")
    elif method in ("PM", "EB", "DLIT", "SJIT"):
        value = moment_many(b, df)
    elif method == "PMM":
        value = moment_many(b, chi2_quantile(0.5, df))
    else:
        value = _closed_many(b, method, k, df)
    return np.where(k > 1, np.maximum(value, 0.0), 0.0)


def _closed_many(b: Batch, method: str, k: FloatArray, df: FloatArray) -> FloatArray:
    mean = np.einsum("gk,gk->g", b.mask, b.y) / k
    square = np.einsum("gk,gk->g", b.mask, np.square(b.y - mean[:, None]))
    if method == "HE":
        return np.asarray(square / df - np.einsum("gk,gk->g", b.mask, b.v) / k)
    if method == "SJ":
        first = square / k
        w, _, r = b.weigh(np.where(first > 0, first, 1.0))
        return np.asarray(first * np.einsum("gk,gk->g", w, r * r) / df)
    w, total, r = b.weigh(np.zeros(len(k)))
    q = np.einsum("gk,gk->g", w, r * r)
    if method == "HS":
        return np.asarray((q - k) / total)
    if method == "HSk":
        return np.asarray((k / df * q - k) / total)
    trace = total - np.einsum("gk,gk->g", w, w) / total
    return np.asarray((q - df) / trace)


def moment_many(b: Batch, target: FloatArray) -> FloatArray:
    """Q(tau2) = target, row by row: Newton on 1/Q, which is a straight line when the variances are
    equal and nearly one when they are not; kept inside its bracket."""
    value = np.zeros(len(target))
    w, _, r = b.weigh(value)
    active = np.flatnonzero((np.einsum("gk,gk->g", w, r * r) > target) & (b.k > 1))
    low = np.zeros(len(target))
    high = np.einsum("gk,gk->g", b.y, b.y) / target * (1 + 1e-9)
    for _ in range(200):
        if not len(active):
            break
        t, goal = value[active], target[active]
        w, _, r = b.take(active).weigh(t)
        wr = w * r
        q = np.einsum("gk,gk->g", wr, r)
        fall = np.einsum("gk,gk->g", wr, wr)
        low[active] = np.where(q > goal, t, low[active])
        high[active] = np.where(q > goal, high[active], t)
        new = t + (q - goal) / fall * (q / goal)
        outside = (new < low[active]) | (new > high[active])
        new = np.where(outside, 0.5 * (low[active] + high[active]), new)
        value[active] = new
        active = active[np.abs(new - t) > 1e-15 * new]
    return value


def likelihood_many(b: Batch, *, restricted: bool) -> FloatArray:
    """The global maximum of the (restricted) likelihood of every row, as for a single analysis."""
    k = b.k
    n = np.maximum(k - 1, 1) if restricted else k
    s = np.einsum("gk,gk->g", b.y, b.y) / n
    inside = np.where(b.mask > 0, b.v, np.nan)
    low, high = np.nanmin(inside, 1), np.nanmax(inside, 1)
    top = 0.5 * (s + np.sqrt(s) * np.sqrt(s + 4 * high)) * (1 + 1e-9)
    reach = np.log1p(top / low)
    steps = np.maximum(2, np.ceil(reach / GRID_STEP).astype(int) + 1)
    value = np.zeros(len(k))
    live = np.flatnonzero((k > 1) & (top > 0))
    # rows with like grids together
    for rows in _by_size_of(steps, live):
        many = int(steps[rows].max())
        width = max(1, _CHUNK // (many * b.y.shape[1]))
        for i in range(0, len(rows), width):
            part = rows[i : i + width]
            grid = low[part, None] * np.expm1(
                np.linspace(0.0, 1.0, many)[None, :] * reach[part, None]
            )
            value[part] = _global_maximum(b.take(part), grid, restricted)
    return value


def _by_size_of(steps: IntArray, live: IntArray) -> list[IntArray]:
    level = np.ceil(np.log2(steps[live]) * 2).astype(int)
    return [live[level == one] for one in np.unique(level)]


def _global_maximum(b: Batch, grid: FloatArray, restricted: bool) -> FloatArray:
    """Scan each row's grid for falls of the score through zero, polish, keep the highest."""
    # about the mean of the first point, as in a single analysis
    y = b.weigh(grid[:, 0])[2] * b.mask
    w = b.mask[:, None, :] / (b.v[:, None, :] + grid[:, :, None])
    columns = np.stack([np.ones_like(y), y, y * y], axis=2)
    first = np.matmul(w, columns[:, :, :2])
    w *= w
    second = np.matmul(w, columns)
    total = first[:, :, 0]
    mean = first[:, :, 1] / total
    trace = total - second[:, :, 0] / total if restricted else total
    score = second[:, :, 2] - 2 * mean * second[:, :, 1] + mean * mean * second[:, :, 0] - trace
    row, place = np.nonzero((score[:, :-1] > 0) & (score[:, 1:] <= 0))
    zero = np.flatnonzero(score[:, 0] <= 0)
    before, after = score[row, place], score[row, place + 1]
    share = before / (before - after)
    found = polish(b, row, grid[row, place], grid[row, place + 1], share, restricted)
    return best(
        b, np.concatenate([zero, row]), np.concatenate([np.zeros(len(zero)), found]), restricted
    )


def polish(
    b: Batch,
    row: IntArray,
    low: FloatArray,
    high: FloatArray,
    share: FloatArray,
    restricted: bool,
) -> FloatArray:
    """Roots of the score of the given rows inside their brackets: Newton, else bisection.

    ``share``: where the chord of the score crosses zero. A step below 1e-9 of the value is the
    last.
    """
    t = low + share * (high - low)
    low, high = low.copy(), high.copy()
    active = np.arange(len(row))
    part = b.take(row)
    for _ in range(200):
        if not len(active):
            break
        x = t[active]
        w, total, r = part.weigh(x)
        score, bend = _slopes(w, total, r, restricted)
        up = score > 0
        low[active] = np.where(up, x, low[active])
        high[active] = np.where(up, high[active], x)
        new = np.where(bend < 0, x - score / bend, np.inf)
        outside = ~((new >= low[active]) & (new <= high[active]))
        middle = 0.5 * (low[active] + high[active])
        new = np.where(outside, middle, new)
        t[active] = new
        narrow = high[active] - low[active] <= 1e-15 * high[active]
        going = np.where(outside, ~narrow, np.abs(new - x) > 1e-9 * new)
        active = active[going]
        if not going.all():
            part = part.take(going)
    return t


def _slopes(
    w: FloatArray, total: FloatArray, r: FloatArray, restricted: bool
) -> tuple[FloatArray, FloatArray]:
    """Score and curvature of the profile (restricted) log-likelihood."""
    w2 = w * w
    s2 = w2.sum(1)
    wr = w * r
    square = np.einsum("gk,gk->g", wr, wr)
    cross = np.einsum("gk,gk->g", w2, r)
    third = np.einsum("gk,gk,gk->g", w, wr, wr) - cross * cross / total
    if restricted:
        s3 = np.einsum("gk,gk->g", w2, w)
        return (
            0.5 * (square - total + s2 / total),
            -third + 0.5 * (s2 - 2 * s3 / total + (s2 / total) ** 2),
        )
    return 0.5 * (square - total), -third + 0.5 * s2


def best(b: Batch, row: IntArray, t: FloatArray, restricted: bool) -> FloatArray:
    """Of the candidates of each row, the one with the highest likelihood."""
    value = np.zeros(len(b.y))
    value[row] = t
    count = np.bincount(row, minlength=len(b.y))
    several = count[row] > 1
    if several.any():
        index, candidates = row[several], t[several]
        part = b.take(index)
        w, total, r = part.weigh(candidates)
        inside = np.where(part.mask > 0, w, 1.0)
        height = np.log(inside).sum(1) - np.einsum("gk,gk->g", w, r * r)
        if restricted:
            height -= np.log(total)
        order = np.argsort(height, kind="stable")
        value[index[order]] = candidates[order]  # the highest is written last
    return value


def _results(
    b: Batch, tau2: FloatArray, method: str, test: str, level: float
) -> dict[str, FloatArray]:
    k = b.k
    df = np.maximum(k - 1, 1)
    w, total, r = b.weigh(tau2)
    mean = np.einsum("gk,gk->g", w, b.y) / total
    estimate = (mean + b.shift) * b.scale
    variance = 1 / total
    single = k < 2
    if method in FIXED and test in ("knha", "adhoc"):
        test = "z"
    if test in ("knha", "adhoc"):
        spread = np.einsum("gk,gk->g", w, r * r) / df
        spread = np.maximum(spread, 1.0) if test == "adhoc" else spread
        variance = np.where(single, variance, variance * spread)
    se = np.sqrt(variance) * b.scale
    statistic = estimate / se
    normal = single | (test == "z")
    tail = np.where(
        normal,
        special.erfc(np.abs(statistic) / np.sqrt(2)),
        special.betainc(df / 2, 0.5, df / (df + statistic**2)),
    )
    quantile = {int(d): critical(level, int(d)) for d in np.unique(df)}
    crit = np.where(normal, critical(level, None), np.array([quantile[int(d)] for d in df]))
    whole = np.sqrt(tau2 * b.scale**2 + se * se)
    if method in FIXED:
        whole = np.full(len(k), np.nan)
    w0, total0, r0 = b.weigh(np.zeros(len(k)))
    q = np.where(single, 0.0, np.einsum("gk,gk->g", w0, r0 * r0))
    typical = df / (total0 - np.einsum("gk,gk->g", w0, w0) / total0)
    if method in FIXED:
        h2 = np.where(single, 1.0, q / df)
        i2 = np.where(q > 0, 100 * np.maximum(0.0, (q - df) / q), 0.0)
    else:
        h2 = np.where(single, 1.0, 1 + tau2 / typical)
        i2 = np.where(single, 0.0, 100 * tau2 / (tau2 + typical))
    return {
        "estimate": estimate,
        "se": se,
        "statistic": statistic,
        "p": tail,
        "ci_low": estimate - crit * se,
        "ci_high": estimate + crit * se,
        "pi_low": estimate - crit * whole,
        "pi_high": estimate + crit * whole,
        "tau2": tau2 * b.scale**2,
        "i2": i2,
        "h2": h2,
        "q": q,
        "q_p": np.where(single, 1.0, chi2_p(q, df)),
    }
