"""Trim and fill: how many studies an asymmetric funnel lacks, and the mean with them added.

Duval and Tweedie (Biometrics 2000;56:455; J Am Stat Assoc 2000;95:89): the estimates are ranked by
distance from the mean; k0, the number missing on one side, is estimated from the ranks (L0 linear,
R0 longest run, Q0 quadratic), the k0 most extreme are trimmed, the mean is estimated again, until
k0 stays; then mirror images are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, plain
from sinteza.stats.bias import positive
from sinteza.stats.guard import guarded
from sinteza.stats.pooling import Pooled, pool
from sinteza.stats.tabulate import number


@dataclass(frozen=True)
class TrimFill:
    """``missing``: studies thought to lack on the ``side`` (left/right), with its ``se`` (studies);
    ``p_missing``: P of as many under symmetry (R0 only, else None); ``filled_yi filled_vi``: the
    imputed studies; ``adjusted``: the pool with them, ``original``: without.
    """

    estimator: str
    side: str
    missing: int
    se: float
    p_missing: float | None
    filled_yi: FloatArray
    filled_vi: FloatArray
    original: Pooled
    adjusted: Pooled
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study, the imputed ones marked."""
        given = zip(self.original.yi, self.original.vi, strict=True)
        made = zip(self.filled_yi, self.filled_vi, strict=True)
        return [{"yi": plain(y), "vi": plain(v), "filled": False} for y, v in given] + [
            {"yi": plain(y), "vi": plain(v), "filled": True} for y, v in made
        ]

    def summary(self) -> str:
        """The result as a person would print it."""
        o, a = self.original, self.adjusted
        return "\n".join([
            f"Trim and fill ({self.estimator}): {self.missing} studies missing on the {self.side} "
            f"(se {self.se:.2f})",
            f"  as given {number(o.estimate)} [{number(o.ci_low)}; {number(o.ci_high)}]",
            f"  filled   {number(a.estimate)} [{number(a.ci_low)}; {number(a.ci_high)}]",
            *(f"Note: {n}" for n in self.notes),
        ])  # fmt: skip


def _missing(ranks: FloatArray, k: int, estimator: str) -> tuple[float, float]:
    """Estimate of k0 and its standard error from the signed ranks."""
    if estimator == "R0":
        below = -ranks[ranks < 0]
        k0 = k - (below.max() if len(below) else 0.0) - 1
        return k0, float(np.sqrt(2 * max(0.0, k0) + 2))
    total = float(ranks[ranks > 0].sum())
    if estimator == "L0":
        k0 = (4 * total - k * (k + 1)) / (2 * k - 1)
    else:
        inside = 2 * k**2 - 4 * total + 0.25
        if inside < 0:
            raise NotConverged(
                "Q0 has no real solution: the ranks lie too much on one side",
                hint="use the estimator L0",
            )
        k0 = k - 0.5 - np.sqrt(inside)
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0
        - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    ) / 24  # fmt: skip
    variance = max(0.0, float(variance))
    if estimator == "L0":
        return float(k0), float(4 * np.sqrt(variance) / (2 * k - 1))
    under = (k - 0.5) ** 2 - k0 * (2 * k - k0 - 1)
    return float(k0), float(2 * np.sqrt(variance) / np.sqrt(under)) if under > 0 else float("nan")


@guarded
def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    estimator: str = "L0",
    side: str | None = None,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> TrimFill:
    """Trim and fill with the mean by ``method`` and ``test`` of :func:`pool`.

    ``side``: where studies lack; without it, the side opposite to the slope of the regression on
    the standard error. Raises TooFewStudies below 2 studies, NotConverged where k0 does not settle
    or Q0 is not defined.
    """
    if estimator not in ("L0", "R0", "Q0"):
        raise SynthesisError(f"no estimator {estimator!r}", hint="L0, R0 or Q0")
    if side not in (None, "left", "right"):
        raise SynthesisError(f"no side {side!r}", hint="left or right")
    s = positive(yi, vi)
    k = len(s.yi)
    if k < 2:
        raise TooFewStudies("trim and fill needs 2 studies, there is one")
    original = pool(s.yi, s.vi, method=method, test=test, level=level)
    if side is None:
        try:
            line = pool(s.yi, s.vi, method=method, test="z", mods={"sei": np.sqrt(s.vi)})
        except np.linalg.LinAlgError as error:
            raise NotConverged(
                "the side cannot be told: the regression on the standard error is singular",
                hint="give the side",
            ) from error
        slope = float(line.estimate[-1]) if len(line.names) > 1 else 0.0
        side = "right" if slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * s.yi, kind="stable")
    y, v = (sign * s.yi)[order], s.vi[order]
    missing, k0, se = -1, 0, 0.0
    centre = 0.0
    for _ in range(100):
        if k0 == missing:
            break
        missing = k0
        left = k - k0
        centre = pool(y[:left], v[:left], method=method, test="z").estimate
        distance = y - centre
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(distance), kind="stable")] = np.arange(1, k + 1)
        value, se = _missing(np.sign(distance) * ranks, k, estimator)
        k0 = min(max(0, round(value)), k - 1)
    else:
        raise NotConverged("the number of missing studies does not settle")
    extreme = slice(k - k0, k)
    fill_y, fill_v = sign * (2 * centre - y[extreme]), v[extreme]
    adjusted = original
    if k0:
        adjusted = pool(
            np.concatenate([s.yi, fill_y]), np.concatenate([s.vi, fill_v]),
            method=method, test=test, level=level,
        )  # fmt: skip
    notes = list(s.notes)
    if original.i2 > 50:
        notes.append("large heterogeneity: trim and fill may find studies that do not lack")
    return TrimFill(
        estimator, side, k0, se, 0.5 ** (k0 + 1) if estimator == "R0" else None,
        fill_y, fill_v, original, adjusted, tuple(notes),
    )  # fmt: skip
