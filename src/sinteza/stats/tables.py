"""Pooling 2x2 tables and rates directly: Mantel-Haenszel and Peto.

Mantel & Haenszel 1959; variances: Robins, Breslow & Greenland 1986 (OR), Greenland & Robins 1985
(RR, RD, IRR, IRD); homogeneity: Breslow & Day 1980 with Tarone's correction 1985; Peto: Yusuf et
al. 1985. Zero cells: ``zero="none"`` (as ``"metafor"``) corrects nothing in the pooled estimate;
``"only0"`` adds 1/2 to all cells of every study with an empty cell; ``"revman"`` does so for RR and
OR but leaves out studies with no events (or only events) in both arms, and corrects nothing for RD.
The studies' own estimates, and Q over them, always use 1/2 added where a cell is empty, and leave
out studies with no events (or only events) in both arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import notes as say
from sinteza.stats.arrays import BoolArray, FloatArray, label, vector
from sinteza.stats.distributions import chi2_p, critical, t_p
from sinteza.stats.guard import guarded
from sinteza.stats.measures_binary import Columns, Tables, peto_terms, tables
from sinteza.stats.pooling import Pooled

ZERO_RULES = ("none", "metafor", "only0", "revman")
_NAN = float("nan")


@dataclass(frozen=True)
class Direct:
    """What a direct method pools: studies used, their names, rules, notes, further tests."""

    measure: str
    method: str
    level: float
    zero: str
    used: BoolArray
    labels: tuple[str, ...]
    notes: list[str]
    extra: dict[str, float] = field(default_factory=dict)

    def result(
        self, yi: FloatArray, vi: FloatArray, found: float, variance: float, weight: FloatArray
    ) -> Pooled:
        """The pooled estimate with its normal test, and Q of the studies' estimates about it."""
        se = float(np.sqrt(variance))
        half = critical(self.level, None) * se
        good = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
        df = max(int(good.sum()) - 1, 0)
        q = float(np.sum((yi[good] - found) ** 2 / vi[good])) if df else 0.0
        return Pooled(
            measure=self.measure,
            method=self.method,
            test="z",
            level=self.level,
            k=len(yi),
            p_coef=1,
            df=None,
            tau2=0.0,
            tau2_se=_NAN,
            q=q,
            q_df=df,
            q_p=float(chi2_p(q, df)) if df else 1.0,
            h2=q / df if df else 1.0,
            i2=100 * max(0.0, (q - df) / q) if q > 0 else 0.0,
            weights=100 * weight / weight.sum(),
            yi=yi,
            vi=vi,
            names_given=self.labels,
            used=self.used,
            zero=self.zero,
            notes=tuple(self.notes),
            extra=self.extra,
            estimate=found,
            se=se,
            statistic=found / se if se > 0 else _NAN,
            p=float(t_p(found / se, None)) if se > 0 else _NAN,
            ci_low=found - half,
            ci_high=found + half,
        )


@guarded
def mantel_haenszel(
    measure: str,
    *,
    zero: str = "none",
    correct: bool = True,
    level: float = 0.95,
    labels: Sequence[str] | None = None,
    **columns: ArrayLike | None,
) -> Pooled:
    """The Mantel-Haenszel estimate of RR, OR, RD (``ai n1i ci n2i`` or ``ai bi ci di``), IRR or IRD
    (``x1i t1i x2i t2i``), on the log scale for ratios.

    ``zero``: ``none``/``metafor``, ``only0`` or ``revman`` (see the module). ``correct``:
    continuity correction of the Cochran-Mantel-Haenszel test (OR). For OR, ``extra`` holds ``cmh
    cmh_p breslow_day breslow_day_p tarone tarone_p``; for IRR ``mh mh_p``.

    Raises TooFewStudies when no study has an event where the estimate needs one.
    """
    if zero not in ZERO_RULES:
        raise SynthesisError(f"there is no zero-cell rule {zero!r}", hint=", ".join(ZERO_RULES))
    given = {n: vector(v, n) for n, v in columns.items() if v is not None}
    data = Columns(measure, given)
    if measure in ("IRR", "IRD"):
        from sinteza.stats.rates import mantel_haenszel_rates

        return mantel_haenszel_rates(measure, data, level=level, labels=labels, zero=zero)
    if measure not in ("RR", "OR", "RD"):
        raise SynthesisError(
            f"Mantel-Haenszel does not pool {measure}", hint="one of: RR OR RD IRR IRD"
        )
    complete, used, names, notes = complete_tables(data, labels)
    if not (complete.n1i * complete.n2i).any():
        raise TooFewStudies("no study has participants in both groups")
    t, weights = _mh_tables(complete, measure, zero, notes)
    with np.errstate(all="ignore"):
        formula = _mh_rd_revman if measure == "RD" and zero == "revman" else _MH[measure]
        found, variance, weight = formula(t)
        extra = association(complete, correct=correct) if measure == "OR" else {}
        if measure == "OR" and not np.isfinite(found):
            raise _nothing(measure)
    if not (np.isfinite(found) and np.isfinite(variance)) or (variance <= 0 and measure != "RD"):
        raise _nothing(measure)
    if measure == "OR":
        extra |= homogeneity(complete, float(np.exp(found)))
    plan = Direct(measure, "MH", level, zero, used, names, notes, extra)
    return _finish(plan, complete, found, variance, np.where(weights, weight, 0.0))


