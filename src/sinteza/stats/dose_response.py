"""Dose-response meta-analysis of log relative risks that share a reference group.

Greenland and Longnecker (Am J Epidemiol 1992;135:1301): the log relative risks of one study are
correlated because they are compared with the same reference dose. Their covariance is rebuilt from
pseudo-counts that fit the adjusted estimates and the totals; a trend through zero at the reference
dose is estimated by generalized least squares in each study and pooled (two stages; Orsini et al.,
Stata J 2006;6:40), or in one multivariate step for more terms (dose and dose squared, splines).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.arrays import FloatArray, same_length, vector
from sinteza.stats.distributions import chi2_p, critical
from sinteza.stats.guard import guarded
from sinteza.stats.likelihood import Coefficient, coefficient_table
from sinteza.stats.multilevel import pool_multilevel
from sinteza.stats.random_effects import Structured, codes
from sinteza.stats.tabulate import number

KINDS = ("cc", "ir", "ci")


@dataclass(frozen=True)
class StudyTrend:
    """The trend of one study: ``slope`` (log relative risk a unit of each term), ``cov``."""

    study: str
    slope: FloatArray
    cov: FloatArray


@dataclass(frozen=True)
class DoseResponse:
    """``coefficients``: pooled slopes (log relative risk a unit of the term); ``tau2`` between
    studies by term; ``trends``: those of the studies; ``q q_df q_p``: heterogeneity of the slopes.
    """

    terms: str
    k: int
    coefficients: tuple[Coefficient, ...]
    vb: FloatArray
    tau2: tuple[float, ...]
    q: float
    q_df: int
    q_p: float
    trends: tuple[StudyTrend, ...]
    knots: tuple[float, ...]
    level: float
    notes: tuple[str, ...] = ()

    def predict(self, dose: ArrayLike, reference: float = 0.0) -> list[dict[str, float]]:
        """Relative risk at each dose against ``reference``, with its interval."""
        x = basis(vector(dose, "dose"), self.terms, self.knots)
        x = x - basis(np.array([reference]), self.terms, self.knots)
        log = x @ np.array([c.estimate for c in self.coefficients])
        se = np.sqrt(np.einsum("ij,jk,ik->i", x, self.vb, x))
        z = critical(self.level, None)
        return [
            {"dose": float(d), "rr": float(np.exp(b)), "ci_low": float(np.exp(b - z * s)),
             "ci_high": float(np.exp(b + z * s))}
            for d, b, s in zip(vector(dose, "dose"), log, se, strict=True)
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One dict a coefficient."""
        return [c.row() for c in self.coefficients]

    def summary(self) -> str:
        """The slopes as a person would print them."""
        return "\n".join([
            f"Dose-response ({self.terms}), {self.k} studies, "
            f"Q({self.q_df}) = {number(self.q)}, p {self.q_p:.4f}",
            coefficient_table(self.coefficients, self.level),
            *(f"Note: {n}" for n in self.notes),
        ])  # fmt: skip


