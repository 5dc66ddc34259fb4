"""The net heat matrix: which design pulls against which.

Krahn, Binder and König 2013 (BMC Med Res Methodol 13:35), two stages: every design gives basic
contrasts (its treatments against its first one, the reference of the network if it is there) with
their covariance; the network is the generalized least squares fit of them. Entry [i, j] of
``difference`` is how much the inconsistency of contrast i falls when the design of contrast j gets
effects of its own: large positive entries point at the design that disagrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from sinteza.stats.network.arrays import Floats
from sinteza.stats.network.decomposition import fit_designs
from sinteza.stats.network.multiarm import Blocks


@dataclass(frozen=True)
class NetHeat:
    """Designs against designs.

    ``labels`` names the design of each row, ``contrasts`` its basic contrast (treatment codes);
    ``difference`` (r, r) the change of Q, ``q`` (r) the inconsistency of each contrast in the
    consistent model, ``hat`` (pairs, r) the share of each contrast in every network estimate
    (rows: all pairs of treatments in order), ``covariance`` (r, r), ``residuals`` (r, r) of
    contrast i after design j was detached. ``tau2`` is the heterogeneity allowed for.
    """

    labels: tuple[str, ...]
    contrasts: tuple[tuple[int, int], ...]
    difference: Floats
    q: Floats
    hat: Floats
    covariance: Floats
    residuals: Floats
    tau2: float


@dataclass(frozen=True)
class _Designs:
    """Stage one: the basic contrasts of all designs with effects and covariance."""

    labels: tuple[str, ...]
    owner: tuple[int, ...]
    contrasts: tuple[tuple[int, int], ...]
    estimate: Floats
    covariance: Floats


def _first_stage(blocks: Blocks, tau2: float, reference: int) -> _Designs:
    labels, owner, contrasts, estimates, covariances = [], [], [], [], []
    for number, fit in enumerate(fit_designs(blocks, tau2)):
        members = fit.members
        base = members.index(reference) if reference in members else 0
        others = [i for i in range(len(members)) if i != base]
        turn = np.zeros((len(others), len(members)))
        turn[:, base] = 1.0
        turn[np.arange(len(others)), others] = -1.0
        labels += [blocks.evidence.name(members)] * len(others)
        owner += [number] * len(others)
        contrasts += [(members[base], members[i]) for i in others]
        estimates.append(turn @ fit.theta)
        covariances.append(turn @ fit.covariance @ turn.T)
    return _Designs(
        tuple(labels),
        tuple(owner),
        tuple(contrasts),
        np.concatenate(estimates),
        linalg.block_diag(*covariances),
    )


def net_heat(blocks: Blocks, *, tau2: float = 0.0, reference: int = 0) -> NetHeat:
    """The net heat matrix of a connected network, with ``tau2`` within designs allowed for."""
    evidence = blocks.evidence
    first = _first_stage(blocks, tau2, reference)
    rows = len(first.contrasts)
    design = np.zeros((rows, evidence.n))
    for r, (a, b) in enumerate(first.contrasts):
        design[r, a], design[r, b] = 1.0, -1.0
    precision = np.linalg.inv(first.covariance)

    def residual(keep: Floats) -> Floats:
        """Residuals of the kept rows after fitting them; zero for the others."""
        weight = precision * np.outer(keep, keep)
        gram = design.T @ weight @ design
        theta = np.linalg.pinv(gram, hermitian=True) @ (design.T @ (weight @ first.estimate))
        left: Floats = keep * (first.estimate - design @ theta)
        return left

    def inconsistency(left: Floats) -> Floats:
        return left * (precision @ left)

    owner = np.array(first.owner)
    whole = inconsistency(residual(np.ones(rows)))
    residuals = np.zeros((rows, rows))
    difference = np.zeros((rows, rows))
    for number in range(len(evidence.designs)):
        mine = owner == number
        left = residual((~mine).astype(np.float64))
        residuals[:, mine] = left[:, None]
        difference[:, mine] = (whole - inconsistency(left))[:, None]
    plus = np.linalg.pinv(design.T @ precision @ design, hermitian=True)
    i, j = np.triu_indices(evidence.n, 1)
    hat = (plus[i] - plus[j]) @ design.T @ precision
    return NetHeat(
        labels=first.labels,
        contrasts=first.contrasts,
        difference=difference,
        q=whole,
        hat=hat,
        covariance=first.covariance,
        residuals=residuals,
        tau2=tau2,
    )
