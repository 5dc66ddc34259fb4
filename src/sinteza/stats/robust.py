"""Cluster-robust (sandwich) covariance of a multilevel fit, with small-sample degrees of freedom.

CR0: sum over clusters of X'W r r' W X between two copies of (X'WX)^-1. CR1: times m / (m - p),
t with m - p degrees of freedom (m clusters). CR2: residuals inflated by A_c, the bias-reduced
linearization of Bell and McCaffrey with the model's own covariance as working model, t with
Satterthwaite degrees of freedom (Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672, eq. 9-12;
Tipton, Psychol Methods 2015;20:375).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, wald
from sinteza.stats.multilevel import MultilevelResult
from sinteza.stats.random_effects import codes


@dataclass(frozen=True)
class RobustResult:
    """``coefficients`` with robust standard errors and t tests (``df`` of each), ``vb`` the robust
    covariance, ``kind`` CR0 CR1 CR2, ``clusters`` their number.
    """

    kind: str
    clusters: int
    coefficients: tuple[Coefficient, ...]
    vb: FloatArray
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient."""
        return [c.row() for c in self.coefficients]

    def summary(self) -> str:
        """The tests as a person would print them."""
        head = f"Robust tests ({self.kind}), {self.clusters} clusters"
        table = coefficient_table(self.coefficients, self.level)
        return "\n".join([head, table, *(f"Note: {n}" for n in self.notes)])


@guarded
def robust(
    fit: MultilevelResult, cluster: Sequence[Hashable], *, kind: str = "CR2", level: float = 0.95
) -> RobustResult:
    """Robust tests of the fixed effects; ``cluster`` has a label for each row of the fit.

    Every independent block of the model must lie within one cluster. Raises SynthesisError where
    it does not or ``kind`` is unknown, TooFewStudies with no more clusters than coefficients.
    """
    if kind not in ("CR0", "CR1", "CR2"):
        raise SynthesisError(f"no robust covariance {kind}", hint="CR0, CR1 or CR2")
    model = fit.model
    k, width = model.X.shape
    if len(cluster) != k:
        raise SynthesisError(f"{len(cluster)} cluster labels for {k} rows")
    code, names = codes(cluster)
    m = len(names)
    if m <= width:
        raise TooFewStudies(f"{width} coefficients need more than {m} clusters")
    scale = model.scale
    vb = fit.vb / scale**2
    beta = np.array([c.estimate for c in fit.coefficients]) / scale
    residual = model.y - model.X @ beta
    parts: list[list[tuple[FloatArray, FloatArray]]] = [[] for _ in range(m)]
    for group in model.groups:
        for rows, matrix in zip(group.rows, model.marginal(fit.parameters, group), strict=True):
            owner = code[rows]
            if (owner != owner[0]).any():
                raise SynthesisError(
                    "a block of dependent rows lies in several clusters",
                    hint="cluster by the outermost level of the random effects",
                )
            parts[owner[0]].append((rows, matrix))
    meat = np.zeros((width, width))
    scores = []  # per cluster: rows' X, A'WX vb (n_c x p), working covariance
    for blocks in parts:
        rows = np.concatenate([r for r, _ in blocks])
        cov = np.zeros((len(rows), len(rows)))
        at = 0
        for _, matrix in blocks:
            cov[at : at + len(matrix), at : at + len(matrix)] = matrix
            at += len(matrix)
        X = model.X[rows]
        wx = np.linalg.solve(cov, X)
        if kind == "CR2":
            adjust = _adjustment(cov, X, vb)
            wx = adjust.T @ wx
        pull = wx.T @ residual[rows]
        meat += np.outer(pull, pull)
        scores.append((X, wx @ vb, cov))
    sandwich = vb @ meat @ vb
    if kind == "CR1":
        sandwich = sandwich * m / (m - width)
    notes = []
    df: list[float] = [float(m - width)] * width
    if kind == "CR2":
        df = [_satterthwaite(scores, vb, j) for j in range(width)]
        few = [c.name for c, d in zip(fit.coefficients, df, strict=True) if d < 4]
        if few:
            notes.append(
                f"fewer than 4 degrees of freedom ({', '.join(few)}): p is not trustworthy"
            )
    lines = tuple(
        wald(c.name, c.estimate, float(np.sqrt(v) * scale), df=d, level=level)
        for c, v, d in zip(fit.coefficients, np.diag(sandwich), df, strict=True)
    )
    return RobustResult(kind, m, lines, sandwich * scale**2, level, tuple(notes))


def _adjustment(cov: FloatArray, X: FloatArray, vb: FloatArray) -> FloatArray:
    """A_c = D' B^(-1/2) D with D'D = cov and B = D (cov - X vb X') D' (symmetric root)."""
    upper = np.linalg.cholesky(cov).T
    values, vectors = np.linalg.eigh(upper @ (cov - X @ vb @ X.T) @ upper.T)
    positive = values > 1e-12 * max(float(values.max()), 1e-300)
    root = np.where(positive, 1 / np.sqrt(np.where(positive, values, 1.0)), 0.0)
    return np.asarray(upper.T @ (vectors * root) @ vectors.T @ upper)


def _satterthwaite(
    scores: list[tuple[FloatArray, FloatArray, FloatArray]], vb: FloatArray, j: int
) -> float:
    """(trace G)^2 / sum of squares of G, G the covariance of the cluster scores."""
    own = np.array([s[:, j] @ cov @ s[:, j] for _, s, cov in scores])
    loads = np.array([s[:, j] @ X for X, s, _ in scores])
    G = np.diag(own) - loads @ vb @ loads.T
    return float(np.trace(G) ** 2 / (G**2).sum())