@guarded
def greenland_longnecker(
    log_rr: ArrayLike, se: ArrayLike, cases: ArrayLike, n: ArrayLike, *, kind: str
) -> FloatArray:
    """Covariance of the log relative risks of one study, the reference category first.

    ``log_rr`` and ``se``: of all categories (0 for the reference). ``cases``: in each category,
    ``n``: controls plus cases (``cc`` case-control, ``ci`` cumulative incidence: participants) or
    person-time (``ir``). The pseudo-cases A satisfy the margins and the estimates; the correlation
    of two estimates is s0 / sqrt(s_i s_j), their variances stay se^2.

    Raises NotConverged where no such pseudo-counts exist.
    """
    if kind not in KINDS:
        raise SynthesisError(f"no kind {kind!r}", hint="cc, ir or ci")
    columns = {"log_rr": vector(log_rr, "log_rr"), "se": vector(se, "se"),
               "cases": vector(cases, "cases"), "n": vector(n, "n")}  # fmt: skip
    size = same_length(columns)
    b, s, a0, total = columns.values()
    if size < 2 or b[0] != 0:
        raise SynthesisError("the reference category comes first, with log relative risk 0")
    if (total <= 0).any() or (a0 < 0).any() or (kind != "ir" and (a0 > total).any()):
        raise SynthesisError("cases must lie between 0 and the category's total")
    m1 = float(a0.sum())
    # start from expected numbers, then Newton for A (without the reference) given the margins
    a = np.maximum(a0[1:], 0.5)
    for _ in range(200):
        ref = m1 - a.sum()
        if ref <= 0:
            a = a * (0.9 * m1 / a.sum())
            ref = m1 - a.sum()
        if kind == "ir":
            gap = b[1:] - np.log(a) + np.log(ref) + np.log(total[1:]) - np.log(total[0])
            own, shared = 1 / a, 1 / ref
        else:
            rest, rest0 = total[1:] - a, total[0] - ref
            if (rest <= 0).any() or rest0 <= 0:
                raise NotConverged("no pseudo-counts fit this study's estimates and margins")
            if kind == "cc":
                gap = b[1:] - np.log(a) + np.log(ref) + np.log(rest) - np.log(rest0)
                own, shared = 1 / a + 1 / rest, 1 / ref + 1 / rest0
            else:
                gap = b[1:] - np.log(a) + np.log(ref) + np.log(total[1:]) - np.log(total[0])
                own, shared = 1 / a, 1 / ref
        step = np.linalg.solve(np.diag(own) + shared, gap)
        size_ = 1.0
        while size_ > 1e-6:
            tried = a + size_ * step
            inside = (tried > 0).all() and tried.sum() < m1
            if kind != "ir":
                inside = inside and bool((tried < total[1:]).all() and m1 - tried.sum() < total[0])
            if inside:
                break
            size_ /= 2
        a = a + size_ * step
        if float(np.max(np.abs(gap))) < 1e-11:
            break
    else:
        raise NotConverged("no pseudo-counts fit this study's estimates and margins")
    ref = m1 - a.sum()
    if kind == "cc":
        s0, si = 1 / ref + 1 / (total[0] - ref), 1 / a + 1 / (total[1:] - a)
    elif kind == "ir":
        s0, si = 1 / ref, 1 / a
    else:
        s0, si = 1 / ref - 1 / total[0], 1 / a - 1 / total[1:]
    si = si + s0
    cov = s0 / np.sqrt(np.outer(si, si)) * np.outer(s[1:], s[1:])
    np.fill_diagonal(cov, s[1:] ** 2)
    return np.asarray(cov)


def basis(dose: FloatArray, terms: str, knots: tuple[float, ...]) -> FloatArray:
    """Columns of the trend: ``linear``, ``quadratic`` or a restricted cubic ``spline``."""
    if terms == "linear":
        return dose[:, None]
    if terms == "quadratic":
        return np.column_stack([dose, dose**2])
    low, *inner, high = knots
    before = knots[-2]
    columns = [dose]
    for t in (low, *inner[:-1]):
        columns.append((
            np.maximum(dose - t, 0) ** 3
            - np.maximum(dose - before, 0) ** 3 * (high - t) / (high - before)
            + np.maximum(dose - high, 0) ** 3 * (before - t) / (high - before)
        ) / (high - low) ** 2)  # fmt: skip
    return np.column_stack(columns)