def _nothing(measure: str) -> TooFewStudies:
    return TooFewStudies(
        f"no study has the events that the Mantel-Haenszel {measure} needs",
        hint="use zero='revman', a risk difference, or the Peto method",
    )


@guarded
def peto(
    *,
    level: float = 0.95,
    labels: Sequence[str] | None = None,
    **columns: ArrayLike | None,
) -> Pooled:
    """Peto's one-step odds ratio: sum(O - E)/sum(V) with variance 1/sum(V), nothing added.

    Good when events are rare and groups of like size. Raises TooFewStudies when no study has an
    event, or no study a participant without one.
    """
    given = {n: vector(v, n) for n, v in columns.items() if v is not None}
    t, used, names, notes = complete_tables(Columns("PETO", given), labels)
    with np.errstate(all="ignore"):
        excess, variance = peto_terms(t)
    variance = np.where(np.isfinite(variance), variance, 0.0)
    excess = np.where(np.isfinite(excess), excess, 0.0)
    total = float(variance.sum())
    if total <= 0:
        raise TooFewStudies(
            "one of the two outcomes never occurs in any study",
            hint="Peto's method cannot be used; a risk difference can",
        )
    plan = Direct("PETO", "PETO", level, "none", used, names, notes)
    return _finish(plan, t, float(excess.sum()) / total, 1 / total, variance)


def complete_tables(
    data: Columns, labels: Sequence[str] | None
) -> tuple[Tables, BoolArray, tuple[str, ...], list[str]]:
    """The tables without missing counts."""
    t = tables(data)
    used = np.isfinite(t.ai) & np.isfinite(t.bi) & np.isfinite(t.ci) & np.isfinite(t.di)
    if not used.any():
        raise TooFewStudies("no study has all four counts")
    notes = []
    if not used.all():
        notes.append(say.MISSING_COUNTS.format(count=int((~used).sum()), k=len(used)))
    names = tuple(n for n, u in zip(label(labels, len(used)), used, strict=True) if u)
    return t.where(used), used, names, notes


