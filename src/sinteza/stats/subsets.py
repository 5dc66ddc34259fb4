"""GOSH: the pooled result of every subset of the studies (Olkin, Dahabreh & Trikalinos 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import BoolArray, FloatArray, IntArray
from sinteza.stats.guard import guarded
from sinteza.stats.linear import model, power_of_two
from sinteza.stats.many import METHODS, Batch, best, estimate_tau2, polish
from sinteza.stats.pooling import FIXED, usable
from sinteza.stats.tau2 import GRID_STEP

#: subsets handled at once
_CHUNK = 1 << 15


@dataclass(frozen=True, kw_only=True)
class Subsets:
    """One value a subset: ``members`` (bit i set: study i is in it), ``k``, ``estimate``, ``tau2``,
    ``i2`` (percent). ``complete``: whether these are all subsets or a sample of them. ``notes``:
    which numbers some subsets lack."""

    method: str
    members: IntArray
    k: IntArray
    estimate: FloatArray
    tau2: FloatArray
    i2: FloatArray
    complete: bool
    notes: tuple[str, ...] = ()

    def including(self, study: int) -> BoolArray:
        """Which subsets hold the study (counted from 0)."""
        return np.asarray((self.members >> study) & 1 == 1)


@guarded
def gosh(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    least: int = 1,
    most_subsets: int = 1 << 21,
    seed: int = 20240101,
) -> Subsets:
    """Pool every subset of at least ``least`` studies; a random sample of ``most_subsets`` (drawn
    with ``seed``) where there are more.

    Raises TooFewStudies for fewer than two studies, SynthesisError for more than 60.
    """
    if method not in METHODS:
        raise SynthesisError(f"there is no method {method!r} here", hint=f"one of: {METHODS}")
    s = usable(yi, vi)
    k = len(s.yi)
    if k < 2:
        raise TooFewStudies("subsets need at least two studies")
    if k > 60:
        raise SynthesisError(f"{k} studies have too many subsets", hint="at most 60")
    if (s.vi <= 0).any():
        raise SynthesisError("a sampling variance is not positive", hint="leave that study out")
    model(s.yi, s.vi)  # refuses sizes whose squares leave double precision
    complete = 2**k - 1 <= most_subsets
    if complete:
        members = np.arange(1, 2**k, dtype=np.int64)
    else:
        rng = np.random.default_rng(seed)
        members = np.unique(rng.integers(1, 2**k, size=most_subsets, dtype=np.int64))
    bits = np.arange(k)
    size = np.zeros(len(members), dtype=np.int64)
    for bit in bits:
        size += (members >> bit) & 1
    members, size = members[size >= least], size[size >= least]
    scale = power_of_two(float(np.sqrt(s.vi.min())))
    y = s.yi / scale
    centre = float(y.mean())
    y, v = y - centre, s.vi / scale / scale
    estimate, tau2, i2 = (np.empty(len(members)) for _ in range(3))
    for i in range(0, len(members), _CHUNK):
        part = slice(i, i + _CHUNK)
        mask = ((members[part, None] >> bits) & 1).astype(float)
        estimate[part], tau2[part], i2[part] = _chunk(y, v, mask, method)
    return Subsets(
        method=method,
        members=members,
        k=size,
        estimate=(estimate + centre) * scale,
        tau2=tau2 * scale**2,
        i2=i2,
        complete=complete,
    )


def _chunk(
    y: FloatArray, v: FloatArray, mask: FloatArray, method: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimates, tau2 and I2 of the subsets in the rows of mask."""
    rows = len(mask)
    b = Batch(
        np.broadcast_to(y, mask.shape),
        np.broadcast_to(v, mask.shape),
        mask,
        np.zeros(rows),
        np.ones(rows),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        if method in ("ML", "REML"):
            tau2 = _likelihoods(y, v, b, restricted=method == "REML")
        else:
            tau2 = estimate_tau2(b, method)
        w = mask / (v + tau2[:, None])
        estimate = (w @ y) / w.sum(1)
        w0 = 1 / v
        s1, s2 = mask @ w0, mask @ (w0 * w0)
        df = mask.sum(1) - 1
        if method in FIXED:
            q = mask @ (w0 * y * y) - (mask @ (w0 * y)) ** 2 / s1
            share = 100 * np.maximum(0.0, 1 - df / q)
            i2 = np.where((q > 0) & (df > 0), share, 0.0)
        else:
            typical = df / (s1 - s2 / s1)
            i2 = np.where(df > 0, 100 * tau2 / (tau2 + typical), 0.0)
    return estimate, tau2, i2


def _likelihoods(y: FloatArray, v: FloatArray, b: Batch, *, restricted: bool) -> FloatArray:
    """As for many analyses, but the subsets share their data: on one grid of tau2 the sums over
    subsets are matrix products."""
    mask = b.mask
    spread = float(np.ptp(y)) ** 2
    s = spread * len(y)  # no subset's sum of squares exceeds this
    top = 0.5 * (s + np.sqrt(s) * np.sqrt(s + 4 * v.max())) * (1 + 1e-9)
    if top == 0:
        return np.zeros(len(mask))
    reach = np.log1p(top / v.min())
    grid = v.min() * np.expm1(np.linspace(0, reach, max(2, int(np.ceil(reach / GRID_STEP)) + 1)))
    w = 1 / (v[:, None] + grid)
    w2 = w * w
    total = mask @ w
    mean = (mask @ (w * y[:, None])) / total
    square = mask @ w2
    score = (
        mask @ (w2 * (y * y)[:, None])
        - 2 * mean * (mask @ (w2 * y[:, None]))
        + mean * mean * square
        - total
    )
    if restricted:
        score += square / total
    pairs = mask.sum(1) > 1
    row, place = np.nonzero((score[:, :-1] > 0) & (score[:, 1:] <= 0) & pairs[:, None])
    zero = np.flatnonzero((score[:, 0] <= 0) | ~pairs)
    before, after = score[row, place], score[row, place + 1]
    share = before / (before - after)
    found = polish(b, row, grid[place], grid[place + 1], share, restricted)
    return best(
        b, np.concatenate([zero, row]), np.concatenate([np.zeros(len(zero)), found]), restricted
    )
