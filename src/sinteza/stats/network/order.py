"""Orders of treatments beyond one ranking: several outcomes, groups by a threshold, loops.

Partial orders (Rücker and Schwarzer 2017, Biom J 59:1201): a is above b when it is better in every
outcome. Groups follow the GRADE guidance for drawing conclusions from a network (Brignardello-
Petersen et al. 2020, BMJ 371:m3900, m3907).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinteza.errors import SynthesisError

if TYPE_CHECKING:
    from sinteza.stats.network.result import Model, Network


@dataclass(frozen=True)
class PartialOrder:
    """Which treatment is better than which in every outcome.

    ``above`` holds all pairs (better, worse); ``covers`` only those with nothing between: the
    lines of a Hasse diagram.
    """

    treatments: tuple[str, ...]
    above: frozenset[tuple[str, str]]
    covers: tuple[tuple[str, str], ...]


def partial_order(scores: Sequence[Mapping[str, float]]) -> PartialOrder:
    """Order treatments by several outcomes; ``scores`` (P-scores, high is good) one an outcome.

    Treatments missing from an outcome are left out. Raises SynthesisError when none are shared.
    """
    shared = sorted(set.intersection(*(set(s) for s in scores))) if scores else []
    if not shared:
        raise SynthesisError("the outcomes share no treatment")
    above = {
        (a, b)
        for a in shared
        for b in shared
        if a != b and all(s[a] >= s[b] for s in scores) and any(s[a] > s[b] for s in scores)
    }
    covers = tuple(
        (a, b)
        for a, b in sorted(above)
        if not any((a, c) in above and (c, b) in above for c in shared)
    )
    return PartialOrder(tuple(shared), frozenset(above), covers)


@dataclass(frozen=True)
class Group:
    """Treatments of one category, from the best (1) down."""

    category: int
    treatments: tuple[str, ...]


def groups(
    network: Network,
    *,
    threshold: float = 0.0,
    reference: str | None = None,
    model: Model = "random",
) -> list[Group]:
    """Minimally contextualized categories against the reference.

    A treatment is better (or worse) than the reference when its interval lies beyond
    ``threshold`` (on the scale of analysis, a difference that matters). Those better than the
    reference form a higher category, and again those better than some member of that one.
    """
    base = reference or network.reference or network.treatments[0]
    fit = network.fit(model)
    code = network.evidence.code
    gain = (-1 if network.small_is_good else 1) * fit.estimate
    sure = gain - fit.critical * fit.se > threshold  # [i, j]: i is better than j for sure
    level = dict.fromkeys(network.treatments, 0)
    for one in network.treatments:
        if sure[code(one), code(base)]:
            level[one] = 1
        elif sure[code(base), code(one)]:
            level[one] = -1
    for sign in (1, -1):
        step = sign
        while True:
            members = [t for t, at in level.items() if at == step]
            moved = [
                t
                for t in members
                if any(
                    sure[code(t), code(o)] if sign > 0 else sure[code(o), code(t)] for o in members
                )
            ]
            if not moved:
                break
            for t in moved:
                level[t] += sign
            step += sign
    ordered = sorted(set(level.values()), reverse=True)
    return [
        Group(i + 1, tuple(t for t in network.treatments if level[t] == at))
        for i, at in enumerate(ordered)
    ]
