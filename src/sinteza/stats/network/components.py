"""Component models: what each ingredient of a combined treatment adds.

Welton et al. 2009 (Am J Epidemiol 169:1158); Rücker, Petropoulou and Schwarzer 2020 (Biom J
62:808): the effect of a combination is the sum of its components (and of the interactions asked
for), ``theta = C beta``. Parts of a network that no study connects are joined where they share
components (Rücker, Schmitz and Schwarzer 2021, Biom J 63:406).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network.arrays import Floats, optional, p_chi2
from sinteza.stats.network.evidence import Evidence, MultiArm, Row, read
from sinteza.stats.network.model import (
    check_method,
    freedom,
    laplacian,
    solve,
    tau2_likelihood,
)
from sinteza.stats.network.multiarm import Blocks, stack
from sinteza.stats.network.result import i2_interval
from sinteza.stats.network.splitting import Evidenced


@dataclass(frozen=True)
class ComponentFit:
    """One model: ``beta`` of the components, their ``covariance``, Q and the tau2 used.

    A component or difference that the data cannot tell has NaN.
    """

    beta: Floats
    covariance: Floats
    basis: Floats
    q: float
    tau2: float

    def combine(self, weights: Floats) -> tuple[Floats, Floats]:
        """Estimate and standard error of each row of ``weights`` times the components."""
        estimate = weights @ self.beta
        variance = np.einsum("ij,jk,ik->i", weights, self.covariance, weights)
        # a combination is estimable when it lies in the row space of the design
        outside = weights - (weights @ self.basis) @ self.basis.T
        unknown = np.abs(outside).max(axis=1, initial=0.0) > 1e-6
        se = np.sqrt(np.maximum(variance, 0.0))
        return np.where(unknown, np.nan, estimate), np.where(unknown, np.nan, se)


@dataclass(frozen=True)
class ComponentNetwork:
    """A component network meta-analysis.

    ``components`` names the columns of ``matrix`` (treatments x components). ``q_additive`` tests
    the fit of the model, ``q_difference`` what additivity costs against the standard network
    model (None where that is disconnected). i2 is a fraction.
    """

    evidence: Evidence
    components: tuple[str, ...]
    matrix: Floats
    level: float
    common: ComponentFit
    random: ComponentFit
    tau2: float
    q_additive: float
    df_additive: int
    q_standard: float | None
    df_standard: int | None

    @property
    def p_additive(self) -> float | None:
        """p value of the fit of the additive model."""
        return p_chi2(self.q_additive, self.df_additive)

    @property
    def q_difference(self) -> tuple[float, int, float | None] | None:
        """Q, degrees of freedom and p value of the additive against the standard model."""
        if self.q_standard is None or self.df_standard is None:
            return None
        q, df = self.q_additive - self.q_standard, self.df_additive - self.df_standard
        return q, df, p_chi2(q, df)

    @property
    def i2(self) -> float | None:
        """Share of Q beyond chance."""
        if self.df_additive == 0:
            return None
        return max(0.0, 1 - self.df_additive / self.q_additive) if self.q_additive > 0 else 0.0

    @property
    def i2_interval(self) -> tuple[float | None, float | None]:
        """Its test-based interval."""
        return i2_interval(self.q_additive, self.df_additive, self.level)

    def _fit(self, model: str) -> ComponentFit:
        return self.common if model == "common" else self.random

    def effects(self, model: str = "random") -> dict[str, Evidenced | None]:
        """The effect of each component; None where the data cannot tell."""
        values = self._fit(model).combine(np.eye(len(self.components)))
        return self._named(self.components, *values)

    def combinations(self, model: str = "random") -> dict[str, Evidenced | None]:
        """The effect of each treatment against the inactive one (or nothing)."""
        return self._named(self.evidence.treatments, *self._fit(model).combine(self.matrix))

    def estimates(self, model: str = "random") -> tuple[Floats, Floats]:
        """Effects (n, n) and standard errors of treatment i against j; NaN if not estimable."""
        n = self.evidence.n
        i, j = np.indices((n, n)).reshape(2, -1)
        value, se = self._fit(model).combine(self.matrix[i] - self.matrix[j])
        return value.reshape(n, n), se.reshape(n, n)

    def _named(
        self, names: Sequence[str], estimate: Floats, se: Floats
    ) -> dict[str, Evidenced | None]:
        return {
            name: Evidenced.of(float(e), float(s), self.level) if np.isfinite(s) and s else None
            for name, e, s in zip(names, estimate, se, strict=True)
        }

    def rows(self, model: str = "random") -> list[dict[str, Any]]:
        """One dict a component; None where the data cannot tell."""
        estimate, se = self._fit(model).combine(np.eye(len(self.components)))
        return [
            {"component": c, "estimate": optional(e), "se": optional(s)}
            for c, e, s in zip(self.components, estimate, se, strict=True)
        ]


def component_network(
    rows: Iterable[Row] | Evidence,
    *,
    measure: str = "",
    inactive: str | None = None,
    separator: str = "+",
    interactions: Iterable[tuple[str, str]] = (),
    method: str = "DL",
    level: float = 0.95,
    increment: float = 0.5,
    keep_double_zeros: bool = False,
    multi_arm: MultiArm = "check",
) -> ComponentNetwork:
    """Fit an additive component model to rows (as for ``network``) or to checked evidence.

    Treatments are components joined by ``separator``. ``inactive`` (often placebo) has effect
    zero. ``interactions``: pairs of components whose combination may differ from their sum.

    Raises SynthesisError for an unknown inactive component or interaction.
    """
    check_method(method)
    evidence = (
        rows
        if isinstance(rows, Evidence)
        else read(
            rows,
            measure=measure,
            increment=increment,
            keep_double_zeros=keep_double_zeros,
            multi_arm=multi_arm,
        )
    )
    names, matrix = component_matrix(
        evidence.treatments, inactive=inactive, separator=separator, interactions=interactions
    )
    blocks = stack(evidence)
    common = _fit(blocks, matrix, 0.0)
    df = int((evidence.narms - 1).sum()) - common.basis.shape[1]
    total, squares = blocks.moments
    scale = total - float(np.trace(common.covariance @ (matrix.T @ squares @ matrix)))
    tau2 = max(0.0, (common.q - df) / scale) if df > 0 and scale > 0 else 0.0
    if method != "DL" and df > 0:
        regression = blocks.regression
        design = regression.design @ matrix @ common.basis
        tau2 = tau2_likelihood(design, regression, tau2, restricted=method == "REML")
    connected = int(evidence.components.max()) == 0
    return ComponentNetwork(
        evidence=evidence,
        components=names,
        matrix=matrix,
        level=level,
        common=common,
        random=_fit(blocks, matrix, tau2),
        tau2=tau2,
        q_additive=common.q,
        df_additive=df,
        q_standard=solve(blocks).q if connected else None,
        df_standard=freedom(evidence) if connected else None,
    )


def component_matrix(
    treatments: Sequence[str],
    *,
    inactive: str | None,
    separator: str,
    interactions: Iterable[tuple[str, str]],
) -> tuple[tuple[str, ...], Floats]:
    """The components and which treatment has which (treatments x components, 0 or 1)."""
    parts = [[part.strip() for part in t.split(separator)] for t in treatments]
    known = sorted({p for some in parts for p in some}, key=lambda s: (s.casefold(), s))
    if inactive is not None and inactive not in known:
        raise SynthesisError(
            f"no component is called '{inactive}'", hint="Known: " + ", ".join(known) + "."
        )
    names = [c for c in known if c != inactive]
    columns = [[float(c in some) for some in parts] for c in names]
    for a, b in interactions:
        column = [float(a in some and b in some) for some in parts]
        if not any(column):
            raise SynthesisError(f"no treatment combines '{a}' with '{b}'")
        names.append(f"{a} * {b}")
        columns.append(column)
    return tuple(names), np.array(columns).reshape(len(names), len(treatments)).T


def _fit(blocks: Blocks, matrix: Floats, tau2: float) -> ComponentFit:
    evidence = blocks.evidence
    weights = blocks.weights(tau2)
    information = matrix.T @ laplacian(evidence, weights) @ matrix
    values, vectors = np.linalg.eigh(information)
    solid = values > 1e-10 * values.max(initial=0.0)
    basis = vectors[:, solid]
    covariance = (basis / values[solid]) @ basis.T
    flow = weights * evidence.estimate
    source = np.bincount(evidence.treat1, flow, minlength=evidence.n) - np.bincount(
        evidence.treat2, flow, minlength=evidence.n
    )
    beta = covariance @ (matrix.T @ source)
    theta = matrix @ beta
    residual = evidence.estimate - (theta[evidence.treat1] - theta[evidence.treat2])
    return ComponentFit(beta, covariance, basis, float(weights @ residual**2), tau2)
