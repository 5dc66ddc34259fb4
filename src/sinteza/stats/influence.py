"""Which studies carry the result: deletion, accumulation, residuals, shrunken estimates.

Definitions of Viechtbauer and Cheung (Res Synth Methods 2010;1:112), every deletion estimating tau2
again; Baujat et al. (Stat Med 2002;21:2641) for the plot; BLUPs: Raudenbush and Bryk (1985).
All functions take the arguments of :func:`pool` (``method``, ``test``, ``level``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SintezaError, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, label, plain, same_length, vector
from sinteza.stats.distributions import critical
from sinteza.stats.guard import guarded
from sinteza.stats.pooling import FIXED, Pooled, Regression, Studies, pool, usable
from sinteza.stats.regression import Design, design
from sinteza.stats.tabulate import number, table


@dataclass(frozen=True)
class Series:
    """A pool for each row: without that study (leave-one-out) or up to it (cumulative).

    ``kind``: ``leave-one-out`` or ``cumulative``; ``labels`` name the study left out, or added
    last; ``fits`` are the pools in that order.
    """

    kind: str
    labels: tuple[str, ...]
    fits: tuple[Pooled, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> FloatArray:
        """A field of all fits (estimate se p ci_low ci_high q q_p tau2 i2 h2) as an array."""
        return np.array([getattr(fit, name) for fit in self.fits], dtype=float)

    def rows(self) -> list[dict[str, Any]]:
        """One dict a fit."""
        keys = ("k", "estimate", "se", "p", "ci_low", "ci_high", "q", "q_p", "tau2", "i2", "h2")
        return [
            {"study": label, **{key: plain(getattr(fit, key)) for key in keys}}
            for label, fit in zip(self.labels, self.fits, strict=True)
        ]

    def summary(self) -> str:
        """The table as a person would print it."""
        word = "without" if self.kind == "leave-one-out" else "up to"
        body = table(
            ["study", "k", "estimate", "ci low", "ci high", "p", "tau2", "I2"],
            [
                [f"{word} {s}", f.k, f.estimate, f.ci_low, f.ci_high, f.p, f.tau2, f.i2]
                for s, f in zip(self.labels, self.fits, strict=True)
            ],
        )
        return "\n".join([body, *(f"Note: {n}" for n in self.notes)])


def _names(s: Studies) -> tuple[str, ...]:
    """The names of the studies used; ``Study 3`` is the third row given."""
    if s.names is not None:
        return s.names
    return tuple(n for n, use in zip(label(None, len(s.used)), s.used, strict=True) if use)


@guarded
def leave_one_out(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    labels: Sequence[str] | None = None,
) -> Series:
    """The pool without each study in turn. Raises TooFewStudies with one study."""
    s = usable(yi, vi, labels)
    k = len(s.yi)
    if k < 2:
        raise TooFewStudies("with one study there is nothing to leave out")
    fits = []
    for i in range(k):
        keep = np.arange(k) != i
        fits.append(pool(s.yi[keep], s.vi[keep], method=method, test=test, level=level))
    return Series("leave-one-out", _names(s), tuple(fits), s.notes)


@guarded
def cumulative(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    order: ArrayLike | None = None,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    labels: Sequence[str] | None = None,
) -> Series:
    """The pool of the first study, the first two, ... in rising ``order`` (ties as given).

    ``order``: a number a study, such as its year; as given when left out.
    """
    keys = None if order is None else vector(order, "order")
    s = usable(yi, vi, labels)
    turn = np.arange(len(s.yi))
    notes = s.notes
    if keys is not None:
        if len(keys) != len(s.used):
            raise SynthesisError(f"order has {len(keys)} values for {len(s.used)} studies")
        turn = np.argsort(keys[s.used], kind="stable")  # NaN go last
        if np.isnan(keys[s.used]).any():
            notes = (*notes, "studies without a value of order come last")
    names = _names(s)
    fits = [
        pool(s.yi[turn[: i + 1]], s.vi[turn[: i + 1]], method=method, test=test, level=level)
        for i in range(len(turn))
    ]
    return Series("cumulative", tuple(names[i] for i in turn), tuple(fits), notes)


@dataclass(frozen=True)
class Influence:
    """Diagnostics, one value a study (``dfbetas``: one row a study, one column a coefficient).

    ``residual`` of the fit with ``residual_se`` and ``z`` (internally standardized); ``rstudent``
    externally studentized residual; ``dffits`` change of the prediction in its standard errors;
    ``cook`` Cook's distance; ``cov_ratio`` determinant of the coefficients' covariance without over
    with; ``tau2_without`` and ``q_without``; ``hat`` leverage; ``weight`` percent; ``influential``:
    |dffits| > 3 sqrt(p / (k - p)), or the lower chi-square tail of cook (p df) above one half, or
    hat > 3 p / k, or any |dfbetas| > 1.
    """

    labels: tuple[str, ...]
    residual: FloatArray
    residual_se: FloatArray
    z: FloatArray
    rstudent: FloatArray
    dffits: FloatArray
    cook: FloatArray
    cov_ratio: FloatArray
    tau2_without: FloatArray
    q_without: FloatArray
    hat: FloatArray
    weight: FloatArray
    dfbetas: FloatArray
    influential: np.ndarray[Any, np.dtype[np.bool_]]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study."""
        keys = ["residual", "z", "rstudent", "dffits", "cook", "cov_ratio"]
        keys += ("tau2_without", "q_without", "hat", "weight", "influential")
        return [
            {"study": s, **{key: plain(getattr(self, key)[i]) for key in keys},
             "dfbetas": plain(self.dfbetas[i])}
            for i, s in enumerate(self.labels)
        ]  # fmt: skip

    def summary(self) -> str:
        """The table as a person would print it; influential studies have a star."""
        body = table(
            ["study", "rstudent", "dffits", "cook", "cov.r", "tau2.del", "Q.del", "hat", "weight"],
            [
                [s + (" *" if self.influential[i] else ""), self.rstudent[i], self.dffits[i],
                 self.cook[i], self.cov_ratio[i], self.tau2_without[i], self.q_without[i],
                 self.hat[i], self.weight[i]]
                for i, s in enumerate(self.labels)
            ],
        )  # fmt: skip
        return "\n".join([body, *(f"Note: {n}" for n in self.notes)])


