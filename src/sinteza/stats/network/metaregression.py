"""One covariate of studies: do relative effects change with it?

The effect of treatment t against the reference in a study with covariate z is
``d_t + beta_t (z - center)`` (Dias et al. 2013, Med Decis Making 33:618). ``common``: one slope
for all treatments against the reference; ``independent``: one each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network.arrays import p_chi2
from sinteza.stats.network.model import tau2_likelihood
from sinteza.stats.network.splitting import Evidenced

if TYPE_CHECKING:
    from sinteza.stats.network.result import Network


@dataclass(frozen=True)
class NetworkRegression:
    """Effects against the reference at the ``center`` of the covariate, and slopes.

    ``slopes`` has one entry, "all", or one a treatment; None where the data cannot tell.
    ``q_moderator`` tests all slopes together (chi-squared with ``df_moderator``); ``tau2`` is
    what heterogeneity is left.
    """

    reference: str
    center: float
    effects: dict[str, Evidenced | None]
    slopes: dict[str, Evidenced | None]
    tau2: float
    q: float
    df: int
    q_moderator: float
    df_moderator: int

    @property
    def p_moderator(self) -> float | None:
        """p value of all slopes together."""
        return p_chi2(self.q_moderator, self.df_moderator)


def regress(
    network: Network,
    covariate: Mapping[str, float],
    *,
    slopes: Literal["common", "independent"] = "common",
    center: float | None = None,
) -> NetworkRegression:
    """Regress a network on a covariate of its studies (``center`` defaults to the mean).

    Raises SynthesisError when a study has no value or all have the same.
    """
    missing = [s for s in network.studies if s not in covariate]
    if missing:
        raise SynthesisError("the covariate is not given", where=f"study '{missing[0]}'")
    z = np.array([float(covariate[s]) for s in network.studies])
    if not np.isfinite(z).all() or np.ptp(z) == 0:
        raise SynthesisError("the covariate must be a number in every study, and vary")
    middle = float(z.mean()) if center is None else center
    base = network.evidence.code(network.reference) if network.reference else 0
    others = [t for t in range(network.n) if t != base]
    rows = network.blocks.regression
    shifted = (z - middle)[rows.study][:, None]
    # rows sum to zero: minus the reference column is the sum of all others
    moved = -rows.design[:, [base]] if slopes == "common" else rows.design[:, others]
    design = np.concatenate([rows.design[:, others], shifted * moved], axis=1)
    left, values, right = np.linalg.svd(design, full_matrices=False)
    solid = values > 1e-9 * values.max()
    basis = right[solid].T
    full = left[:, solid] * values[solid]
    df = rows.observed.size - int(solid.sum())

    def least_squares(tau2: float) -> tuple[np.ndarray, np.ndarray, float, float]:
        w = 1 / (rows.variances + tau2)
        covariance = np.linalg.inv(full.T @ (w[:, None] * full))
        gamma = covariance @ (full.T @ (w * rows.observed))
        q = float(w @ (rows.observed - full @ gamma) ** 2)
        scale = float(w.sum() - np.trace(covariance @ (full.T @ (w[:, None] ** 2 * full))))
        return basis @ gamma, basis @ covariance @ basis.T, q, scale

    _, _, q, scale = least_squares(0.0)
    tau2 = max(0.0, (q - df) / scale) if df > 0 and scale > 0 else 0.0
    if network.method != "DL" and df > 0:
        tau2 = tau2_likelihood(full, rows, tau2, restricted=network.method == "REML")
    beta, covariance, _, _ = least_squares(tau2)
    known = np.abs(np.eye(beta.size) - basis @ basis.T).max(axis=0) < 1e-7

    def one(i: int) -> Evidenced | None:
        if not known[i]:
            return None
        return Evidenced.of(float(beta[i]), float(covariance[i, i] ** 0.5), network.level)

    names = [network.treatments[t] for t in others]
    labels = ["all"] if slopes == "common" else names
    at = [len(others) + i for i in range(len(labels)) if known[len(others) + i]]
    told = beta[at]
    return NetworkRegression(
        reference=network.treatments[base],
        center=middle,
        effects={name: one(i) for i, name in enumerate(names)},
        slopes={name: one(len(others) + i) for i, name in enumerate(labels)},
        tau2=tau2,
        q=q,
        df=df,
        q_moderator=float(told @ np.linalg.solve(covariance[np.ix_(at, at)], told)),
        df_moderator=len(at),
    )
