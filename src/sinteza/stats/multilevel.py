"""Multilevel and multivariate meta-analysis: dependent estimates, done block by block.

    y = X beta + sum_t (effects of term t) + e,   e ~ N(0, V)

V is known (variances, or a covariance matrix: dense or a list of blocks); the random terms are
described in ``random_effects``. The marginal covariance M falls into independent blocks of rows
(rows joined by a shared effect or a covariance); blocks of one size are factored together, so a
step costs the sum of the cubes of the block sizes, never k^3, and no k x k matrix is formed.

REML and ML log-likelihoods with all constants (Harville 1977):

    l = -(k log 2 pi + log|M| + r' M^-1 r) / 2,
    l_R = l + p/2 log 2 pi + log|X'X| / 2 - log|X' M^-1 X| / 2

maximized with analytic gradients on data scaled to unit spread (so that the answer is equivariant)
from several starts, the best kept. Sources: Konstantopoulos, Res Synth Methods 2011;2:61; Berkey
et al., Stat Med 1998;17:2537; van den Noortgate et al., Behav Res Methods 2013;45:576.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats import distributions
from sinteza.stats.arrays import FloatArray, vector
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table, counted, wald
from sinteza.stats.marginal import Model, Pieces, components, evaluate, groups, known, maximize
from sinteza.stats.random_effects import Intercept, Structured, make_term
from sinteza.stats.regression import INTERCEPT, Design, design
from sinteza.stats.tabulate import number, p_value

RandomTerm = Intercept | Structured


@dataclass(frozen=True, kw_only=True)
class MultilevelResult:
    """A fitted multilevel model.

    ``coefficients``: fixed effects in the unit of yi, tested by z or t (``df``). ``vb``: their
    covariance matrix. ``variances``: variance components by name (unit of yi squared);
    ``correlations``. ``loglik`` with all constants, ``aic``, ``bic`` (log of k, or of k - p under
    REML). ``q`` with ``q_df``: residual heterogeneity, the sum of squares under V alone. ``qm``:
    omnibus Wald test of the moderators (of all coefficients where there is no intercept or nothing
    else): chi-square with ``qm_df``, or F with ``qm_df`` and ``qm_df2`` under test t and contain.
    ``i2``: percent of the typical total variance by component, with Higgins and Thompson's typical
    sampling variance (models with one coefficient only). ``k`` rows, ``blocks`` independent blocks.
    """

    method: str
    k: int
    blocks: int
    coefficients: tuple[Coefficient, ...]
    vb: FloatArray
    variances: dict[str, float]
    correlations: dict[str, float]
    loglik: float
    aic: float
    bic: float
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: int
    qm_df2: float | None
    qm_p: float
    i2: dict[str, float]
    level: float
    notes: tuple[str, ...] = ()
    model: Model = field(repr=False, compare=False)
    parameters: FloatArray = field(repr=False, compare=False)

    @property
    def estimate(self) -> float:
        """The first coefficient."""
        return self.coefficients[0].estimate

    @property
    def se(self) -> float:
        """Standard error of the first coefficient."""
        return self.coefficients[0].se

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient."""
        return [c.row() for c in self.coefficients]

    def summary(self) -> str:
        """The fit as a person would print it."""
        parts = [f"Multilevel model ({self.method}), {self.k} rows in {self.blocks} blocks"]
        parts += [f"  variance {n}: {number(v)}" for n, v in self.variances.items()]
        parts += [f"  correlation {n}: {number(v)}" for n, v in self.correlations.items()]
        parts += [
            f"Q({self.q_df}) = {number(self.q)}, p {p_value(self.q_p)}; "
            f"log-likelihood {self.loglik:.4f}, AIC {self.aic:.2f}",
            coefficient_table(self.coefficients, self.level),
        ]
        return "\n".join([*parts, *(f"Note: {n}" for n in self.notes)])


@guarded
def correlated_v(vi: ArrayLike, cluster: Sequence[Any], rho: float) -> list[FloatArray]:
    """Blocks of V for rows of one cluster correlated by ``rho`` (the CHE working model).

    Rows of a cluster must follow one another; cov = rho sqrt(v_i v_j) (Pustejovsky and Tipton,
    Prev Sci 2022;23:425). Raises SynthesisError where a cluster is split or rho is not in [-1, 1].
    """
    v = vector(vi, "vi")
    if len(cluster) != len(v) or not -1 <= rho <= 1:
        raise SynthesisError("correlated_v needs a cluster a row and rho between -1 and 1")
    blocks, seen, begin = [], set(), 0
    for i in range(1, len(v) + 1):
        if i == len(v) or cluster[i] != cluster[begin]:
            if cluster[begin] in seen:
                raise SynthesisError(
                    f"the rows of cluster {cluster[begin]} do not follow one another",
                    hint="sort the rows by cluster",
                )
            seen.add(cluster[begin])
            sd = np.sqrt(v[begin:i])
            block = rho * np.outer(sd, sd)
            np.fill_diagonal(block, v[begin:i])
            blocks.append(block)
            begin = i
    return blocks


