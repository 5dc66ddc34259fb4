"""Measures of 2x2 tables and of matched pairs, and what all measures share.

The table of a study is ``ai`` events and ``bi`` non-events in group 1 (``n1i``), ``ci`` and ``di``
in group 2 (``n2i``). Sources: Fleiss & Berlin 2009; Ruecker et al. 2009 (arcsine); Yusuf et al.
1985 (Peto); Bishop, Fienberg & Holland 1975 (phi); Yule 1900, 1912; Bonett & Price 2007.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats import notes as say
from sinteza.stats import special
from sinteza.stats.arrays import BoolArray, FloatArray, same_length


@dataclass(frozen=True)
class Pair:
    """Estimates and variances, and what is to be said about them."""

    yi: FloatArray
    vi: FloatArray
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Options:
    """How to compute: see :func:`sinteza.stats.effect_sizes`."""

    add: float = 0.5
    to: str = "only0"
    drop00: bool = False
    vtype: str | Sequence[str] = "LS"
    correct: bool = True

    def variance_types(self, k: int, allowed: str) -> list[str]:
        """One variance type a study; raises where the measure has no such type."""
        given = [self.vtype] * k if isinstance(self.vtype, str) else list(self.vtype)
        if len(given) != k:
            raise SynthesisError(f"{len(given)} variance types for {k} studies")
        for one in given:
            if one not in allowed.split():
                raise SynthesisError(
                    f"this measure has no variance type {one!r}", hint=f"one of: {allowed}"
                )
        return given


@dataclass(frozen=True)
class Columns:
    """The columns given for a measure, asked for by name."""

    measure: str
    given: dict[str, FloatArray]

    def need(self, names: str) -> list[FloatArray]:
        """The named columns, all of one length.

        Raises SynthesisError naming those that are missing.
        """
        wanted = names.split()
        missing = [name for name in wanted if name not in self.given]
        if missing:
            raise SynthesisError(
                f"{self.measure} needs {', '.join(wanted)}: {', '.join(missing)} missing",
                hint=f"given: {', '.join(self.given) or 'nothing'}",
            )
        same_length({name: self.given[name] for name in wanted})
        return [self.given[name] for name in wanted]

    def has(self, *names: str) -> bool:
        """Whether all these columns were given."""
        return all(name in self.given for name in names)

    def total(self) -> FloatArray:
        """Participants a study, NaN where the data does not say."""
        g = self.given
        if "ni" in g:
            return g["ni"]
        if "n1i" in g and "n2i" in g:
            return g["n1i"] + g["n2i"]
        if all(c in g for c in ("ai", "bi", "ci", "di")):
            return g["ai"] + g["bi"] + g["ci"] + g["di"]
        if "xi" in g and "mi" in g:
            return g["xi"] + g["mi"]
        return np.full(len(next(iter(g.values()))), np.nan)


@dataclass(frozen=True)
class Measure:
    """A measure: its code, name, kind of data and function."""

    code: str
    name: str
    kind: str
    function: Callable[[Columns, Options], Pair]


@dataclass(frozen=True)
class Tables:
    """2x2 tables of k studies, counts as floats."""

    ai: FloatArray
    bi: FloatArray
    ci: FloatArray
    di: FloatArray

    @property
    def n1i(self) -> FloatArray:
        """Size of group 1."""
        return self.ai + self.bi

    @property
    def n2i(self) -> FloatArray:
        """Size of group 2."""
        return self.ci + self.di

    @property
    def empty(self) -> BoolArray:
        """Studies with at least one empty cell."""
        least = np.minimum(np.minimum(self.ai, self.bi), np.minimum(self.ci, self.di))
        return np.asarray(least == 0)

    @property
    def double_zero(self) -> BoolArray:
        """Studies with no events, or only events, in both arms."""
        return np.asarray(((self.ai == 0) & (self.ci == 0)) | ((self.bi == 0) & (self.di == 0)))

    def where(self, keep: BoolArray) -> Tables:
        """Only these studies."""
        return Tables(self.ai[keep], self.bi[keep], self.ci[keep], self.di[keep])

    def corrected(self, add: float, to: str) -> tuple[Tables, BoolArray]:
        """The tables with ``add`` in all four cells of the studies the rule names, and which."""
        if to == "all":
            touched = np.ones(len(self.ai), bool)
        elif to == "only0":
            touched = self.empty
        elif to == "if0all":
            touched = np.full(len(self.ai), bool(self.empty.any()))
        else:
            touched = np.zeros(len(self.ai), bool)
        plus = np.where(touched, add, 0.0)
        return Tables(self.ai + plus, self.bi + plus, self.ci + plus, self.di + plus), touched


def tables(data: Columns) -> Tables:
    """The 2x2 tables of the columns: non-events or group sizes, either will do.

    Raises SynthesisError for negative counts and events above the group size.
    """
    if data.has("bi", "di"):
        ai, bi, ci, di = data.need("ai bi ci di")
    else:
        ai, n1i, ci, n2i = data.need("ai n1i ci n2i")
        bi, di = n1i - ai, n2i - ci
        if (bi < 0).any() or (di < 0).any():
            row = int(np.flatnonzero((bi < 0) | (di < 0))[0]) + 1
            raise SynthesisError(
                "more events than participants",
                where=f"row {row}",
                hint="events are counted in people; check that columns were not exchanged",
            )
    for name, column in (("ai", ai), ("bi", bi), ("ci", ci), ("di", di)):
        if (column < 0).any():
            row = int(np.flatnonzero(column < 0)[0]) + 1
            raise SynthesisError(f"{name} is negative", where=f"row {row}")
    return Tables(ai, bi, ci, di)


def _prepared(data: Columns, options: Options) -> tuple[Tables, BoolArray, tuple[str, ...]]:
    """Corrected tables, the studies left out, notes."""
    raw = tables(data)
    made, touched = raw.corrected(options.add, options.to)
    notes = []
    if touched.any() and options.add:
        notes.append(say.ADDED.format(add=f"{options.add:g}", count=int(touched.sum())))
    left_out = raw.double_zero if options.drop00 else np.zeros(len(raw.ai), bool)
    if left_out.any():
        notes.append(say.DOUBLE_ZERO.format(count=int(left_out.sum())))
    return made, left_out, tuple(notes)


def _finish(yi: FloatArray, vi: FloatArray, left_out: BoolArray, notes: tuple[str, ...]) -> Pair:
    return Pair(np.where(left_out, np.nan, yi), np.where(left_out, np.nan, vi), notes)


def risk_ratio(data: Columns, options: Options) -> Pair:
    """Log risk ratio; v = 1/a - 1/n1 + 1/c - 1/n2 (``AV``: with the average risks)."""
    t, left_out, notes = _prepared(data, options)
    types = options.variance_types(len(t.ai), "LS AV")
    p1, p2 = t.ai / t.n1i, t.ci / t.n2i
    vi = 1 / t.ai - 1 / t.n1i + 1 / t.ci - 1 / t.n2i
    if "AV" in types:
        m1, m2 = _average(p1, t.n1i), _average(p2, t.n2i)
        averaged = (1 - m1) / (m1 * t.n1i) + (1 - m2) / (m2 * t.n2i)
        vi = np.where(np.array(types) == "AV", averaged, vi)
    return _finish(np.log(p1) - np.log(p2), vi, left_out, notes)


def _average(p: FloatArray, n: FloatArray) -> FloatArray:
    """The mean of p over the studies, weighted with n."""
    return np.asarray(np.nansum(p * n) / np.nansum(np.where(np.isnan(p), 0, n)))


def odds_ratio(data: Columns, options: Options) -> Pair:
    """Log odds ratio; v = 1/a + 1/b + 1/c + 1/d (Woolf 1955)."""
    t, left_out, notes = _prepared(data, options)
    options.variance_types(len(t.ai), "LS")
    yi = np.log(t.ai / t.bi) - np.log(t.ci / t.di)
    return _finish(yi, 1 / t.ai + 1 / t.bi + 1 / t.ci + 1 / t.di, left_out, notes)


def risk_difference(data: Columns, options: Options) -> Pair:
    """Risk difference; v = p(1-p)/n of each arm (``UB``: n - 1; ``AV``: average risks)."""
    t, left_out, notes = _prepared(data, options)
    types = np.array(options.variance_types(len(t.ai), "LS UB AV"))
    p1, p2 = t.ai / t.n1i, t.ci / t.n2i
    vi = p1 * (1 - p1) / t.n1i + p2 * (1 - p2) / t.n2i
    unbiased = p1 * (1 - p1) / (t.n1i - 1) + p2 * (1 - p2) / (t.n2i - 1)
    m1, m2 = _average(p1, t.n1i), _average(p2, t.n2i)
    averaged = m1 * (1 - m1) / t.n1i + m2 * (1 - m2) / t.n2i
    vi = np.where(types == "UB", unbiased, np.where(types == "AV", averaged, vi))
    return _finish(p1 - p2, vi, left_out, notes)


def arcsine(data: Columns, options: Options) -> Pair:
    """Arcsine square root difference; v = 1/(4 n1) + 1/(4 n2). No cell is ever corrected."""
    raw = tables(data)
    left_out = raw.double_zero if options.drop00 else np.zeros(len(raw.ai), bool)
    yi = np.arcsin(np.sqrt(raw.ai / raw.n1i)) - np.arcsin(np.sqrt(raw.ci / raw.n2i))
    return _finish(yi, 1 / (4 * raw.n1i) + 1 / (4 * raw.n2i), left_out, ())


def peto_terms(t: Tables) -> tuple[FloatArray, FloatArray]:
    """Observed minus expected events of group 1, and the hypergeometric variance."""
    total = t.n1i + t.n2i
    events, others = t.ai + t.ci, t.bi + t.di
    expected = events * t.n1i / total
    variance = events * others * (t.n1i / total) * (t.n2i / total) / (total - 1)
    return t.ai - expected, variance


def peto_odds_ratio(data: Columns, options: Options) -> Pair:
    """Peto's log odds ratio (O - E)/V with variance 1/V."""
    t, left_out, notes = _prepared(data, options)
    excess, variance = peto_terms(t)
    return _finish(excess / variance, 1 / variance, left_out, notes)


