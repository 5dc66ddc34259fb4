"""What the likelihood models share: the Wald line of a coefficient and numerical derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.stats import distributions
from sinteza.stats.arrays import FloatArray
from sinteza.stats.tabulate import number, p_value, table


def counted(number_of: int, what: str = "study", many: str = "studies") -> str:
    """``1 study``, ``2 studies``."""
    return f"{number_of} {what if number_of == 1 else many}"


@dataclass(frozen=True)
class Coefficient:
    """One estimated number with its Wald test.

    ``estimate``, ``se``, ``ci_low``, ``ci_high`` are on the scale of the model; ``statistic`` is
    estimate / se, referred to the normal distribution where ``df`` is None and to Student's t with
    ``df`` degrees of freedom otherwise; ``p`` is two-sided.
    """

    name: str
    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ci_low: float
    ci_high: float

    def row(self) -> dict[str, Any]:
        """The line as a dict."""
        return asdict(self)


def coefficient_table(lines: Sequence[Coefficient], level: float = 0.95) -> str:
    """Aligned table of coefficients for ``.summary()``."""
    share = f"{100 * level:g}% CI"
    return table(
        ["", "estimate", "se", "statistic", "p", f"{share} low", "high"],
        [
            [c.name, c.estimate, c.se, number(c.statistic), p_value(c.p), c.ci_low, c.ci_high]
            for c in lines
        ],
    )


def wald(
    name: str, estimate: float, se: float, *, df: float | None = None, level: float = 0.95
) -> Coefficient:
    """Test and interval of one coefficient from its standard error."""
    statistic = estimate / se if se > 0 else float(np.copysign(np.inf, estimate))
    half = distributions.critical(level, df) * se if se > 0 else 0.0
    return Coefficient(
        name=name,
        estimate=float(estimate),
        se=float(se),
        statistic=float(statistic),
        df=df,
        p=float(distributions.t_p(statistic, df)),
        ci_low=float(estimate - half),
        ci_high=float(estimate + half),
    )


def hessian(
    function: Callable[[FloatArray], float], at: FloatArray, *, step: ArrayLike = 1e-4
) -> FloatArray:
    """Matrix of second derivatives by central differences of order h^4 (Richardson).

    ``step`` is absolute, one number or one for each coordinate.
    """
    steps = np.broadcast_to(np.asarray(step, float), at.shape).astype(float)
    return np.asarray((4.0 * _central(function, at, steps) - _central(function, at, 2 * steps)) / 3)


def _central(
    function: Callable[[FloatArray], float], at: FloatArray, steps: FloatArray
) -> FloatArray:
    size = len(at)
    out = np.empty((size, size))
    centre = function(at)
    units = np.diag(steps)
    for i in range(size):
        up, down = function(at + units[i]), function(at - units[i])
        out[i, i] = (up - 2 * centre + down) / steps[i] ** 2
        for j in range(i):
            corners = (
                function(at + units[i] + units[j])
                - function(at + units[i] - units[j])
                - function(at - units[i] + units[j])
                + function(at - units[i] - units[j])
            )
            out[i, j] = out[j, i] = corners / (4 * steps[i] * steps[j])
    return out
