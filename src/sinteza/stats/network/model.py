"""The fit: graph-theoretical network meta-analysis by the Laplacian of the network.

Rücker 2012 (Res Synth Methods 3:312): with B the incidence matrix of the contrasts and W their
weights, ``L = B'WB``, treatment effects ``theta = L+ B'W y``, and the variance of i against j is
the resistance ``L+_ii + L+_jj - 2 L+_ij``. Nothing larger than n x n is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from sinteza.errors import NotConverged, SynthesisError
from sinteza.stats.distributions import critical, t_p
from sinteza.stats.network.arrays import Floats, Ints
from sinteza.stats.network.evidence import Evidence
from sinteza.stats.network.multiarm import Blocks, Regression

METHODS = ("DL", "REML", "ML")


@dataclass(frozen=True)
class Fit:
    """One model (common or random) of a connected network.

    ``theta`` (n) treatment effects with mean zero, ``pseudo_inverse`` (n, n) the pseudo-inverse
    of the Laplacian, ``weights`` (m) of the contrasts, ``q`` the weighted residual sum of
    squares, ``tau2`` what was added to the variances. In the matrices, entry [i, j] is treatment
    i against treatment j, on the scale of analysis (log for ratios).
    """

    theta: Floats
    pseudo_inverse: Floats
    weights: Floats
    q: float
    tau2: float
    level: float = 0.95
    df: int | None = None  # of Student's t; None: normal quantiles

    @cached_property
    def estimate(self) -> Floats:
        """Effects (n, n)."""
        return self.theta[:, None] - self.theta[None, :]

    @cached_property
    def se(self) -> Floats:
        """Standard errors (n, n)."""
        return np.sqrt(resistance(self.pseudo_inverse))

    @cached_property
    def critical(self) -> float:
        """The two-sided quantile of the intervals."""
        return critical(self.level, self.df)

    @property
    def ci_low(self) -> Floats:
        """Lower confidence bounds (n, n)."""
        return self.estimate - self.critical * self.se

    @property
    def ci_high(self) -> Floats:
        """Upper confidence bounds (n, n)."""
        return self.estimate + self.critical * self.se

    @cached_property
    def statistic(self) -> Floats:
        """Estimate by standard error (n, n); NaN on the diagonal."""
        with np.errstate(invalid="ignore", divide="ignore"):
            z: Floats = self.estimate / self.se
        np.fill_diagonal(z, np.nan)
        return z

    @cached_property
    def p_value(self) -> Floats:
        """Two-sided p values (n, n)."""
        p: Floats = t_p(self.statistic, self.df)
        return p


def resistance(pseudo_inverse: Floats) -> Floats:
    """The variance of every difference, from the pseudo-inverse of a Laplacian."""
    diagonal = np.diagonal(pseudo_inverse)
    spread: Floats = diagonal[:, None] + diagonal[None, :] - 2 * pseudo_inverse
    np.fill_diagonal(spread, 0.0)
    return np.maximum(spread, 0.0)


def laplacian(evidence: Evidence, weights: Floats) -> Floats:
    """``B'WB`` (n, n) from the weights of the contrasts."""
    n = evidence.n
    flat = np.bincount(evidence.treat1 * n + evidence.treat2, weights, minlength=n * n)
    adjacency = flat.reshape(n, n)
    adjacency = adjacency + adjacency.T
    return np.diag(adjacency.sum(axis=1)) - adjacency


def pseudo_inverse(matrix: Floats, components: Ints) -> Floats:
    """Pseudo-inverse of the Laplacian of a network; ``components`` numbers its connected parts."""
    n = matrix.shape[0]
    scale = float(np.trace(matrix)) / n
    if scale == 0:  # nobody compares anything
        return np.zeros_like(matrix)
    size = np.bincount(components)
    together = (components[:, None] == components[None, :]) / size[components][:, None]
    inverse = linalg.inv(matrix + scale * together, check_finite=False, overwrite_a=True)
    inverse = (inverse + inverse.T) / 2
    # the shift is exact in theory; centering takes its rounding away
    inverse -= together @ inverse
    inverse -= inverse @ together
    centered: Floats = inverse
    return centered


