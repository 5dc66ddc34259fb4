"""Where the inconsistency sits: Q within designs, between designs, and what each design adds.

Krahn, Binder and König 2013 (BMC Med Res Methodol 13:35). A design is a set of treatments that
were compared in one study. Within-design Q is heterogeneity; the rest is disagreement between
designs, tested by the full design-by-treatment interaction model (Higgins et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinteza.stats.network.arrays import Floats, p_chi2
from sinteza.stats.network.model import freedom, pseudo_inverse, solve
from sinteza.stats.network.multiarm import Blocks
from sinteza.stats.network.removal import Removal


@dataclass(frozen=True)
class QTest:
    """A Q statistic with its degrees of freedom; ``p`` is None when there are none."""

    label: str
    q: float
    df: int
    p: float | None

    @classmethod
    def of(cls, label: str, q: float, df: int) -> QTest:
        """With its p value; without degrees of freedom Q is zero by definition."""
        return cls(label, max(q, 0.0) if df > 0 else 0.0, df, p_chi2(q, df))


@dataclass(frozen=True)
class Decomposition:
    """Q of the whole network and its parts.

    ``designs``: heterogeneity within each design. ``detached``: Q between designs after one
    design was given effects of its own (only designs whose detachment changes the model).
    ``between_random``: the design-by-treatment test with heterogeneity ``tau2_within`` allowed.
    """

    total: QTest
    within: QTest
    between: QTest
    designs: tuple[QTest, ...]
    detached: tuple[QTest, ...]
    between_random: QTest
    tau2_within: float


@dataclass(frozen=True)
class DesignFit:
    """The studies of one design by themselves: effects of its treatments against their mean.

    ``covariance`` (a, a) is the pseudo-inverse of their Laplacian; ``scale`` what E(Q) grows by
    with tau2.
    """

    members: tuple[int, ...]
    theta: Floats
    covariance: Floats
    q: float
    df: int
    scale: float


def fit_designs(blocks: Blocks, tau2: float = 0.0) -> list[DesignFit]:
    """Fit every design of the evidence alone, with ``tau2`` added within designs."""
    evidence = blocks.evidence
    weights = blocks.weights(tau2)
    laplacians, _ = blocks.by_study(tau2)
    rows_of = blocks.rows_of
    fits = []
    for members, studies in evidence.designs:
        own = [laplacians[s] for s in studies.tolist()]
        total = np.sum(own, axis=0)
        a = len(members)
        covariance = pseudo_inverse(total, np.zeros(a, dtype=np.int64))
        rows = np.concatenate([rows_of[s] for s in studies.tolist()])
        first = np.searchsorted(members, evidence.treat1[rows])
        second = np.searchsorted(members, evidence.treat2[rows])
        y, w = evidence.estimate[rows], weights[rows]
        theta = covariance @ (
            np.bincount(first, w * y, minlength=a) - np.bincount(second, w * y, minlength=a)
        )
        squares = np.sum([one @ one for one in own], axis=0) / 2
        fits.append(
            DesignFit(
                members=members,
                theta=theta,
                covariance=covariance,
                q=float(w @ (y - theta[first] + theta[second]) ** 2),
                df=(studies.size - 1) * (a - 1),
                scale=float(np.trace(total)) / 2 - float((covariance * squares).sum()),
            )
        )
    return fits


def decompose(blocks: Blocks) -> Decomposition:
    """Take Q of the common-effect model apart by design."""
    evidence = blocks.evidence
    whole = solve(blocks)
    df = freedom(evidence)
    fits = fit_designs(blocks)
    designs = [QTest.of(evidence.name(one.members), one.q, one.df) for one in fits]
    q_within, df_within = sum(d.q for d in designs), sum(d.df for d in designs)
    scale = sum(one.scale for one in fits if one.df)
    tau2 = max(0.0, (q_within - df_within) / scale) if scale > 0 else 0.0
    q_random = solve(blocks, tau2).q - sum(one.q for one in fit_designs(blocks, tau2))
    return Decomposition(
        total=QTest.of("Total", whole.q, df),
        within=QTest.of("Within designs", q_within, df_within),
        between=QTest.of("Between designs", whole.q - q_within, df - df_within),
        designs=tuple(designs),
        detached=_detached(blocks, designs, df - df_within),
        between_random=QTest.of("Between designs", q_random, df - df_within),
        tau2_within=tau2,
    )


def _detached(blocks: Blocks, designs: list[QTest], df_between: int) -> tuple[QTest, ...]:
    found = []
    removal = Removal(blocks)
    q_within, df_within = sum(d.q for d in designs), sum(d.df for d in designs)
    for design, (_, studies) in zip(designs, blocks.evidence.designs, strict=True):
        if studies.size == blocks.evidence.k:
            continue
        rest = removal.without(studies)
        df = rest.df + design.df - df_within
        if df < df_between:
            found.append(QTest.of(design.label, rest.q + design.q - q_within, df))
    return tuple(found)
