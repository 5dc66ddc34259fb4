"""Beta-binomial regression of events in one or two arms: heterogeneity without random effects.

x_ij ~ BetaBinomial(n_ij, p_j, rho), logit p_j = alpha + beta * arm; rho is the correlation of two
patients of one arm (Kuss, Stat Med 2015;34:1097). No zero-cell correction is needed, and studies
without events stay in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, same_length, vector
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, counted, hessian, wald
from sinteza.stats.tabulate import number


@dataclass(frozen=True)
class BetaBinomialResult:
    """``estimate``: log odds ratio of the first arm against the second (two arms) or logit of the
    proportion (one arm), with ``se`` from the observed information; ``rho``: intra-study
    correlation (0 to 1); ``loglik`` with all constants; ``coefficients``: every mean parameter.
    """

    k: int
    estimate: float
    se: float
    p: float
    ci_low: float
    ci_high: float
    rho: float
    loglik: float
    coefficients: tuple[Coefficient, ...]
    level: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient."""
        return [c.row() for c in self.coefficients]

    def summary(self) -> str:
        """The fit as a person would print it."""
        head = f"Beta-binomial model, k = {self.k}, rho {number(self.rho)}"
        table = coefficient_table(self.coefficients, self.level)
        return "\n".join([head, table, *(f"Note: {n}" for n in self.notes)])


@guarded
def pool_beta_binomial(
    *,
    ai: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
    level: float = 0.95,
) -> BetaBinomialResult:
    """Fit by maximum likelihood: two arms (``ai n1i ci n2i``) or one (``xi ni``).

    Raises TooFewStudies below 2 studies, SynthesisError for counts that are none, NotConverged
    where an arm has no events (or events only) in any study.
    """
    two = ai is not None
    given = {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i} if two else {"xi": xi, "ni": ni}
    columns = {name: vector(v, name) for name, v in given.items() if v is not None}
    if len(columns) < len(given):
        lacking = ", ".join(n for n in given if n not in columns)
        raise SynthesisError(f"the beta-binomial model needs the columns {lacking}")
    same_length(columns)
    keep = ~np.any([np.isnan(c) for c in columns.values()], axis=0)
    values = [c[keep] for c in columns.values()]
    arms = list(zip(values[::2], values[1::2], strict=True))
    k = len(arms[0][0])
    if k < 2:
        raise TooFewStudies(f"the beta-binomial model needs 2 studies, there are {k}")
    for x, n in arms:
        if (x < 0).any() or (x > n).any() or (n <= 0).any():
            raise SynthesisError("events must lie between 0 and the total, totals above 0")
        if x.sum() in (0, n.sum()):
            raise NotConverged("an arm has no events, or events only, in every study")
    return _fit(arms, level, int((~keep).sum()))


def _fit(
    arms: list[tuple[FloatArray, FloatArray]], level: float, dropped: int
) -> BetaBinomialResult:
    from scipy import optimize

    # fitted on the log of the odds of rho: its boundary 0 is the binomial model
    def loss(p: FloatArray) -> float:
        size = np.exp(-p[-1])  # alpha + beta = (1 - rho) / rho
        total = 0.0
        for arm, (x, n) in enumerate(arms):
            eta = p[0] + (p[1] if arm == 0 and len(arms) == 2 else 0.0)
            a, b = size * special.expit(eta), size * special.expit(-eta)
            choose = -np.log1p(n) - special.betaln(n - x + 1, x + 1)
            total += float((choose + special.betaln(x + a, n - x + b) - special.betaln(a, b)).sum())
        return -total

    rates = [float(special.logit(x.sum() / n.sum())) for x, n in arms]
    mean = [rates[-1]] + ([rates[0] - rates[1]] if len(arms) == 2 else [])
    fits = [
        optimize.minimize(
            loss, np.array([*mean, start]), method="L-BFGS-B", jac="3-point",
            bounds=[(None, None)] * len(mean) + [(-16.0, 16.0)], options={"ftol": 1e-13},
        )
        for start in (-6.0, -3.0, -1.0)
    ]  # fmt: skip
    best = min(fits, key=lambda f: float(f.fun))
    x = np.asarray(best.x)
    notes = [f"{counted(dropped)} with missing counts left out"] if dropped else []
    free = len(x)
    if x[-1] < -13:
        notes.append("rho lies on its boundary, 0: the binomial model")
        free -= 1

    def part(q: FloatArray) -> float:
        return loss(np.concatenate([q, x[free:]]))

    matrix = hessian(part, x[:free], step=1e-3)
    if not (np.linalg.eigvalsh(matrix) > 0).all():
        raise NotConverged("the information matrix is not positive definite at the maximum")
    cov = np.linalg.inv(matrix)
    names = ["reference arm", "log OR"] if len(arms) == 2 else ["logit"]
    lines = tuple(
        wald(name, float(x[i]), float(np.sqrt(cov[i, i])), level=level)
        for i, name in enumerate(names)
    )
    main = lines[-1]
    return BetaBinomialResult(
        k=len(arms[0][0]), estimate=main.estimate, se=main.se, p=main.p,
        ci_low=main.ci_low, ci_high=main.ci_high,
        rho=0.0 if free < len(x) else float(special.expit(x[-1])),
        loglik=-float(best.fun), coefficients=lines, level=level, notes=tuple(notes),
    )  # fmt: skip
