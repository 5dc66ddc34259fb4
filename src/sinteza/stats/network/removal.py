"""A network without some of its studies, by low-rank updates instead of a new fit.

Taking away studies with the joint Laplacian R on arms A changes the pseudo-inverse G of the whole
to ``G + G_A (I - R G_AA)^-1 R G_A'`` (Woodbury), as long as the rest stays connected; effects, Q
and the moments for tau2 follow at the cost of a few vectors. Where the rest falls apart, it is
fitted anew, part by part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sinteza.stats.network.arrays import Bools, Floats, Ints
from sinteza.stats.network.evidence import Evidence, connected
from sinteza.stats.network.model import (
    freedom,
    laplacian,
    pseudo_inverse,
    resistance,
    solve,
    tau2_by,
)
from sinteza.stats.network.multiarm import Blocks, stack


@dataclass(frozen=True)
class Rest:
    """What is left without some studies, with common effects.

    ``components`` (n) numbers its connected parts (a treatment nobody compares any more is a part
    of its own), ``df`` and ``q`` are those of the rest; ``scale`` is what E(Q) grows by with
    tau2.
    """

    components: Ints
    rows: Bools
    theta: Floats
    pseudo_inverse: Floats
    q: float
    df: int
    scale: float

    def joins(self, i: int, j: int) -> bool:
        """Does the rest still compare i with j?"""
        return bool(self.components[i] == self.components[j])

    def effect(self, i: int, j: int) -> tuple[float, float]:
        """Estimate and standard error of i against j."""
        plus = self.pseudo_inverse
        variance = plus[i, i] + plus[j, j] - 2 * plus[i, j]
        return float(self.theta[i] - self.theta[j]), float(np.sqrt(variance))

    @property
    def tau2(self) -> float:
        """Generalized DerSimonian-Laird tau2 of the rest."""
        if self.df <= 0 or self.scale <= 0:
            return 0.0
        return max(0.0, (self.q - self.df) / self.scale)


@dataclass(frozen=True)
class Removal:
    """The common-effect fit of a network, ready to lose studies."""

    blocks: Blocks

    @property
    def evidence(self) -> Evidence:
        """The whole evidence."""
        return self.blocks.evidence

    @cached_property
    def _whole(self) -> tuple[Floats, Floats, Floats]:
        """Weights, pseudo-inverse of the Laplacian and the source of the whole."""
        weights = self.blocks.weights(0.0)
        plus = pseudo_inverse(laplacian(self.evidence, weights), self.evidence.components)
        return weights, plus, _source(self.evidence, weights)

    @cached_property
    def _studies(self) -> tuple[list[Floats], list[Ints]]:
        return self.blocks.by_study(0.0)

    def rows(self, studies: Ints) -> Ints:
        """Positions of the contrasts of these studies."""
        return np.concatenate([self.blocks.rows_of[s] for s in studies.tolist()])

    def without(self, studies: Ints) -> Rest:
        """The network without the studies with these codes."""
        evidence = self.evidence
        n = evidence.n
        weights, plus, source = self._whole
        trace, squares = self.blocks.moments
        own, arms_of = self._studies
        arms = np.unique(np.concatenate([arms_of[s] for s in studies.tolist()]))
        taken = np.zeros((arms.size, arms.size))
        taken_squares = np.zeros((arms.size, arms.size))
        for s in studies.tolist():
            at = np.searchsorted(arms, arms_of[s])
            taken[np.ix_(at, at)] += own[s]
            taken_squares[np.ix_(at, at)] += own[s] @ own[s] / 2
            trace -= float(np.trace(own[s])) / 2
        keep = np.ones(evidence.m, dtype=bool)
        gone = self.rows(studies)
        keep[gone] = False
        left = np.where(keep, weights, 0.0)
        pairs = np.unique((evidence.treat1 * n + evidence.treat2)[keep])
        components = connected(n, pairs // n, pairs % n)
        source = source - _source(evidence, weights, gone)
        if int(components.max()) == int(evidence.components.max()):
            side = plus[:, arms]
            middle = np.linalg.solve(np.eye(arms.size) - taken @ side[arms], taken)
            plus = plus + side @ middle @ side.T
        else:
            plus = pseudo_inverse(laplacian(evidence, left), components)
        theta = plus @ source
        residual = evidence.estimate - (theta[evidence.treat1] - theta[evidence.treat2])
        squares = squares.copy()
        squares[np.ix_(arms, arms)] -= taken_squares
        independent = int((evidence.narms - 1).sum() - (evidence.narms[studies] - 1).sum())
        return Rest(
            components=components,
            rows=keep,
            theta=theta,
            pseudo_inverse=plus,
            q=float(left @ residual**2),
            df=independent - (n - int(components.max()) - 1),
            scale=trace - float((plus * squares).sum()),
        )

    def random(self, rest: Rest, tau2: float) -> tuple[Floats, Floats]:
        """Effects (n, n) and their standard errors in the rest with random effects."""
        evidence = self.evidence
        weights = np.where(rest.rows, self.blocks.weights(tau2), 0.0)
        plus = pseudo_inverse(laplacian(evidence, weights), rest.components)
        theta = plus @ _source(evidence, weights)
        return theta[:, None] - theta[None, :], np.sqrt(resistance(plus))

    def tau2(self, rest: Rest, method: str) -> float:
        """Between-study variance of the rest by the named method."""
        if method == "DL" or rest.df <= 0:
            return rest.tau2
        keep = np.zeros(self.evidence.k, dtype=bool)
        keep[self.evidence.study[rest.rows]] = True
        total = stack(self.evidence.select(keep))
        return tau2_by(method, total, solve(total), freedom(total.evidence))


def _source(evidence: Evidence, weights: Floats, rows: Ints | None = None) -> Floats:
    """``B'Wy`` (n), over all contrasts or the given ones."""
    at = np.arange(evidence.m) if rows is None else rows
    flow = weights[at] * evidence.estimate[at]
    out = np.bincount(evidence.treat1[at], flow, minlength=evidence.n).astype(np.float64)
    return out - np.bincount(evidence.treat2[at], flow, minlength=evidence.n)
