"""Which treatment is best, and how sure: P-scores, rank probabilities, groups.

The P-score (Rücker and Schwarzer 2015, BMC Med Res Methodol 15:58) is the mean probability of
being better than another treatment; under the joint normal it *is* the SUCRA, so nothing need be
drawn for it. Rank probabilities come from the joint normal of all treatment effects, with its
full covariance, integrated over a lattice rule instead of random draws: the same numbers at each
run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from sinteza.stats.network.arrays import Floats
from sinteza.stats.network.model import Fit

_POINTS = 1 << 13  # of each lattice
_SHIFTS = 4
_SMOOTH_UP_TO = 40  # treatments; beyond, counting is as good and quicker


@dataclass(frozen=True)
class Ranking:
    """Ranks of treatments, 1 is best.

    ``p_scores`` (n) exact; ``probability`` (n, n): treatment i on rank j+1; ``mean_rank`` exact;
    ``median_rank``; ``best`` the treatments by falling P-score; ``error`` the largest standard
    error of a probability, between shifted lattices.
    """

    treatments: tuple[str, ...]
    p_scores: Floats
    probability: Floats
    error: float

    @property
    def sucra(self) -> Floats:
        """Surface under the cumulative ranking curve: the P-score."""
        return self.p_scores

    @property
    def mean_rank(self) -> Floats:
        """Expected rank."""
        n = len(self.treatments)
        ranks: Floats = 1 + (n - 1) * (1 - self.p_scores)
        return ranks

    @property
    def median_rank(self) -> tuple[int, ...]:
        """The rank that is reached with probability one half."""
        cumulative = np.cumsum(self.probability, axis=1)
        return tuple(int(r) + 1 for r in np.argmax(cumulative >= 0.5 - 1e-12, axis=1))

    @property
    def best(self) -> tuple[str, ...]:
        """Treatments, the best first."""
        order = np.argsort(-self.p_scores, kind="stable")
        return tuple(self.treatments[i] for i in order)

    def rows(self) -> list[dict[str, object]]:
        """One dict a treatment, the best first."""
        order = np.argsort(-self.p_scores, kind="stable").tolist()
        return [
            {
                "treatment": self.treatments[i],
                "p_score": float(self.p_scores[i]),
                "mean_rank": float(self.mean_rank[i]),
                "median_rank": self.median_rank[i],
                "probability": [float(p) for p in self.probability[i]],
            }
            for i in order
        ]


def better(fit: Fit, *, small_is_good: bool, by: float = 0.0) -> Floats:
    """Probability (n, n) that treatment i is better than j by more than ``by`` (0 diagonal)."""
    gain = -fit.estimate if small_is_good else fit.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        chance: Floats = special.ndtr((gain - by) / fit.se)
    np.fill_diagonal(chance, 0.0)
    return chance


def p_scores(fit: Fit, *, small_is_good: bool, by: float = 0.0) -> Floats:
    """P-score of each treatment (n)."""
    n = fit.theta.size
    scores: Floats = better(fit, small_is_good=small_is_good, by=by).sum(axis=1) / max(n - 1, 1)
    return scores


def _primes(count: int) -> Floats:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % p for p in found if p * p <= candidate):
            found.append(candidate)
        candidate += 1
    return np.array(found, dtype=np.float64)


def _normal_points(dimensions: int, points: int, shift: int) -> Floats:
    """A shifted Richtmyer lattice, folded (baker's transform), as standard normals."""
    step = np.sqrt(_primes(dimensions)) % 1.0
    start = (shift + 0.5) / _SHIFTS * step + shift * (np.sqrt(5) - 1) / 2
    u = (np.arange(1, points + 1)[:, None] * step + start) % 1.0
    folded = 1 - np.abs(2 * u - 1)
    normal: Floats = special.ndtri(np.clip(folded, 1e-15, 1 - 1e-15))
    return normal


def _counted(draws: Floats) -> Floats:
    """Share of draws (rows, small is good) in which treatment i has rank j+1."""
    points, n = draws.shape
    order = np.argsort(draws, axis=1)
    flat = np.bincount((order * n + np.arange(n)).ravel(), minlength=n * n)
    shares: Floats = flat.reshape(n, n) / points
    return shares


def _smoothed(draws: Floats, mean: Floats, laplacian: Floats) -> Floats:
    """The same, with each treatment's own effect integrated exactly given all others.

    Given the others, effect i is normal around the weighted mean of its neighbors with variance
    ``1/L_ii``, because the Laplacian is the precision matrix of the joint normal.
    """
    n = mean.size
    precision = np.diagonal(laplacian)
    center = draws - ((draws - mean) @ laplacian) / precision
    ordered = np.sort(draws, axis=1)
    place = np.argsort(np.argsort(draws, axis=1), axis=1)
    steps = np.arange(n - 1)
    shares = np.empty((n, n))
    for i in range(n):
        # the others in order: all but the one at the place of i itself
        others = np.where(steps < place[:, i : i + 1], ordered[:, :-1], ordered[:, 1:])
        below = special.ndtr((others - center[:, i : i + 1]) * np.sqrt(precision[i]))
        shares[i] = np.diff(below.mean(axis=0), prepend=0.0, append=1.0)
    return shares


def rank_probabilities(fit: Fit, *, small_is_good: bool) -> tuple[Floats, float]:
    """Probability (n, n) of treatment i to have rank j+1, and its largest standard error."""
    n = fit.theta.size
    values, vectors = np.linalg.eigh(fit.pseudo_inverse)
    # the largest component gets the best coordinate of the lattice; the null one is left out
    spread = np.sqrt(np.maximum(values[::-1][: n - 1], 0.0))
    basis = vectors[:, ::-1][:, : n - 1]
    mean = fit.theta if small_is_good else -fit.theta
    laplacian = (basis / spread**2) @ basis.T
    results = []
    for shift in range(_SHIFTS):
        if n <= _SMOOTH_UP_TO:
            draws = mean + _normal_points(n - 1, _POINTS, shift) * spread @ basis.T
            results.append(_smoothed(draws, mean, laplacian))
        else:
            draws = mean + _normal_points(n - 1, _POINTS, shift) * spread @ basis.T
            results.append(_counted(draws))
    found = np.array(results)
    error = float(found.std(axis=0, ddof=1).max() / np.sqrt(_SHIFTS))
    return _balanced(found.mean(axis=0)), error


def _balanced(shares: Floats) -> Floats:
    """Rows and columns that sum to one (iterative proportional fitting): every rank is taken."""
    balanced = np.maximum(shares, 1e-300)
    for _ in range(50):
        balanced = balanced / balanced.sum(axis=0)
        balanced = balanced / balanced.sum(axis=1)[:, None]
    return balanced


def rank(treatments: tuple[str, ...], fit: Fit, *, small_is_good: bool) -> Ranking:
    """Rank the treatments of a fit."""
    probability, error = rank_probabilities(fit, small_is_good=small_is_good)
    return Ranking(treatments, p_scores(fit, small_is_good=small_is_good), probability, error)
