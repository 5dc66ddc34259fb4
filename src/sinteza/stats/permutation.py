"""Permutation tests of pooled estimates and moderators (Higgins & Thompson 2004; Good 2009).

Without moderators the signs of the estimates are exchanged, which the hypothesis of no effect
allows; with moderators the rows of the design. All exchanges are made when there are no more than
``draws``, otherwise a random sample from ``seed``, the data as observed counted in.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError
from sinteza.stats.arrays import FloatArray
from sinteza.stats.guard import guarded
from sinteza.stats.pooling import Regression, pool, usable
from sinteza.stats.regression import INTERCEPT, Design, design, independent


@dataclass(frozen=True, kw_only=True)
class PermutationTest:
    """Permutation p values.

    ``names``, ``statistic``, ``p``: one a coefficient (two-sided: the share of exchanges whose
    statistic is at least as far from zero). ``qm``, ``qm_p``: the omnibus test (NaN without
    moderators). ``exchanges``: how many were made; ``exact``: whether these are all.
    """

    names: tuple[str, ...]
    statistic: FloatArray
    p: FloatArray
    qm: float
    qm_p: float
    exchanges: int
    exact: bool

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient: ``name statistic p``."""
        return [
            {"name": n, "statistic": float(s), "p": float(p)}
            for n, s, p in zip(self.names, self.statistic, self.p, strict=True)
        ]

    def summary(self) -> str:
        """A small table."""
        from sinteza.stats.tabulate import table

        head = f"{'all' if self.exact else 'random'} exchanges: {self.exchanges:,}"
        body = table(["", "statistic", "p"], [list(r.values()) for r in self.rows()])
        return f"{head}\n{body}"


#: a statistic as extreme as the observed one up to rounding counts as extreme
_TIE = 1e-9


@guarded
def permutation_test(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mods: Any = None,
    method: str = "REML",
    test: str = "z",
    draws: int = 5000,
    seed: int = 20240101,
) -> PermutationTest:
    """The permutation test of the pooled estimate, or of each moderator.

    Raises TooFewStudies as :func:`sinteza.stats.pool`, SynthesisError for an estimator that needs
    weights.
    """
    if method in ("GENQ", "GENQM"):
        raise SynthesisError(f"{method} has no permutation test here", hint="use REML")
    if mods is None:
        return _signs(yi, vi, method, test, draws, seed)
    plan = mods if isinstance(mods, Design) else design(mods)
    s = usable(yi, vi, also=plan.x)
    x = plan.x[s.used]
    keep = independent(x)
    plan = Design(tuple(plan.names[j] for j in keep), x[:, keep], {})
    observed = pool(s.yi, s.vi, mods=plan, method=method, test=test)
    # exchanging rows changes nothing in an intercept, and equal rows are one exchange
    orders, exact = _orders(plan.x, draws, seed)
    statistics = np.empty((len(orders), len(plan.names)))
    omnibus = np.empty(len(orders))
    for i, order in enumerate(orders):
        fit = pool(s.yi, s.vi, mods=Design(plan.names, plan.x[order], {}), method=method, test=test)
        statistics[i], omnibus[i] = fit.statistic, fit.qm
    return _result(observed, statistics, omnibus, exact)


def _result(
    observed: Regression, statistics: FloatArray, omnibus: FloatArray, exact: bool
) -> PermutationTest:
    extreme = np.abs(statistics) >= np.abs(observed.statistic) * (1 - _TIE)
    return PermutationTest(
        names=observed.names,
        statistic=observed.statistic,
        p=np.asarray(extreme.mean(axis=0)),
        qm=observed.qm,
        qm_p=float((omnibus >= observed.qm * (1 - _TIE)).mean()),
        exchanges=len(omnibus),
        exact=exact,
    )


def _orders(x: FloatArray, draws: int, seed: int) -> tuple[list[Any], bool]:
    """Orders of the rows: all distinct ones, or a sample with the observed order first."""
    k = len(x)
    _, kind = np.unique(x, axis=0, return_inverse=True)
    counts = np.bincount(kind.ravel())
    distinct = math.factorial(k)
    for count in counts:
        distinct //= math.factorial(int(count))
    if distinct <= draws:
        return _arrangements(kind.ravel().tolist()), True
    rng = np.random.default_rng(seed)
    return [np.arange(k), *(rng.permutation(k) for _ in range(draws - 1))], False


def _arrangements(kinds: list[int]) -> list[Any]:
    """All distinct arrangements of rows of several kinds, as orders of row numbers."""
    places = {one: [i for i, k in enumerate(kinds) if k == one] for one in set(kinds)}
    made: list[Any] = []

    def place(prefix: list[int], left: dict[int, int]) -> None:
        if len(prefix) == len(kinds):
            made.append(np.array(prefix))
            return
        for one, count in left.items():
            if count:
                row = places[one][len(places[one]) - count]
                place([*prefix, row], {**left, one: count - 1})

    place([], {one: len(rows) for one, rows in places.items()})
    return made


def _signs(
    yi: ArrayLike, vi: ArrayLike, method: str, test: str, draws: int, seed: int
) -> PermutationTest:
    from sinteza.stats.many import analyze

    s = usable(yi, vi)
    observed = pool(s.yi, s.vi, method=method, test=test)
    k = len(s.yi)
    exact = 2**k <= draws
    if exact:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=k)))
    else:
        signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(draws, k))
        signs[0] = 1.0
    mask = np.ones(signs.shape, dtype=bool)
    v = np.broadcast_to(s.vi, signs.shape).copy()
    statistics = analyze(signs * s.yi, v, mask, method, test, 0.95)["statistic"]
    p = float((np.abs(statistics) >= abs(observed.statistic) * (1 - _TIE)).mean())
    return PermutationTest(
        names=(INTERCEPT,),
        statistic=np.array([observed.statistic]),
        p=np.array([p]),
        qm=float("nan"),
        qm_p=float("nan"),
        exchanges=len(signs),
        exact=exact,
    )