@guarded
def dose_response(
    *,
    study: Sequence[Hashable],
    dose: ArrayLike,
    log_rr: ArrayLike,
    se: ArrayLike,
    cases: ArrayLike,
    n: ArrayLike,
    kind: Sequence[str] | str,
    terms: str = "linear",
    method: str = "REML",
    level: float = 0.95,
) -> DoseResponse:
    """Pool the dose-response trends of studies.

    One row a dose category; the reference category of a study has log_rr 0 and se 0 (or missing).
    ``kind``: cc, ir or ci, one for all or one a row. ``terms``: linear, quadratic, or spline (knots
    at the 10th, 50th and 90th percentile of the doses).

    Raises TooFewStudies below 2 studies (or with more terms than a study has doses), SynthesisError
    for a study without exactly one reference, NotConverged.
    """
    if terms not in ("linear", "quadratic", "spline"):
        raise SynthesisError(f"no terms {terms!r}", hint="linear, quadratic or spline")
    columns = {
        "dose": vector(dose, "dose"),
        "log_rr": vector(log_rr, "log_rr"),
        "se": vector(se, "se"),
        "cases": vector(cases, "cases"),
        "n": vector(n, "n"),
    }
    k = same_length(columns)
    kinds = [kind] * k if isinstance(kind, str) else list(kind)
    if len(study) != k or len(kinds) != k:
        raise SynthesisError(f"study and kind need one value for each of {k} rows")
    code, names = codes(study)
    if len(names) < 2:
        raise TooFewStudies(f"a dose-response meta-analysis needs 2 studies, there is {len(names)}")
    d = columns["dose"]
    knots = tuple(float(x) for x in np.percentile(d, [10, 50, 90])) if terms == "spline" else ()
    if knots and len(set(knots)) < 3:
        raise SynthesisError("the doses are too alike for a spline", hint="use linear")
    trends = []
    for i, name in enumerate(names):
        rows = np.flatnonzero(code == i)
        reference = [r for r in rows if not columns["se"][r] > 0]
        if len(reference) != 1:
            raise SynthesisError(f"study {name} has {len(reference)} reference categories, not one")
        order = np.array([reference[0], *(r for r in rows if r != reference[0])])
        trends.append(_trend(str(name), order, columns, kinds[rows[0]], terms, knots))
    return _pool_trends(trends, terms, knots, method, level)


def _trend(
    name: str, order: Any, columns: dict[str, FloatArray], kind: str, terms: str,
    knots: tuple[float, ...],
) -> StudyTrend:  # fmt: skip
    b = np.nan_to_num(columns["log_rr"][order])
    if not np.isfinite(columns["dose"][order]).all():
        raise SynthesisError(f"study {name} lacks a dose")
    cov = greenland_longnecker(
        b, np.nan_to_num(columns["se"][order]), columns["cases"][order], columns["n"][order],
        kind=kind,
    )  # fmt: skip
    x = basis(columns["dose"][order], terms, knots)
    x = x[1:] - x[0]
    if x.shape[0] < x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise TooFewStudies(
            f"study {name} has {len(x)} doses besides the reference, too few for {terms}"
        )
    weight = np.linalg.inv(cov)
    inner = np.linalg.inv(x.T @ weight @ x)
    return StudyTrend(name, inner @ (x.T @ weight @ b[1:]), inner)


def _pool_trends(
    trends: list[StudyTrend], terms: str, knots: tuple[float, ...], method: str, level: float
) -> DoseResponse:
    width = len(trends[0].slope)
    k = len(trends)
    label = {"linear": ["dose"], "quadratic": ["dose", "dose^2"]}.get(terms, ["dose", "spline"])
    y = np.concatenate([t.slope for t in trends])
    inner = [f"{j} {name}" for j, name in enumerate(label)] * k
    outer = np.repeat(np.arange(k), width).tolist()
    mods = {name: [float(i % width == j) for i in range(len(y))] for j, name in enumerate(label)}
    from sinteza.stats.random_effects import Intercept

    random = (
        [Structured(inner, outer, "UN", name="study")] if width > 1
        else [Intercept(outer, name="study")]
    )  # fmt: skip
    fit = pool_multilevel(
        y, [t.cov for t in trends], random=random, mods=mods, intercept=False, method=method,
        level=level,
    )  # fmt: skip
    return DoseResponse(
        terms=terms, k=k, coefficients=fit.coefficients, vb=fit.vb,
        tau2=tuple(fit.variances.values()), q=fit.q, q_df=fit.q_df,
        q_p=float(chi2_p(fit.q, fit.q_df)), trends=tuple(trends), knots=knots, level=level,
        notes=fit.notes,
    )  # fmt: skip
