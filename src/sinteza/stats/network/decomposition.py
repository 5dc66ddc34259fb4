"""Where the inconsistency sits: Q within designs, between designs, and what each design adds.

Krahn, Binder and König 2013 (BMC Med Res Methodol 13:35). A design is a set of treatments that
were compared in one study. Within-design Q is heterogeneity; the rest is disagreement between
designs, tested by the full design-by-treatment interaction model (Higgins et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinteza.stats.network.arrays import Ints, p_chi2
from sinteza.stats.network.evidence import Evidence
from sinteza.stats.network.model import freedom, moment_scale, solve
from sinteza.stats.network.multiarm import Blocks, stack
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


def alone(evidence: Evidence, studies: Ints) -> Blocks:
    """The studies with these codes as a network of their own."""
    keep = np.zeros(evidence.k, dtype=bool)
    keep[studies] = True
    return stack(evidence.select(keep))


def decompose(blocks: Blocks) -> Decomposition:
    """Take Q of the common-effect model apart by design."""
    evidence = blocks.evidence
    whole = solve(blocks)
    df = freedom(evidence)
    designs, singles, scale = [], [], 0.0
    for members, studies in evidence.designs:
        single = alone(evidence, studies)
        fit = solve(single)
        own = freedom(single.evidence)
        if own:
            scale += moment_scale(single, fit.pseudo_inverse)
        singles.append(single)
        designs.append(QTest.of(evidence.name(members), fit.q, own))
    q_within, df_within = sum(d.q for d in designs), sum(d.df for d in designs)
    tau2 = max(0.0, (q_within - df_within) / scale) if scale > 0 else 0.0
    q_random = solve(blocks, tau2).q - sum(solve(single, tau2).q for single in singles)
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