def phi_coefficient(data: Columns, options: Options) -> Pair:
    """Phi, with the variance of one cross-classified sample (``CS``, as ``LS``) or with the group
    sizes fixed (``ST``, delta method). No cell is ever corrected."""
    t, left_out, notes = _prepared(data, replace(options, to="none"))
    types = np.array(options.variance_types(len(t.ai), "LS ST CS"))
    n1, n2, total = t.n1i, t.n2i, t.n1i + t.n2i
    events, others = t.ai + t.ci, t.bi + t.di
    phi = (t.ai * t.di - t.bi * t.ci) / np.sqrt(n1 * n2 * events * others)
    p1, p2, w1, w2 = t.ai / n1, t.ci / n2, n1 / total, n2 / total
    mean = events / total
    spread = mean * (1 - mean)
    # phi = (p1 - p2) sqrt(w1 w2 / spread), spread depending on p1 and p2 through the mean
    root = np.sqrt(w1 * w2 / spread)
    bend = (p1 - p2) * root * (1 - 2 * mean) / (2 * spread)
    d1, d2 = root - bend * w1, -root - bend * w2
    fixed = d1**2 * p1 * (1 - p1) / n1 + d2**2 * p2 * (1 - p2) / n2
    q1 = w1 - w2
    q2 = mean - others / total
    crossed = (
        1
        - phi**2
        + phi * (1 + phi**2 / 2) * q1 * q2 / np.sqrt(w1 * w2 * spread)
        - 0.75 * phi**2 * (q1**2 / (w1 * w2) + q2**2 / spread)
    ) / total
    return _finish(phi, np.where(types == "ST", fixed, crossed), left_out, notes)