@guarded
def pool_multilevel(
    yi: ArrayLike,
    V: ArrayLike | Sequence[ArrayLike],
    *,
    random: Sequence[RandomTerm] = (),
    mods: Any = None,
    intercept: bool = True,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> MultilevelResult:
    """Fit a multilevel or multivariate model.

    ``yi``: estimates (k). ``V``: sampling variances (k), covariance matrix (k x k) or its blocks in
    the order of the rows. ``random``: terms (``nested(...)``, ``Intercept``, ``Structured``).
    ``mods``: moderators, see :func:`sinteza.stats.regression.design`; ``intercept`` adds one.
    ``method``:
    REML or ML. ``test``: ``z``; ``t`` with k - p degrees of freedom; ``contain``: t with the groups
    of the random term that contains the coefficient's column, minus p.

    Raises TooFewStudies where there are no more rows than coefficients, SynthesisError for labels
    or matrices that do not fit, NotConverged where no maximum is found.
    """
    y = vector(yi, "yi")
    if method not in ("REML", "ML"):
        raise SynthesisError(f"no method {method} for a multilevel model", hint="REML or ML")
    if test not in ("z", "t", "contain"):
        raise SynthesisError(f"no test {test}", hint="z, t or contain")
    if mods is None:
        X, labels = np.ones((len(y), 1)), [INTERCEPT]
    else:
        plan = mods if isinstance(mods, Design) else design(mods, intercept=intercept)
        X, labels = plan.x, list(plan.names)
        if len(X) != len(y):
            raise SynthesisError(f"the moderators have {len(X)} rows, yi has {len(y)}")
    diagonal, pairs, values = known(V, len(y))
    keep = ~(np.isnan(y) | np.isnan(diagonal) | np.isnan(X).any(axis=1))
    notes = (
        []
        if keep.all()
        else [f"{counted(int((~keep).sum()), 'row', 'rows')} with missing values left out"]
    )
    terms = tuple(make_term(t, len(y), keep) for t in random)
    inside = keep[pairs[0]] & keep[pairs[1]]
    new = np.cumsum(keep) - 1
    pairs, values = new[pairs[:, inside]], values[inside]
    y, X, diagonal = y[keep], X[keep], diagonal[keep]
    k, width = X.shape
    if width == 0:
        raise SynthesisError("the model has no coefficient", hint="keep the intercept")
    if k <= width:
        raise TooFewStudies(f"{width} coefficients need more than {k} rows")
    if (diagonal < 0).any() or (not terms and (diagonal <= 0).any()):
        raise SynthesisError("sampling variances must be positive")
    if np.linalg.matrix_rank(X) < width:
        raise SynthesisError("the moderators are collinear", hint="drop one of them")
    # the unit: spread of y beside its sampling error, so that starts and steps fit any scale
    residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    scale = float(np.sqrt(np.mean(residual**2))) or float(np.sqrt(np.mean(diagonal)))
    blocks = components(k, [t.group for t in terms], pairs)
    grouped = groups(blocks, terms, diagonal / scale**2, pairs, values / scale**2)
    model = Model(y / scale, X, terms, grouped, scale, method == "REML")
    p, found = maximize(model)
    return _result(model, p, found, labels, intercept, diagonal, test, level, notes, len(blocks))


def _degrees(model: Model, test: str) -> list[float | None]:
    k, width = model.X.shape
    if test == "z":
        return [None] * width
    rest = float(k - width)
    if test == "t":
        return [rest] * width
    found: list[float | None] = []
    for column in model.X.T:
        best = rest
        for term in model.terms:
            n = int(term.group.max()) + 1
            low, high = np.full(n, np.inf), np.full(n, -np.inf)
            np.minimum.at(low, term.group, column)
            np.maximum.at(high, term.group, column)
            if np.array_equal(low, high):
                best = min(best, float(n - width))
        found.append(max(best, 1.0))
    return found


def _result(
    model: Model, p: FloatArray, found: Pieces, labels: list[str], intercept: bool,
    diagonal: FloatArray, test: str, level: float, notes: list[str], blocks: int,
) -> MultilevelResult:  # fmt: skip
    k, width = model.X.shape
    scale = model.scale
    vb = found.vb * scale**2
    beta = found.beta * scale
    df = _degrees(model, test)
    lines = tuple(
        wald(name, float(b), float(np.sqrt(v)), df=d, level=level)
        for name, b, v, d in zip(labels, beta, np.diag(vb), df, strict=True)
    )
    variances: dict[str, float] = {}
    correlations: dict[str, float] = {}
    at = 0
    for term in model.terms:
        got = term.report(p[at : at + term.size], scale)
        for into, part in zip((variances, correlations), got, strict=True):
            for name, value in part.items():
                into[name if name not in into else f"{name} ({len(into)})"] = value
        at += term.size
    tiny = [n for n, v in variances.items() if v < 1e-10 * scale**2]
    notes += [f"variance {n} lies on its boundary, 0" for n in tiny]
    notes += [
        f"correlation {n} lies on its boundary"
        for n, r in correlations.items()
        if abs(r) > 1 - 1e-6
    ]
    shift = (k - (width if model.reml else 0)) * float(np.log(scale))
    loglik = found.loglik - shift
    n_par = width + len(p)
    size = k - width if model.reml else k
    # residual heterogeneity: the same model without random terms
    flat = evaluate(
        Model(model.y, model.X, (), model.groups, scale, False), np.zeros(0), gradient=False
    )
    if flat is None:
        q, q_df, q_p = float("nan"), k - width, float("nan")
        notes.append("Q is not defined: V is singular")
    else:
        q, q_df = flat.rss, k - width
        q_p = float(distributions.chi2_p(q, q_df))
    picked = slice(1, None) if intercept and width > 1 else slice(None)
    tested = beta[picked]
    qm = float(tested @ np.linalg.solve(vb[picked, picked], tested))
    qm_df = len(tested)
    df2 = None if test == "z" else min(d for d in df[picked] if d is not None)
    qm_value = qm if df2 is None else qm / qm_df
    qm_p = (
        distributions.chi2_p(qm, qm_df) if df2 is None else distributions.f_p(qm_value, qm_df, df2)
    )
    i2: dict[str, float] = {}
    if width == 1 and (diagonal > 0).all():
        unit = float(diagonal.min())
        w = unit / diagonal
        typical = unit * float((k - 1) / (w.sum() - (w**2).sum() / w.sum()))
        total = typical + sum(variances.values())
        if all(t.structure in ("ID", "CS", "AR") for t in model.terms):
            i2 = {n: 100 * v / total for n, v in variances.items()}
    return MultilevelResult(
        method="REML" if model.reml else "ML", k=k, blocks=blocks, coefficients=lines, vb=vb,
        variances=variances, correlations=correlations, loglik=loglik, aic=2 * n_par - 2 * loglik,
        bic=n_par * float(np.log(size)) - 2 * loglik, q=q, q_df=q_df, q_p=q_p,
        qm=qm_value, qm_df=qm_df, qm_df2=df2, qm_p=float(qm_p), i2=i2, level=level,
        notes=tuple(notes), model=model, parameters=p,
    )  # fmt: skip


@guarded
def variance_interval(
    result: MultilevelResult, component: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Profile likelihood interval of the ``component``-th variance (0-based; intercepts, CS, ID).

    Where twice the drop of the profiled log-likelihood meets the chi-square quantile with 1 df.
    The lower end is 0 where the drop at 0 is smaller. Raises SynthesisError for a component whose
    variance is not one parameter, NotConverged where no upper end is found.
    """
    from scipy import optimize

    model, p = result.model, result.parameters
    places = []
    at = 0
    for term in model.terms:
        if term.structure in ("ID", "CS", "AR"):
            places.append(at)
        elif term.structure == "DIAG":
            places += list(range(at, at + term.size))
        else:
            raise SynthesisError(f"the variances of {term.structure} have no profile here")
        at += term.size
    if not 0 <= component < len(places):
        raise SynthesisError(f"there are {len(places)} variances, numbered from 0")
    place = places[component]
    peak = evaluate(model, p)
    assert peak is not None
    drop = float(distributions.chi2_quantile(level, 1)) / 2
    here = abs(float(p[place]))

    def gap(sd: float) -> float:
        _, found = maximize(model, {place: sd}, start=p)
        return float(peak.loglik - found.loglik - drop)

    low = 0.0
    if here > 0 and gap(0.0) > 0:
        low = float(optimize.brentq(gap, 0.0, here, xtol=1e-12, rtol=1e-10))
    high = max(2 * here, 0.1)
    for _ in range(60):
        if gap(high) > 0:
            break
        high *= 2
    else:
        raise NotConverged("the profile likelihood of the variance is flat")
    high = float(optimize.brentq(gap, here, high, xtol=1e-12, rtol=1e-10))
    return low**2 * model.scale**2, high**2 * model.scale**2