def _solved(X: FloatArray, v: FloatArray) -> FloatArray:
    """(X'WX)^-1 for W = 1/v."""
    return np.asarray(np.linalg.inv(X.T @ (X / v[:, None])), dtype=np.float64)


@guarded
def influence(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mods: Any = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    labels: Sequence[str] | None = None,
) -> Influence:
    """Deletion diagnostics of a pool or meta-regression.

    A study whose deletion leaves too few studies, or moderators that no longer can be told apart,
    has NaN in the deletion columns and is named in ``notes``. Raises TooFewStudies where there are
    no more studies than coefficients plus one.
    """
    from scipy import special

    plan = None if mods is None else mods if isinstance(mods, Design) else design(mods)
    s = usable(yi, vi, labels, also=None if plan is None else plan.x)
    k = len(s.yi)
    X = np.ones((k, 1)) if plan is None else plan.x[s.used]
    p = X.shape[1]
    if k < p + 1:
        raise TooFewStudies(f"deletion diagnostics need {p + 1} studies, there are {k}")

    def fitted(keep: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[FloatArray, FloatArray, Any]:
        if np.linalg.matrix_rank(X[keep]) < p:
            raise SynthesisError("the moderators are collinear")
        part: Pooled | Regression
        if plan is None:
            part = pool(s.yi[keep], s.vi[keep], method=method, test=test, level=level)
            return np.array([part.estimate]), np.array([[part.se**2]]), part
        less = Design(plan.names, X[keep], plan.terms)
        part = pool(s.yi[keep], s.vi[keep], method=method, test=test, mods=less, level=level)
        return part.estimate, part.vb, part

    everything = np.ones(k, bool)
    beta, vb, fit = fitted(everything)
    total = s.vi + fit.tau2
    plain_cov = _solved(X, total)
    hat = np.einsum("ij,jk,ik->i", X, plain_cov, X) / total
    residual = s.yi - X @ beta
    residual_se = np.sqrt(total * (1 - hat))
    names = ("rstudent", "dffits", "cook", "cov_ratio", "tau2_without", "q_without")
    out = {name: np.full(k, np.nan) for name in names}
    dfbetas = np.full((k, p), np.nan)
    notes = list(s.notes)
    for i in range(k):
        keep = everything.copy()
        keep[i] = False
        try:
            b, cov, part = fitted(keep)
        except SintezaError as error:
            notes.append(f"{_names(s)[i]}: no fit without it ({error.what})")
            continue
        change = beta - b
        x = X[i]
        spread = s.vi[i] + part.tau2
        out["tau2_without"][i], out["q_without"][i] = part.tau2, part.q
        out["rstudent"][i] = (s.yi[i] - x @ b) / np.sqrt(spread + x @ cov @ x)
        out["dffits"][i] = (x @ change) / np.sqrt(hat[i] * spread)
        out["cook"][i] = change @ np.linalg.solve(vb, change)
        out["cov_ratio"][i] = np.linalg.det(cov) / np.linalg.det(vb)
        # the covariance of all studies with tau2 of the others; test knha rescales as the fit did
        scale = vb[0, 0] / plain_cov[0, 0]
        dfbetas[i] = change / np.sqrt(np.diag(_solved(X, s.vi + part.tau2)) * scale)
    with np.errstate(invalid="ignore"):
        influential = (
            (np.abs(out["dffits"]) > 3 * np.sqrt(p / (k - p)))
            | (special.gammainc(p / 2, np.nan_to_num(out["cook"]) / 2) > 0.5)
            | (hat > 3 * p / k)
            | (np.abs(dfbetas) > 1).any(axis=1)
        )
    return Influence(
        labels=_names(s), residual=residual, residual_se=residual_se, z=residual / residual_se,
        **out, hat=hat, weight=fit.weights, dfbetas=dfbetas, influential=influential,
        notes=tuple(notes),
    )  # fmt: skip


@dataclass(frozen=True)
class Baujat:
    """``heterogeneity``: squared Pearson residual of each study (its part in the heterogeneity);
    ``influence``: squared change of the pooled estimate without it, over the variance without it.
    """

    labels: tuple[str, ...]
    heterogeneity: FloatArray
    influence: FloatArray

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study: the two axes of the plot."""
        return [
            {"study": s, "heterogeneity": plain(x), "influence": plain(y)}
            for s, x, y in zip(self.labels, self.heterogeneity, self.influence, strict=True)
        ]

    def summary(self) -> str:
        """The table as a person would print it."""
        return table(
            ["study", "heterogeneity", "influence"],
            [[r["study"], r["heterogeneity"], r["influence"]] for r in self.rows()],
        )


@guarded
def baujat(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    labels: Sequence[str] | None = None,
) -> Baujat:
    """The coordinates of a Baujat plot. Raises TooFewStudies with one study."""
    fit = pool(yi, vi, method=method, test="z", labels=labels)
    others = leave_one_out(fit.yi, fit.vi, method=method, test="z", labels=fit.labels)
    x = (fit.yi - fit.estimate) ** 2 / (fit.vi + fit.tau2)
    y = (fit.estimate - others.column("estimate")) ** 2 / others.column("se") ** 2
    return Baujat(fit.labels, x, y)


@dataclass(frozen=True)
class Blups:
    """Shrunken true effects of the studies (empirical Bayes), unit of yi: ``estimate se ci_low
    ci_high`` (prediction interval of the study's own true effect); ``shrinkage``: weight of the
    study's own estimate, tau2 / (tau2 + v).
    """

    labels: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    shrinkage: FloatArray

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study."""
        keys = ("estimate", "se", "ci_low", "ci_high", "shrinkage")
        return [
            {"study": s, **{key: plain(getattr(self, key)[i]) for key in keys}}
            for i, s in enumerate(self.labels)
        ]

    def summary(self) -> str:
        """The table as a person would print it."""
        return table(
            ["study", "estimate", "se", "ci low", "ci high", "shrinkage"],
            [list(r.values()) for r in self.rows()],
        )


@guarded
def blups(fit: Pooled) -> Blups:
    """Best linear unbiased predictions of the studies' true effects.

    lambda y + (1 - lambda) mu with variance lambda v + (1 - lambda)^2 se(mu)^2. Raises
    SynthesisError for a fit without a between-study variance (EE, FE).
    """
    if fit.method in FIXED:
        raise SynthesisError("an equal-effects fit has one true effect", hint="use REML")
    total = fit.tau2 + fit.vi
    share = np.where(total > 0, fit.tau2 / np.where(total > 0, total, 1.0), 1.0)
    estimate = share * fit.yi + (1 - share) * fit.estimate
    se = np.sqrt(share * fit.vi + (1 - share) ** 2 * fit.se**2)
    half = critical(fit.level, fit.df) * se
    return Blups(fit.labels, estimate, se, estimate - half, estimate + half, share)


@dataclass(frozen=True)
class Subgroups:
    """``levels`` of the factor in order of appearance and their ``fits``; ``q q_df p``: test of
    differences between the subgroups' estimates (chi-square, or F with ``df2`` where tau2 is common
    and the test is knha or t); ``common_tau2``: whether the groups share it.
    """

    levels: tuple[str, ...]
    fits: tuple[Pooled, ...]
    q: float
    q_df: int
    df2: int | None
    p: float
    common_tau2: bool
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a subgroup."""
        keys = ("k", "estimate", "se", "p", "ci_low", "ci_high", "tau2", "i2", "q", "q_p")
        return [
            {"subgroup": s, **{key: plain(getattr(fit, key)) for key in keys}}
            for s, fit in zip(self.levels, self.fits, strict=True)
        ]

    def summary(self) -> str:
        """The table and the test as a person would print them."""
        body = table(
            ["subgroup", "k", "estimate", "ci low", "ci high", "p", "tau2", "I2"],
            [[s, f.k, f.estimate, f.ci_low, f.ci_high, f.p, f.tau2, f.i2]
             for s, f in zip(self.levels, self.fits, strict=True)],
        )  # fmt: skip
        name = f"Q({self.q_df})" if self.df2 is None else f"F({self.q_df}, {self.df2})"
        line = f"between subgroups: {name} = {number(self.q)}, p {self.p:.4f}"
        return "\n".join([body, line, *(f"Note: {n}" for n in self.notes)])


@guarded
def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[object],
    *,
    method: str = "REML",
    test: str = "knha",
    common_tau2: bool = False,
    level: float = 0.95,
    measure: str = "GEN",
    labels: Sequence[str] | None = None,
) -> Subgroups:
    """Pool each subgroup and test whether they differ.

    Without ``common_tau2`` every group has its own tau2 and Q = sum of (b_g - b)^2 / se_g^2, b
    their inverse-variance mean, is chi-square with G - 1 degrees of freedom (Borenstein et al.
    2009, ch. 19; standard errors of the normal test, so that Q does not depend on ``test``). With
    it, one tau2 is estimated in a meta-regression on the factor, whose omnibus test is reported.

    Raises TooFewStudies with fewer than 2 subgroups, SynthesisError for a wrong number of labels.
    """
    from sinteza.stats.distributions import chi2_p
    from sinteza.stats.regression import Factor

    y, v = vector(yi, "yi"), vector(vi, "vi")
    same_length({"yi": y, "vi": v})
    if len(groups) != len(y):
        raise SynthesisError(f"{len(groups)} subgroup labels for {len(y)} studies")
    said = [None if g is None or g == "" else str(g) for g in groups]
    s = usable(y, np.where([g is None for g in said], np.nan, v), labels)
    code = [g for g, use in zip(said, s.used, strict=True) if use and g is not None]
    levels = list(dict.fromkeys(code))
    if len(levels) < 2:
        raise TooFewStudies(f"a subgroup test needs 2 subgroups, there are {len(levels)}")
    notes = list(s.notes)
    small = [g for g in levels if code.count(g) == 1]
    if small:
        notes.append(f"subgroups of one study: {', '.join(small)}")
    common = None
    if common_tau2:
        common = pool(
            s.yi, s.vi, method=method, test=test, mods={"group": Factor(code)}, level=level
        )
        if np.isnan(common.qm):
            raise SynthesisError(
                "the subgroups fit every estimate: there is nothing to test", hint="use test z"
            )
    fits, plain_se = [], []
    for g in levels:
        keep = np.array([c == g for c in code])
        names = [n for n, use in zip(_names(s), keep, strict=True) if use]
        if common is None:
            fits.append(
                pool(s.yi[keep], s.vi[keep], method=method, test=test, level=level,
                     measure=measure, labels=names)
            )  # fmt: skip
            plain_se.append(pool(s.yi[keep], s.vi[keep], method=method, test="z").se)
        else:
            fits.append(_at_common(s.yi[keep], s.vi[keep], common, level, measure, names))
    if common is not None:
        return Subgroups(
            tuple(levels), tuple(fits), common.qm, common.qm_df1, common.qm_df2, common.qm_p, True,
            tuple(notes),
        )  # fmt: skip
    b = np.array([f.estimate for f in fits])
    w = 1 / np.array(plain_se) ** 2
    q = float(w @ (b - w @ b / w.sum()) ** 2)
    df = len(levels) - 1
    return Subgroups(
        tuple(levels), tuple(fits), q, df, None, float(chi2_p(q, df)), False, tuple(notes)
    )


def _at_common(
    yi: FloatArray, vi: FloatArray, common: Regression, level: float, measure: str, names: list[str]
) -> Pooled:
    """A subgroup's pool with the tau2 (and the dispersion) of the meta-regression."""
    from dataclasses import replace

    from sinteza.stats.distributions import t_p

    own = pool(yi, vi, method="EE", level=level, measure=measure, labels=names)
    w = 1 / (vi + common.tau2)
    estimate = float(w @ yi / w.sum())
    # the regression's covariance is unit_cov times its dispersion (1 for z)
    unit = np.linalg.inv(common.x.T @ (common.x / (common.vi + common.tau2)[:, None]))
    se = float(np.sqrt(common.vb[0, 0] / unit[0, 0] / w.sum()))
    half = critical(level, common.df) * se
    spread = critical(level, common.df) * float(np.sqrt(se**2 + common.tau2))
    return replace(
        own, method=common.method, test=common.test, df=common.df, estimate=estimate, se=se,
        statistic=estimate / se, p=float(t_p(estimate / se, common.df)), ci_low=estimate - half,
        ci_high=estimate + half, tau2=common.tau2, weights=100 * w / w.sum(),
        pi_low=estimate - spread, pi_high=estimate + spread,
    )  # fmt: skip