def fisher_z(pair: Pair) -> Pair:
    """A correlation on Fisher's z scale (undefined for -1 and 1)."""
    return Pair(np.arctanh(pair.yi), pair.vi / (1 - pair.yi**2) ** 2, pair.notes)


def scaled(pair: Pair, factor: float) -> Pair:
    """Estimates times a factor."""
    return Pair(pair.yi * factor, pair.vi * factor**2, pair.notes)


def yule_q(data: Columns, options: Options) -> Pair:
    """Yule's Q = (OR - 1)/(OR + 1)."""
    return _colligation(data, options, 1.0)


def yule_y(data: Columns, options: Options) -> Pair:
    """Yule's Y = (sqrt(OR) - 1)/(sqrt(OR) + 1)."""
    return _colligation(data, options, 0.5)


def _colligation(data: Columns, options: Options, power: float) -> Pair:
    """tanh(power log(OR)/2), variance by the delta method."""
    pair = odds_ratio(data, options)
    yi = np.tanh(power * pair.yi / 2)
    return Pair(yi, (power / 2 * (1 - yi**2)) ** 2 * pair.vi, pair.notes)


def probit_difference(data: Columns, options: Options) -> Pair:
    """Difference of the probits of the risks: a standardized mean difference of a normal trait."""
    t, left_out, notes = _prepared(data, options)
    p1, p2 = t.ai / t.n1i, t.ci / t.n2i
    z1, z2 = special.ndtri(p1), special.ndtri(p2)
    vi = 2 * np.pi * (p1 * (1 - p1) * np.exp(z1**2) / t.n1i + p2 * (1 - p2) * np.exp(z2**2) / t.n2i)
    return _finish(z1 - z2, vi, left_out, notes)


def tetrachoric(data: Columns, options: Options) -> Pair:
    """Tetrachoric correlation by maximum likelihood, with the variance of Pearson 1900 (as in
    Brown & Benedetti 1977). No cell is ever corrected: an empty one makes it -1 or 1, without a
    variance."""
    from sinteza.stats.tetrachoric import correlation

    t, left_out, notes = _prepared(data, replace(options, to="none"))
    found = [correlation(*cells) for cells in zip(t.ai, t.bi, t.ci, t.di, strict=True)]
    return _finish(
        np.array([f[0] for f in found]), np.array([f[1] for f in found]), left_out, notes
    )