def _mh_tables(t: Tables, measure: str, zero: str, notes: list[str]) -> tuple[Tables, BoolArray]:
    """The tables the pooled estimate sums over, and which studies carry weight."""
    everybody = np.ones(len(t.ai), bool)
    if zero == "only0":
        made, touched = t.corrected(0.5, "only0")
        if touched.any():
            notes.append(say.ADDED.format(add="1/2", count=int(touched.sum())))
        return made, everybody
    if zero != "revman" or measure == "RD":
        return t, everybody
    keep = ~t.double_zero
    if not keep.any():
        raise TooFewStudies("no study has both an event and a participant without one")
    if not keep.all():
        notes.append(say.NO_CONTRAST.format(count=int((~keep).sum())))
    corrected, touched = t.corrected(0.5, "only0")
    if (touched & keep).any():
        notes.append(say.ADDED.format(add="1/2", count=int((touched & keep).sum())))
    cells = [
        np.where(keep, cell, 0.0)
        for cell in (corrected.ai, corrected.bi, corrected.ci, corrected.di)
    ]
    return Tables(*cells), keep


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """top / bottom, 0 where a study has no participants left."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _mh_rr(t: Tables) -> tuple[float, float, FloatArray]:
    n = t.n1i + t.n2i
    r, s = _ratio(t.ai * t.n2i, n), _ratio(t.ci * t.n1i, n)
    d = _ratio(t.n1i * t.n2i * (t.ai + t.ci) / np.where(n > 0, n, 1) - t.ai * t.ci, n)
    top, bottom = r.sum(), s.sum()
    return float(np.log(top / bottom)), float(d.sum() / (top * bottom)), s


def _mh_or(t: Tables) -> tuple[float, float, FloatArray]:
    n = t.n1i + t.n2i
    r, s = _ratio(t.ai * t.di, n), _ratio(t.bi * t.ci, n)
    p, q = _ratio(t.ai + t.di, n), _ratio(t.bi + t.ci, n)
    top, bottom = r.sum(), s.sum()
    variance = 0.5 * (
        (p * r).sum() / top**2 + (p * s + q * r).sum() / (top * bottom) + (q * s).sum() / bottom**2
    )
    return float(np.log(top / bottom)), float(variance), s


def _mh_rd(t: Tables) -> tuple[float, float, FloatArray]:
    """With the variance of Sato, Greenland & Robins 1989, for few large or many small studies."""
    found, weight = _rd_estimate(t)
    n = np.where(t.n1i + t.n2i > 0, t.n1i + t.n2i, 1)
    f1, f2 = t.n1i / n, t.n2i / n
    p = t.ci * f1**2 - t.ai * f2**2 + f1 * f2 * (t.n2i - t.n1i) / 2
    q = (t.ai * t.di + t.ci * t.bi) / (2 * n)
    return found, float(found * p.sum() + q.sum()) / float(weight.sum()) ** 2, weight


def _mh_rd_revman(t: Tables) -> tuple[float, float, FloatArray]:
    """With the variance of Greenland & Robins 1985, as RevMan has it."""
    found, weight = _rd_estimate(t)
    return found, _rd_variance(t, weight), weight


def _rd_variance(t: Tables, weight: FloatArray) -> float:
    n = np.where(t.n1i + t.n2i > 0, t.n1i + t.n2i, 1)
    part1 = _ratio(t.n2i**2 * t.ai * t.bi, t.n1i * n**2)
    part2 = _ratio(t.n1i**2 * t.ci * t.di, t.n2i * n**2)
    return float((part1 + part2).sum()) / float(weight.sum()) ** 2


def risk_difference_greenland(t: Tables) -> tuple[float, float, FloatArray]:
    """The pooled risk difference of R's meta, its standard error and weights: raw differences,
    weights and variance (Greenland & Robins 1985) from cells with 1/2 where one is empty."""
    made, _ = t.corrected(0.5, "only0")
    weight = made.n1i * made.n2i / (made.n1i + made.n2i)
    found = float(weight @ (t.ai / t.n1i - t.ci / t.n2i)) / float(weight.sum())
    return found, float(np.sqrt(_rd_variance(made, weight))), weight


def _rd_estimate(t: Tables) -> tuple[float, FloatArray]:
    n = t.n1i + t.n2i
    weight = _ratio(t.n1i * t.n2i, n)
    gap = _ratio(t.ai * t.n2i, n) - _ratio(t.ci * t.n1i, n)
    return float(gap.sum()) / float(weight.sum()), weight


_MH = {"RR": _mh_rr, "OR": _mh_or, "RD": _mh_rd}


def association(t: Tables, *, correct: bool) -> dict[str, float]:
    """The Cochran-Mantel-Haenszel test that the odds ratio is 1 in every study."""
    excess, variance = peto_terms(t)
    total = float(np.nansum(variance))
    if total <= 0:
        return {"cmh": _NAN, "cmh_p": _NAN}
    gap = abs(float(np.nansum(excess)))
    shift = 0.5 if correct else 0.0
    value = max(0.0, gap - shift) ** 2 / total
    cochran = np.nansum(np.where(variance > 0, (t.ai * t.di - t.bi * t.ci) / (t.n1i + t.n2i), 0.0))
    n = t.n1i + t.n2i
    spread = float(np.nansum(variance * (n - 1) / n))
    gap = max(0.0, abs(float(cochran)) - shift)
    return {
        "cmh": value,
        "cmh_p": float(chi2_p(value, 1)),
        "cochran": gap**2 / spread if spread > 0 else _NAN,
    }


def homogeneity(t: Tables, ratio: float) -> dict[str, float]:
    """Breslow-Day and Tarone: do the studies share the odds ratio?

    The expected events of group 1 solve (a)(n2 - m + a) = ratio (m - a)(n1 - a), m events in all.
    """
    keep = ((t.ai + t.ci) > 0) & ((t.bi + t.di) > 0)
    names = ("breslow_day", "breslow_day_p", "tarone", "tarone_p")
    if not keep.any() or not np.isfinite(ratio):
        return dict.fromkeys(names, _NAN)
    t = t.where(keep)
    n1, n2, m = t.n1i, t.n2i, t.ai + t.ci
    a = 1 - ratio
    b = n2 - m + ratio * (m + n1)
    c = -ratio * m * n1
    with np.errstate(divide="ignore", invalid="ignore"):
        root = 2 * -c / (b + np.sqrt(b * b - 4 * a * c))  # the small root, without cancellation
    expected = np.clip(root, np.maximum(0, m - n2), np.minimum(n1, m))
    with np.errstate(divide="ignore"):
        variance = 1 / (
            1 / expected + 1 / (m - expected) + 1 / (n1 - expected) + 1 / (n2 - m + expected)
        )
    good = variance > 0
    gap = t.ai - expected
    bd = float(np.sum(gap[good] ** 2 / variance[good]))
    df = int(good.sum()) - 1
    tarone = max(0.0, bd - float(gap.sum()) ** 2 / float(variance.sum()))
    p = [float(chi2_p(v, df)) if df > 0 else _NAN for v in (bd, tarone)]
    return dict(zip(names, (bd, p[0], tarone, p[1]), strict=True))


def _finish(plan: Direct, t: Tables, found: float, variance: float, weight: FloatArray) -> Pooled:
    """The result of 2x2 tables, with Q over the studies' own estimates."""
    from sinteza.stats.measures import effect_sizes

    if plan.measure == "PETO":
        with np.errstate(all="ignore"):
            excess, v = peto_terms(t)
            yi, vi = excess / v, 1 / v
    else:
        single = effect_sizes(plan.measure, ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, drop00=True)
        yi, vi = single.yi, single.vi
    return plan.result(yi, vi, found, variance, weight)
