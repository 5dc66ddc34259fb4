"""Measures of 2x2 tables and of matched pairs, and what all measures share.

The table of a study is ``ai`` events and ``bi`` non-events in group 1 (``n1i``), ``ci`` and ``di``
in group 2 (``n2i``). Sources: Fleiss & Berlin 2009; Ruecker et al. 2009 (arcsine); Yusuf et al.
1985 (Peto); Bishop, Fienberg & Holland 1975 (phi); Yule 1900, 1912; Bonett & Price 2007.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sinteza.errors import SynthesisError
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
        notes.append(f"{options.add:g} added to the cells of {int(touched.sum())} studies.")
    left_out = raw.double_zero if options.drop00 else np.zeros(len(raw.ai), bool)
    if left_out.any():
        notes.append(f"{int(left_out.sum())} studies with no or only events in both arms left out.")
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


MEASURES = {
    m.code: m
    for m in (
        Measure("RR", "log risk ratio", "table", risk_ratio),
        Measure("OR", "log odds ratio", "table", odds_ratio),
        Measure("RD", "risk difference", "table", risk_difference),
        Measure("AS", "arcsine square root difference", "table", arcsine),
        Measure("PETO", "log odds ratio (Peto)", "table", peto_odds_ratio),
    )
}