#: a log odds ratio as a standardized mean difference: logistic (Hasselblad & Hedges 1995) and
#: normal trait (Cox & Snell 1989)
LOGISTIC, NORMAL = np.sqrt(3) / np.pi, 1 / 1.65


def _pairs(data: Columns, options: Options) -> tuple[Tables, tuple[str, ...]]:
    """Tables of matched pairs, corrected where the rule says so."""
    made, touched = tables(data).corrected(options.add, options.to)
    if touched.any() and options.add:
        return made, (say.ADDED.format(add=f"{options.add:g}", count=int(touched.sum())),)
    return made, ()


def matched_risk_ratio(data: Columns, options: Options) -> Pair:
    """Marginal log risk ratio of matched pairs; v = (b + c)/((a + b)(a + c))."""
    t, notes = _pairs(data, options)
    first, second = t.ai + t.bi, t.ai + t.ci
    return Pair(np.log(first / second), (t.bi + t.ci) / (first * second), notes)


def matched_risk_difference(data: Columns, options: Options) -> Pair:
    """Risk difference of matched pairs (b - c)/n."""
    t, notes = _pairs(data, options)
    n = t.ai + t.bi + t.ci + t.di
    yi = (t.bi - t.ci) / n
    return Pair(yi, ((t.bi + t.ci) / n - yi**2) / n, notes)


def matched_odds_ratio(data: Columns, options: Options) -> Pair:
    """Marginal log odds ratio of matched pairs, with the covariance of the two margins."""
    t, notes = _pairs(data, options)
    n = t.ai + t.bi + t.ci + t.di
    r1, r2, c1, c2 = t.ai + t.bi, t.ci + t.di, t.ai + t.ci, t.bi + t.di
    shared = (t.ai / n - r1 * c1 / n**2) / n / ((r1 / n) * (r2 / n) * (c1 / n) * (c2 / n))
    return Pair(
        np.log(r1 / r2) - np.log(c1 / c2),
        1 / r1 + 1 / r2 + 1 / c1 + 1 / c2 - 2 * shared,
        notes,
    )


def matched_conditional_odds_ratio(data: Columns, options: Options) -> Pair:
    """Conditional log odds ratio of matched pairs, log(b/c)."""
    t, notes = _pairs(data, options)
    return Pair(np.log(t.bi / t.ci), 1 / t.bi + 1 / t.ci, notes)


def matched_peto(data: Columns, options: Options) -> Pair:
    """Peto's log odds ratio of matched pairs, 2(b - c)/(b + c)."""
    t, notes = _pairs(data, options)
    return Pair(2 * (t.bi - t.ci) / (t.bi + t.ci), 4 / (t.bi + t.ci), notes)


MEASURES = {
    m.code: m
    for m in (
        Measure("RR", "log risk ratio", "table", risk_ratio),
        Measure("OR", "log odds ratio", "table", odds_ratio),
        Measure("RD", "risk difference", "table", risk_difference),
        Measure("AS", "arcsine square root difference", "table", arcsine),
        Measure("PETO", "log odds ratio (Peto)", "table", peto_odds_ratio),
        Measure("PHI", "phi coefficient", "table", phi_coefficient),
        Measure("ZPHI", "phi, Fisher's z", "table", lambda d, o: fisher_z(phi_coefficient(d, o))),
        Measure("YUQ", "Yule's Q", "table", yule_q),
        Measure("YUY", "Yule's Y", "table", yule_y),
        Measure("RTET", "tetrachoric correlation", "table", tetrachoric),
        Measure(
            "ZTET", "tetrachoric, Fisher's z", "table", lambda d, o: fisher_z(tetrachoric(d, o))
        ),
        Measure("PBIT", "probit difference", "table", probit_difference),
        Measure(
            "OR2D",
            "standardized mean difference from OR (logistic)",
            "table",
            lambda d, o: scaled(odds_ratio(d, o), LOGISTIC),
        ),
        Measure(
            "OR2DL",
            "standardized mean difference from OR (logistic)",
            "table",
            lambda d, o: scaled(odds_ratio(d, o), LOGISTIC),
        ),
        Measure(
            "OR2DN",
            "standardized mean difference from OR (normal)",
            "table",
            lambda d, o: scaled(odds_ratio(d, o), NORMAL),
        ),
        Measure("MPRR", "log risk ratio, matched pairs", "pairs", matched_risk_ratio),
        Measure("MPOR", "log odds ratio, matched pairs (marginal)", "pairs", matched_odds_ratio),
        Measure("MPRD", "risk difference, matched pairs", "pairs", matched_risk_difference),
        Measure(
            "MPORC",
            "log odds ratio, matched pairs (conditional)",
            "pairs",
            matched_conditional_odds_ratio,
        ),
        Measure("MPPETO", "log odds ratio, matched pairs (Peto)", "pairs", matched_peto),
    )
}
