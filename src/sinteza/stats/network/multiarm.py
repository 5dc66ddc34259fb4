"""Multi-arm studies: what each arm weighs when the contrasts of a study share arms.

The pairwise variances of a study are the resistances of its arms; the Laplacian that has them is
``L = pinv(-CVC/2)``, C centering (Rücker 2012, Res Synth Methods 3:312; Rücker and Schwarzer 2014,
Stat Med 33:4353). Adding tau2 to every pairwise variance adds tau2/2 to every eigenvalue of
``P = -CVC/2``, so one eigendecomposition a study serves for every tau2. Its eigenvectors are
also the orthogonal contrasts that make the whole network a regression of independent rows with
variance ``2 d + tau2``. A study of two arms is the smallest case, not a special one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network.arrays import Floats, Ints
from sinteza.stats.network.evidence import Evidence

#: Contrasts of a multi-arm study may miss each other by this much (rounded tables do).
TOLERANCE = 0.001


def _centered_basis(arms: int) -> Floats:
    """Orthonormal columns (arms x arms-1) orthogonal to the constant (Helmert)."""
    basis = np.zeros((arms, arms - 1))
    for j in range(1, arms):
        basis[:j, j - 1] = 1.0
        basis[j, j - 1] = -j
        basis[:, j - 1] /= np.sqrt(j * (j + 1))
    return basis


@dataclass(frozen=True)
class Block:
    """All studies with the same number of arms, in one stack.

    ``studies`` (s), ``arms`` (s, a) treatment codes, ``rows`` (s, a, a) positions of the
    contrasts (diagonal unused), ``sign`` (a, a) +1 above the diagonal; ``vectors`` (s, a, a-1)
    and ``values`` (s, a-1): eigenvectors and eigenvalues of P.
    """

    studies: Ints
    arms: Ints
    rows: Ints
    vectors: Floats
    values: Floats

    def laplacians(self, tau2: float) -> Floats:
        """The Laplacian of each study (s, a, a)."""
        laplacians: Floats = (self.vectors / (self.values + tau2 / 2)[:, None, :]) @ np.swapaxes(
            self.vectors, 1, 2
        )
        return laplacians


@dataclass(frozen=True)
class Blocks:
    """The studies of an evidence by their number of arms."""

    evidence: Evidence
    blocks: tuple[Block, ...]

    def weights(self, tau2: float) -> Floats:
        """The weight of each contrast (m): minus the off-diagonal entry of its Laplacian."""
        weights = np.empty(self.evidence.m)
        for block in self.blocks:
            i, j = np.triu_indices(block.arms.shape[1], 1)
            weights[block.rows[:, i, j]] = -block.laplacians(tau2)[:, i, j]
        return weights

    @cached_property
    def moments(self) -> tuple[float, Floats]:
        """Sums over the studies of ``tr(L_s)/2`` and of ``L_s^2/2`` (n, n), without tau2."""
        total = 0.0
        squares = np.zeros((self.evidence.n, self.evidence.n))
        for block in self.blocks:
            one = block.laplacians(0.0)
            total += float(np.trace(one, axis1=1, axis2=2).sum()) / 2
            left = np.repeat(block.arms[:, :, None], block.arms.shape[1], axis=2)
            np.add.at(squares, (left, np.swapaxes(left, 1, 2)), one @ one / 2)
        return total, squares

    @cached_property
    def rows_of(self) -> list[Ints]:
        """The positions of the contrasts of each study."""
        order = np.argsort(self.evidence.study, kind="stable")
        counts = np.bincount(self.evidence.study, minlength=self.evidence.k)
        return np.split(order, np.cumsum(counts)[:-1])

    def by_study(self, tau2: float) -> tuple[list[Floats], list[Ints]]:
        """The Laplacian of each study, and its arms."""
        own: list[Floats] = [np.empty(0)] * self.evidence.k
        arms: list[Ints] = [np.empty(0, dtype=np.int64)] * self.evidence.k
        for block in self.blocks:
            for s, one, members in zip(
                block.studies.tolist(), block.laplacians(tau2), block.arms, strict=True
            ):
                own[s], arms[s] = one, members
        return own, arms

    @cached_property
    def regression(self) -> Regression:
        """The network as a regression of independent rows.

        Row r is ``sqrt(2) * u`` on the arms of its study. What is observed projects contrasts
        that miss each other slightly.
        """
        count = int((self.evidence.narms - 1).sum())
        design = np.zeros((count, self.evidence.n))
        study = np.empty(count, dtype=np.int64)
        variances, observed = np.empty(count), np.empty(count)
        begin = 0
        for block in self.blocks:
            s, a = block.arms.shape
            at = begin + np.arange(s * (a - 1)).reshape(s, a - 1)
            begin += s * (a - 1)
            coefficients = np.sqrt(2) * np.swapaxes(block.vectors, 1, 2)
            design[at[:, :, None], block.arms[:, None, :]] = coefficients
            study[at] = block.studies[:, None]
            variances[at] = 2 * block.values
            # arm i is the mean over j of TE[i, j]; a row combines the arms
            arm_values = antisymmetric(self.evidence.estimate, block.rows).mean(axis=2)
            observed[at] = np.einsum("sra,sa->sr", coefficients, arm_values)
        return Regression(design, variances, observed, study)


@dataclass(frozen=True)
class Regression:
    """Independent rows: ``design`` (r, n) on treatments, ``variances`` (r) to which tau2 adds,
    ``observed`` (r) and the ``study`` of each row."""

    design: Floats
    variances: Floats
    observed: Floats
    study: Ints


def without_covariance(blocks: Blocks, reference: int | None) -> Regression:
    """The regression that takes contrasts of one study as uncorrelated, as netmeta does for tau2.

    Of a multi-arm study it keeps the contrasts against the reference (or else its last
    treatment), with their variances alone; what tau2 adds stays correlated by one half. The
    result depends on the reference. Rows are turned so that they are independent for every tau2.
    """
    designs, variances, observed, studies = [], [], [], []
    for block in blocks.blocks:
        for s, arms, rows in zip(block.studies, block.arms, block.rows, strict=True):
            found = np.flatnonzero(arms == (-1 if reference is None else reference))
            base = int(found[0]) if found.size else arms.size - 1
            others = np.delete(np.arange(arms.size), base)
            design = np.zeros((others.size, blocks.evidence.n))
            design[np.arange(others.size), arms[others]] = 1.0
            design[:, arms[base]] = -1.0
            effect = antisymmetric(blocks.evidence.estimate, rows[None])[0][others, base]
            variance = blocks.evidence.variance[rows[others, base]]
            # root of the inverse of (I + J) / 2, then the axes of the variances
            values, vectors = np.linalg.eigh((np.eye(others.size) + 1.0) / 2)
            root = (vectors / np.sqrt(values)) @ vectors.T
            values, vectors = np.linalg.eigh(root @ np.diag(variance) @ root)
            turn = vectors.T @ root
            designs.append(turn @ design)
            observed.append(turn @ effect)
            variances.append(values)
            studies.append(np.full(others.size, s))
    return Regression(
        np.concatenate(designs),
        np.concatenate(variances),
        np.concatenate(observed),
        np.concatenate(studies),
    )


def antisymmetric(values: Floats, rows: Ints) -> Floats:
    """Contrasts of the rows as antisymmetric matrices (s, a, a)."""
    arms = rows.shape[1]
    upper = np.triu(np.ones((arms, arms)), 1)
    matrices: Floats = values[rows] * (upper - upper.T)
    return matrices


def stack(evidence: Evidence) -> Blocks:
    """Group the studies by number of arms and take the eigenvectors of their variances.

    Raises SynthesisError when the variances of a study cannot be those of any study.
    """
    # contrasts sorted by study, then pair, so that each study's pairs are contiguous
    order = np.lexsort((evidence.treat2, evidence.treat1, evidence.study))
    counts = np.bincount(evidence.study, minlength=evidence.k)
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    blocks = []
    for arms in np.unique(evidence.narms).tolist():
        studies = np.flatnonzero(evidence.narms == arms)
        i, j = np.triu_indices(arms, 1)
        mine = order[start[studies][:, None] + np.arange(i.size)]
        rows = np.zeros((studies.size, arms, arms), dtype=np.int64)
        rows[:, i, j] = rows[:, j, i] = mine
        members = np.concatenate(
            [evidence.treat1[mine[:, :1]], evidence.treat2[mine[:, : arms - 1]]], axis=1
        )
        resistance = evidence.variance[rows] * (1 - np.eye(arms))
        basis = _centered_basis(arms)
        inner = -0.5 * (basis.T @ resistance @ basis)
        values, vectors = np.linalg.eigh(inner)
        impossible = np.flatnonzero(values.min(axis=1) <= 1e-10 * values.max(axis=1))
        if impossible.size:
            _say_impossible(evidence, int(studies[impossible[0]]))
        blocks.append(Block(studies, members, rows, basis @ vectors, values))
    return Blocks(evidence, tuple(blocks))


def _say_impossible(evidence: Evidence, s: int) -> None:
    mine = np.flatnonzero(evidence.study == s)
    worst = int(mine[np.argmax(evidence.variance[mine])])
    pair = evidence.name((int(evidence.treat1[worst]), int(evidence.treat2[worst])))
    raise SynthesisError(
        f"the standard errors of its contrasts contradict each other: that of {pair}"
        f" ({np.sqrt(evidence.variance[worst]):g}) is too large for the others, so that some arm"
        " would have a negative variance",
        where=f"study '{evidence.studies[s]}'",
        hint="Check them, or give the numbers of each arm instead of contrasts.",
    )


def project(evidence: Evidence) -> Evidence:
    """Replace the effects of multi-arm studies by the nearest ones that agree (weighted)."""
    fitted = evidence.estimate.copy()
    for block in stack(evidence).blocks:
        te = antisymmetric(evidence.estimate, block.rows)
        laplacians = block.laplacians(0.0)
        flows = -laplacians * te
        arms = (
            (block.vectors * block.values[:, None, :])
            @ np.swapaxes(block.vectors, 1, 2)
            @ flows.sum(axis=2)[:, :, None]
        )[:, :, 0]
        i, j = np.triu_indices(arms.shape[1], 1)
        fitted[block.rows[:, i, j]] = arms[:, i] - arms[:, j]
    return replace(evidence, estimate=fitted)


def check(evidence: Evidence) -> Evidence:
    """Refuse multi-arm studies whose contrasts miss each other by more than the tolerance.

    The error names study, contrast and residual, and says the nearest values that agree.
    """
    projected = project(evidence)
    residual = np.abs(evidence.estimate - projected.estimate)
    if residual.max(initial=0.0) <= TOLERANCE:
        return evidence
    worst = int(np.argmax(residual))
    s = int(evidence.study[worst])
    pair = evidence.name((int(evidence.treat1[worst]), int(evidence.treat2[worst])))
    nearest = ", ".join(
        f"{evidence.name((int(evidence.treat1[i]), int(evidence.treat2[i])))}"
        f" {projected.estimate[i]:.6g}"
        for i in np.flatnonzero(evidence.study == s)
    )
    raise SynthesisError(
        f"its contrasts do not add up: {pair} is {evidence.estimate[worst]:g}, which misses the"
        f" others by {residual[worst]:.3g}",
        where=f"study '{evidence.studies[s]}', row {worst + 1}",
        hint=f"The nearest values that agree: {nearest}. Take them with multi_arm='project'.",
    )
