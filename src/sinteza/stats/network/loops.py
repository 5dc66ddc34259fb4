"""Triangles of direct comparisons: does going around come back to where it began?

Bucher et al. 1997 (J Clin Epidemiol 50:683): in a loop a-b-c the direct effects must add up to
zero; what is left is its inconsistency. A study with all three arms agrees with itself, so loops
that only such studies close are not listed, and shared studies make the test approximate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sinteza.stats.network.splitting import Evidenced

if TYPE_CHECKING:
    from sinteza.stats.network.result import Model, Network


@dataclass(frozen=True)
class Loop:
    """A loop ``treatments`` (a, b, c): a against b, plus b against c, minus a against c."""

    treatments: tuple[str, str, str]
    inconsistency: Evidenced


def loops(network: Network, model: Model = "random") -> list[Loop]:
    """Every closed triangle of direct evidence, the least consistent first."""
    direct = network.direct(model)
    evidence = network.evidence
    of_pair = {pair: set(evidence.study[r].tolist()) for pair, r in evidence.studies_of.items()}
    found = []
    for a in range(network.n):
        for b in range(a + 1, network.n):
            for c in range(b + 1, network.n):
                sides = ((a, b), (b, c), (a, c))
                if not all(side in direct for side in sides):
                    continue
                if of_pair[a, b] == of_pair[b, c] == of_pair[a, c]:
                    continue
                left, right, across = (direct[side] for side in sides)
                gap = left.estimate + right.estimate - across.estimate
                se = float(np.sqrt(left.se**2 + right.se**2 + across.se**2))
                names = (network.treatments[a], network.treatments[b], network.treatments[c])
                found.append(Loop(names, Evidenced.of(gap, se, network.level)))
    return sorted(found, key=lambda loop: loop.inconsistency.p)
