"""Meta-regression: moderators, factors and contrasts, omnibus tests, VIF.

The weighted least squares of Raudenbush 2009 and Viechtbauer 2010; the Knapp-Hartung test of
Knapp & Hartung 2003; R2 after Raudenbush 1994; generalized VIF after Fox & Monette 1992.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray, vector
from sinteza.stats.distributions import critical, f_p, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.linear import model
from sinteza.stats.pooling import (
    FIXED,
    Regression,
    Studies,
    between_studies,
    effective_test,
    given_weights,
    heterogeneity,
    kenward_roger,
    solve,
    usable,
)

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Factor:
    """A categorical moderator.

    ``values``: one level a study (None is missing). ``reference``: the level the others are
    compared with (the first in order when not said). ``coding``: ``treatment`` (differences from
    the reference) or ``sum`` (differences from the mean of the levels).
    """

    values: Sequence[object]
    reference: str | None = None
    coding: str = "treatment"

    def columns(self, name: str) -> tuple[list[str], FloatArray]:
        """The names and the columns of the contrasts; NaN rows where the level is missing."""
        said = [None if v is None or v == "" else str(v) for v in self.values]
        levels = sorted({v for v in said if v is not None})
        reference = self.reference if self.reference is not None else levels[0] if levels else ""
        if reference not in levels:
            raise SynthesisError(
                f"{name} has no level {reference!r}", hint=f"levels: {', '.join(levels)}"
            )
        if self.coding not in ("treatment", "sum"):
            raise SynthesisError(f"no coding {self.coding!r}", hint="treatment or sum")
        others = [level for level in levels if level != reference]
        x = np.zeros((len(said), len(others)))
        for i, value in enumerate(said):
            if value is None:
                x[i] = np.nan
            elif value != reference:
                x[i, others.index(value)] = 1.0
            elif self.coding == "sum":
                x[i] = -1.0
        return [f"{name}={level}" for level in others], x


@dataclass(frozen=True)
class Design:
    """The columns of a meta-regression: ``names``, ``x`` (k x p, NaN where missing), and which
    columns belong to which moderator (``terms``)."""

    names: tuple[str, ...]
    x: FloatArray
    terms: dict[str, tuple[int, ...]]


def design(mods: Any, *, intercept: bool = True) -> Design:
    """The design of moderators.

    ``mods``: a mapping of names to numbers (numeric moderators), to texts or a :class:`Factor`
    (categorical ones); ``"a:b"`` as a name with the value None is the interaction of a and b; or an
    array with one column a moderator; or one sequence of numbers.
    """
    named: dict[str, Any]
    if isinstance(mods, Mapping):
        named = dict(mods)
    else:
        if isinstance(mods, Factor) or (len(mods) and isinstance(mods[0], str)):
            named = {"x1": mods}
        else:
            array = np.asarray(mods, dtype=float)
            array = array[:, None] if array.ndim == 1 else array
            named = {f"x{i + 1}": array[:, i] for i in range(array.shape[1])}
    blocks: dict[str, tuple[list[str], FloatArray]] = {}
    for name, values in named.items():
        if values is None:
            blocks[name] = _interaction(name, blocks)
        else:
            blocks[name] = _columns(name, values)
    lengths = {len(x) for _, x in blocks.values()}
    if len(lengths) != 1:
        raise SynthesisError("the moderators differ in length, or there are none")
    k = lengths.pop()
    names: list[str] = [INTERCEPT] if intercept else []
    parts: list[FloatArray] = [np.ones((k, 1))] if intercept else []
    terms: dict[str, tuple[int, ...]] = {}
    for term, (labels, x) in blocks.items():
        terms[term] = tuple(range(len(names), len(names) + len(labels)))
        names += labels
        parts.append(x)
    return Design(tuple(names), np.hstack(parts), terms)


def _columns(name: str, values: Any) -> tuple[list[str], FloatArray]:
    if isinstance(values, Factor):
        return values.columns(name)
    if any(isinstance(v, str) for v in values):
        return Factor(list(values)).columns(name)
    return [name], vector(values, name)[:, None]


def _interaction(
    name: str, blocks: Mapping[str, tuple[list[str], FloatArray]]
) -> tuple[list[str], FloatArray]:
    names, made = [""], np.ones((0, 0))
    for i, part in enumerate(name.split(":")):
        if part not in blocks:
            raise SynthesisError(
                f"the interaction {name} needs the moderator {part!r} before it",
                hint="name it, with its values, first",
            )
        more, x = blocks[part]
        if i == 0:
            names, made = list(more), x
        else:
            names = [f"{a}:{b}" for b in more for a in names]
            made = np.hstack([made * x[:, [j]] for j in range(x.shape[1])])
    return names, made


def independent(x: FloatArray) -> list[int]:
    """The columns that those before them do not determine (relative tolerance 1e-10)."""
    keep: list[int] = []
    basis = np.empty((len(x), 0))
    for j in range(x.shape[1]):
        column = x[:, j]
        size = float(np.linalg.norm(column))
        if size == 0:
            continue
        rest = column / size
        for _ in range(2):
            rest = rest - basis @ (basis.T @ rest)
        left = float(np.linalg.norm(rest))
        if left > 1e-10:
            keep.append(j)
            basis = np.column_stack([basis, rest / left])
    return keep


def regress(
    yi: ArrayLike,
    vi: ArrayLike,
    mods: Any,
    *,
    method: str,
    test: str,
    weights: ArrayLike | None,
    level: float,
    measure: str,
    labels: Sequence[str] | None,
    intercept: bool,
) -> Regression:
    """The fit behind ``pool(..., mods=...)``; redundant columns are left out and noted."""
    plan = mods if isinstance(mods, Design) else design(mods, intercept=intercept)
    s = usable(yi, vi, labels, also=plan.x)
    x = plan.x[s.used]
    keep = independent(x)
    notes = list(s.notes)
    if len(keep) < x.shape[1] and len(keep) >= len(x):
        raise TooFewStudies(
            f"{len(x)} studies cannot determine {x.shape[1]} coefficients",
            hint="use fewer moderators",
        )
    if len(keep) < x.shape[1]:
        gone = [plan.names[j] for j in range(x.shape[1]) if j not in keep]
        notes.append(say.REDUNDANT.format(names=", ".join(gone)))
    x, names = x[:, keep], tuple(plan.names[j] for j in keep)
    k, p = x.shape
    if k == p:
        notes.append(say.SATURATED)
    test = effective_test(method, test, k, p, notes)
    w = given_weights(weights, s.used)
    m = model(s.yi, s.vi, x)
    between = between_studies(m, method, w)
    notes += between.notes
    core = solve(m, between, method, test, w)
    df = None if test == "z" else m.df
    if test == "kr":
        kenward_roger(m, core, method, weighted=w is not None)
    beta, vb = m.coefficients(core.fit), m.covariance(core.cov)
    if core.dispersion == 0:
        notes.append(say.EXACT)
    se = np.sqrt(np.diag(vb))
    half = critical(level, df) * se
    tested = tuple(i for i, n in enumerate(names) if n != INTERCEPT) or tuple(range(p))
    qm, df1, df2, qm_p = omnibus(beta, vb, tested, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(se > 0, beta / se, np.nan)
    shared = heterogeneity(m, s, between, core, method, test, level, measure, df)
    return Regression(
        **shared,
        notes=tuple(notes),
        names=names,
        estimate=beta,
        se=se,
        statistic=statistic,
        p=np.asarray(t_p(statistic, df)),
        ci_low=beta - half,
        ci_high=beta + half,
        vb=vb,
        x=x,
        qm=qm,
        qm_df1=df1,
        qm_df2=df2,
        qm_p=qm_p,
        tested=tested,
        r2=_r2(s, names, shared, method, w),
        fitted=x @ beta,
    )


def omnibus(
    beta: FloatArray, vb: FloatArray, tested: Sequence[int], df: float | None
) -> tuple[float, int, int | None, float]:
    """Wald test that the coefficients are all zero: statistic, df1, df2, p.

    Chi-square with normal tests; with t tests the statistic is divided by its degrees of freedom
    and compared with F. NaN where the covariance is zero or cannot be inverted.
    """
    index = list(tested)
    part = beta[index]
    try:
        value = float(part @ np.linalg.solve(vb[np.ix_(index, index)], part))
    except np.linalg.LinAlgError:
        value = float("nan")
    if df is None:
        return value, len(index), None, float(f_p(value / len(index), len(index), None))
    value /= len(index)
    return value, len(index), int(df), float(f_p(value, len(index), df))


def _r2(
    s: Studies, names: tuple[str, ...], fit: Mapping[str, Any], method: str, w: FloatArray | None
) -> float:
    """Percent of tau2 that the moderators account for (EE/FE: the adjusted R2 of the weighted
    regression); 0 where there was none, NaN without an intercept."""
    if INTERCEPT not in names or len(names) < 2:
        return float("nan")
    alone = model(s.yi, s.vi)
    if method in FIXED:
        before, after = alone.at(0.0).rss / alone.df, fit["q"] / max(fit["q_df"], 1)
    else:
        before = between_studies(alone, method, w).value * alone.scale**2
        after = fit["tau2"]
    return max(0.0, 100 * (before - after) / before) if before > 0 else 0.0


@guarded
def contrast(
    fit: Regression, matrix: ArrayLike, *, names: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Linear combinations of the coefficients, one row of ``matrix`` each: estimate, se, statistic,
    p and interval, by the test of the fit."""
    rows = np.atleast_2d(np.asarray(matrix, dtype=float))
    if rows.shape[1] != len(fit.estimate):
        raise SynthesisError(
            f"a contrast needs {len(fit.estimate)} numbers, one a coefficient: {fit.names}"
        )
    value = rows @ fit.estimate
    se = np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.vb, rows))
    half = critical(fit.level, fit.df) * se
    return [
        {
            "name": names[i] if names else f"contrast {i + 1}",
            "estimate": float(value[i]),
            "se": float(se[i]),
            "statistic": float(value[i] / se[i]),
            "p": float(t_p(value[i] / se[i], fit.df)),
            "ci_low": float(value[i] - half[i]),
            "ci_high": float(value[i] + half[i]),
        }
        for i in range(len(rows))
    ]


