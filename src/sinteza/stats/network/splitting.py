"""Direct against indirect evidence, comparison by comparison.

``back-calculation`` (Dias et al. 2010, Stat Med 29:932; König, Krahn and Binder 2013): with p the
share of direct evidence, ``indirect = (network - p * direct) / (1 - p)``. ``SIDDE``, separate
indirect from direct design evidence (Efthimiou et al. 2019, Stat Med 38:2992): the indirect
estimate is that of the network without the studies of the comparison, tau2 estimated anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sinteza.stats.distributions import critical, t_p
from sinteza.stats.network.removal import Removal

if TYPE_CHECKING:
    from sinteza.stats.network.result import Direct, Model, Network

SplitMethod = Literal["back-calculation", "SIDDE"]
#: a share of direct evidence this near to 1 leaves no indirect evidence
ALL_DIRECT = 0.0005


@dataclass(frozen=True)
class Evidenced:
    """An estimate with its interval, and the test of no effect."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    p: float

    @classmethod
    def of(cls, estimate: float, se: float, level: float, df: int | None = None) -> Evidenced:
        """With interval and p value, from a normal or (``df``) a t distribution."""
        half = critical(level, df) * se
        z = estimate / se
        p = float(t_p(z, df))
        return cls(estimate, se, estimate - half, estimate + half, z, p)


@dataclass(frozen=True)
class Split:
    """Direct and indirect evidence on ``a`` against ``b`` from ``k`` direct studies.

    ``direct`` is None without such studies, ``indirect`` without a way around them,
    ``difference`` (direct minus indirect; its p value tests the agreement) unless both are there.
    """

    a: str
    b: str
    k: int
    proportion: float
    network: Evidenced
    direct: Evidenced | None
    indirect: Evidenced | None
    difference: Evidenced | None


def split(
    network: Network, model: Model = "random", method: SplitMethod = "back-calculation"
) -> list[Split]:
    """Split every pair of treatments, in the order of the treatments."""
    fit = network.fit(model)
    direct = network.direct(model)
    removal = Removal(network.blocks)
    splits = []
    for i in range(network.n):
        for j in range(i + 1, network.n):
            found = direct.get((i, j))
            whole = float(fit.estimate[i, j]), float(fit.se[i, j])
            if found is None:
                apart: tuple[float, float] | None = whole
            elif method == "SIDDE":
                apart = _without(network, removal, i, j, model)
            else:
                apart = _back_calculated(whole, found)
            splits.append(_split(network, (i, j), whole, found, apart, fit.df))
    return splits


def _back_calculated(whole: tuple[float, float], direct: Direct) -> tuple[float, float] | None:
    p = direct.proportion
    if abs(p - 1) < ALL_DIRECT:
        return None
    estimate = (whole[0] - p * direct.estimate) / (1 - p)
    variance = whole[1] ** 2 / (1 - p)
    return (estimate, float(np.sqrt(variance))) if variance > 0 else None


def _without(
    network: Network, removal: Removal, i: int, j: int, model: Model
) -> tuple[float, float] | None:
    evidence = network.evidence
    rest = removal.without(np.unique(evidence.study[evidence.studies_of[i, j]]))
    if not rest.joins(i, j):
        return None
    if model == "common":
        return rest.effect(i, j)
    estimate, se = removal.random(rest, removal.tau2(rest, network.method))
    return float(estimate[i, j]), float(se[i, j])


def _split(
    network: Network,
    pair: tuple[int, int],
    whole: tuple[float, float],
    direct: Direct | None,
    indirect: tuple[float, float] | None,
    df: int | None,
) -> Split:
    level = network.level
    difference = None
    if direct is not None and indirect is not None:
        gap = direct.estimate - indirect[0]
        difference = Evidenced.of(gap, float(np.hypot(direct.se, indirect[1])), level, df)
    return Split(
        a=network.treatments[pair[0]],
        b=network.treatments[pair[1]],
        k=direct.k if direct else 0,
        proportion=direct.proportion if direct else 0.0,
        network=Evidenced.of(*whole, level, df),
        direct=Evidenced.of(direct.estimate, direct.se, level, df) if direct else None,
        indirect=Evidenced.of(*indirect, level, df) if indirect else None,
        difference=difference,
    )