def solve(blocks: Blocks, tau2: float = 0.0, *, level: float = 0.95, df: int | None = None) -> Fit:
    """Fit a network with ``tau2`` added to the variance of every contrast.

    Between parts that no study connects the effects mean nothing: the caller keeps to one part,
    or uses ``q`` only.
    """
    evidence = blocks.evidence
    weights = blocks.weights(tau2)
    plus = pseudo_inverse(laplacian(evidence, weights), evidence.components)
    flow = weights * evidence.estimate
    source = np.bincount(evidence.treat1, flow, minlength=evidence.n) - np.bincount(
        evidence.treat2, flow, minlength=evidence.n
    )
    theta = plus @ source
    residual = evidence.estimate - (theta[evidence.treat1] - theta[evidence.treat2])
    q = float(weights @ residual**2)
    return Fit(theta, plus, weights, q, tau2, level, df)


def freedom(evidence: Evidence) -> int:
    """Degrees of freedom of Q: independent contrasts minus independent effects."""
    parts = int(evidence.components.max(initial=-1)) + 1
    return int((evidence.narms - 1).sum()) - (evidence.n - parts)


def moment_scale(blocks: Blocks, plus: Floats) -> float:
    """What E(Q) grows by with each unit of tau2 (generalized DerSimonian-Laird).

    ``tr((I-H)(BB' o E/2)W)`` of Jackson, White and Riley 2013 (Biom J 55:231), study by study.
    """
    total, squares = blocks.moments
    return total - float((plus * squares).sum())


def tau2_moments(blocks: Blocks, fit: Fit, df: int) -> float:
    """Generalized DerSimonian-Laird estimate of tau2 from the common-effect fit."""
    scale = moment_scale(blocks, fit.pseudo_inverse)
    return max(0.0, (fit.q - df) / scale) if df > 0 and scale > 0 else 0.0


@dataclass(frozen=True)
class Likelihood:
    """The (restricted) log-likelihood at a tau2, its slope and the expected information."""

    value: float
    slope: float
    information: float


def likelihood(design: Floats, rows: Regression, tau2: float, *, restricted: bool) -> Likelihood:
    """Likelihood of tau2 for independent ``rows`` on a ``design`` of full column rank."""
    weights = 1 / (rows.variances + tau2)
    scaled = design * np.sqrt(weights)[:, None]
    factor = linalg.cholesky(scaled.T @ scaled, lower=True, check_finite=False)
    half = linalg.solve_triangular(factor, scaled.T, lower=True, check_finite=False)
    root = np.sqrt(weights) * rows.observed
    residual = (root - half.T @ (half @ root)) / np.sqrt(weights)
    value = -0.5 * (-np.log(weights).sum() + weights @ residual**2)
    slope = -0.5 * (weights.sum() - weights**2 @ residual**2)
    information = 0.5 * float(weights @ weights)
    if restricted:
        value -= np.log(np.diagonal(factor)).sum()
        leverage = (half**2).sum(axis=0)
        slope += 0.5 * float(weights @ leverage)
        # tr(PP)/2 with P = W - W X (X'WX)^-1 X'W
        inner = (half * weights) @ half.T
        information += 0.5 * float((inner**2).sum()) - float(weights**2 @ leverage)
    return Likelihood(float(value), float(slope), information)


def tau2_likelihood(design: Floats, rows: Regression, start: float, *, restricted: bool) -> float:
    """REML or ML estimate of tau2 by Fisher scoring with step halving.

    Raises NotConverged after 500 steps.
    """
    tau2 = start
    now = likelihood(design, rows, tau2, restricted=restricted)
    for _ in range(500):
        step = now.slope / now.information if now.information > 0 else 0.0
        while True:
            trial = max(0.0, tau2 + step)
            after = likelihood(design, rows, trial, restricted=restricted)
            if after.value >= now.value - 1e-12 * abs(now.value) or abs(step) < 1e-14:
                break
            step /= 2
        moved = abs(trial - tau2)
        tau2, now = trial, after
        if moved <= 1e-12 * (tau2 + 1e-6):
            return tau2
    raise NotConverged(
        f"{'REML' if restricted else 'ML'} did not settle for tau2", hint="Use method DL."
    )


def check_method(method: str) -> None:
    """Refuse an unknown method for tau2."""
    if method not in METHODS:
        raise SynthesisError(
            f"'{method}' is not a method for tau2 in a network", hint="Known: DL, REML, ML."
        )


def tau2_by(
    method: str, blocks: Blocks, common: Fit, df: int, rows: Regression | None = None
) -> float:
    """Between-study variance by the named method; 0 without degrees of freedom.

    ``rows`` replaces the regression of the network in the likelihood methods.
    """
    check_method(method)
    moments = tau2_moments(blocks, common, df)
    if method == "DL" or df == 0:
        return moments
    rows = rows or blocks.regression
    # in a connected network the design has full rank without its last treatment
    return tau2_likelihood(rows.design[:, :-1], rows, moments, restricted=method == "REML")