@guarded
def predict(
    fit: Regression, new: ArrayLike | None = None, *, interval: str | None = None
) -> list[dict[str, float]]:
    """The line at the rows of ``new`` (columns as ``fit.names``; the studies when None), with
    confidence and prediction intervals."""
    from sinteza.stats.pooling import prediction

    x = fit.x if new is None else np.atleast_2d(np.asarray(new, dtype=float))
    value = x @ fit.estimate
    se = np.sqrt(np.einsum("ij,jk,ik->i", x, fit.vb, x))
    half = critical(fit.level, fit.df) * se
    made = []
    for y, e, h in zip(value, se, half, strict=True):
        low, high = prediction(
            float(y), float(e), fit.tau2, fit.level, fit.df, fit.q_df, interval, fit.method
        )
        made.append(
            {
                "estimate": float(y),
                "se": float(e),
                "ci_low": float(y - h),
                "ci_high": float(y + h),
                "pi_low": low,
                "pi_high": high,
            }
        )
    return made


@guarded
def vif(fit: Regression) -> FloatArray:
    """Variance inflation of each coefficient but the intercept: the diagonal of the inverse of
    their correlation matrix times itself; 1 for a lone moderator."""
    index = [i for i, n in enumerate(fit.names) if n != INTERCEPT]
    part = fit.vb[np.ix_(index, index)]
    d = np.sqrt(np.diag(part))
    return np.asarray(np.diag(np.linalg.inv(part / np.outer(d, d))))
