"""Do small studies tell another story? The comparison-adjusted funnel of a network.

Chaimani et al. 2013 (PLoS One 8:e76654): every contrast minus the direct random-effects estimate of
its comparison, all turned the same way (in ``order``: a treatment against any later one), against
its standard error; Egger's regression (Egger et al. 1997) on all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.distributions import t_p
from sinteza.stats.network.arrays import Floats

if TYPE_CHECKING:
    from sinteza.stats.network.result import Network


@dataclass(frozen=True)
class Funnel:
    """Points of the funnel and its test.

    ``studies``, ``comparisons`` (a, b), ``deviation`` (m) and ``se`` (m); Egger's ``bias`` (the
    slope on the standard error) with ``bias_se``, t statistic, ``df`` and ``p``; ``intercept`` is
    the deviation of an infinitely large study.
    """

    studies: tuple[str, ...]
    comparisons: tuple[tuple[str, str], ...]
    deviation: Floats
    se: Floats
    bias: float
    bias_se: float
    intercept: float
    intercept_se: float
    statistic: float
    df: int
    p: float


def comparison_adjusted_funnel(network: Network, order: Sequence[str] | None = None) -> Funnel:
    """The funnel; ``order`` (default: the reference, then the others) should have a meaning.

    For instance old to new, or placebo before active. Raises TooFewStudies below 3 contrasts and
    SynthesisError when the order does not name every treatment once.
    """
    evidence = network.evidence
    names = list(order) if order is not None else list(network.treatments)
    if order is None and network.reference:
        names.sort(key=lambda t: t != network.reference)
    if sorted(names) != sorted(network.treatments):
        raise SynthesisError("the order must name every treatment of the network once")
    if evidence.m < 3:
        raise TooFewStudies("a funnel needs three contrasts")
    place = np.array([names.index(t) for t in network.treatments])
    direct = network.direct("random")
    pairs = list(zip(evidence.treat1.tolist(), evidence.treat2.tolist(), strict=True))
    mean = np.array([direct[pair].estimate for pair in pairs])
    turned = place[evidence.treat1] > place[evidence.treat2]
    deviation = np.where(turned, -1.0, 1.0) * (evidence.estimate - mean)
    se = np.sqrt(evidence.variance)
    weights = 1 / evidence.variance
    design = np.column_stack([np.ones(evidence.m), se])
    inverse = np.linalg.inv(design.T @ (weights[:, None] * design))
    intercept, bias = inverse @ (design.T @ (weights * deviation))
    df = evidence.m - 2
    spread = float(weights @ (deviation - intercept - bias * se) ** 2) / df
    intercept_se, bias_se = np.sqrt(np.diagonal(inverse) * spread)
    return Funnel(
        studies=tuple(evidence.studies[s] for s in evidence.study.tolist()),
        comparisons=tuple(
            (network.treatments[b], network.treatments[a])
            if flip
            else (network.treatments[a], network.treatments[b])
            for (a, b), flip in zip(pairs, turned.tolist(), strict=True)
        ),
        deviation=deviation,
        se=se,
        bias=float(bias),
        bias_se=float(bias_se),
        intercept=float(intercept),
        intercept_se=float(intercept_se),
        statistic=float(bias / bias_se),
        df=df,
        p=float(t_p(bias / bias_se, df)),
    )
