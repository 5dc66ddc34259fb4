"""How far reviewers agree: percent, Cohen's and Fleiss' kappa, PABAK and Gwet's AC1.

Chance-corrected agreement is ``(po - pe) / (1 - pe)``; the coefficients differ in the agreement
``pe`` they expect by chance. Intervals are normal, cut to [-1, 1] (percent: Wilson's).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sinteza.errors import SintezaError
from sinteza.model.decision import Verdict

Floats = NDArray[np.float64]

VERDICTS: tuple[Verdict, ...] = ("include", "maybe", "exclude")


class Coefficient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement with its standard error and interval; NaN where it is not defined.

    Kappa is not defined where everybody gave one and the same verdict to all records.
    """

    value: float
    se: float
    low: float
    high: float


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agreement of some reviewers on the records at least two of them decided.

    ``cohen`` is there for a pair of reviewers only; ``records`` counts what was compared.
    """

    reviewers: tuple[str, ...]
    records: int
    percent: Coefficient
    fleiss: Coefficient
    pabak: Coefficient
    ac1: Coefficient
    cohen: Coefficient | None = None


def agreement(
    verdicts: Mapping[str, Mapping[str, str]],
    *,
    categories: Sequence[str] = VERDICTS,
    level: float = 0.95,
) -> Agreement:
    """Agreement of all reviewers: ``verdicts[reviewer][record]`` is a category.

    Raises :class:`~sinteza.errors.SintezaError` with fewer than two reviewers, a verdict that is
    no category, or no record two of them decided.
    """
    reviewers = tuple(sorted(verdicts))
    if len(reviewers) < 2:
        raise SintezaError("Agreement needs two reviewers", hint="Only one has decided so far.")
    if len(categories) < 2:
        raise SintezaError("Agreement needs two categories")
    column = {name: i for i, name in enumerate(categories)}
    names = sorted({record for given in verdicts.values() for record in given})
    counts = np.zeros((len(names), len(categories)))
    for i, record in enumerate(names):
        for reviewer in reviewers:
            verdict = verdicts[reviewer].get(record)
            if verdict is None:
                continue
            if verdict not in column:
                raise SintezaError(f"'{verdict}' is no verdict", where=f"{reviewer}, {record}")
            counts[i, column[verdict]] += 1
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        raise SintezaError(
            "No record was decided by two reviewers",
            hint="Agreement is there once two have decided on the same records.",
        )
    percent = _percent(counts, level)
    cohen = None
    if len(reviewers) == 2:
        first, second = (verdicts[name] for name in reviewers)
        table = np.zeros((len(categories), len(categories)))
        for record in first.keys() & second.keys():
            table[column[first[record]], column[second[record]]] += 1
        cohen = _cohen(table, level)
    q = len(categories)
    scale = q / (q - 1)
    return Agreement(
        reviewers=reviewers,
        records=len(counts),
        percent=percent,
        cohen=cohen,
        fleiss=_gwet(counts, level, fleiss=True),
        # Byrt T et al. J Clin Epidemiol 1993;46:423-429: linear in the percentage
        pabak=_coefficient(scale * percent.value - 1 / (q - 1), scale * percent.se, level),
        ac1=_gwet(counts, level, fleiss=False),
    )


def pairwise(
    verdicts: Mapping[str, Mapping[str, str]],
    *,
    categories: Sequence[str] = VERDICTS,
    level: float = 0.95,
) -> list[Agreement]:
    """The agreement of each pair of reviewers that share records."""
    return [
        agreement({a: verdicts[a], b: verdicts[b]}, categories=categories, level=level)
        for a, b in combinations(sorted(verdicts), 2)
        if verdicts[a].keys() & verdicts[b].keys()
    ]


def _normal(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def _coefficient(value: float, se: float, level: float) -> Coefficient:
    half = _normal(level) * se
    return Coefficient(value=value, se=se, low=max(-1.0, value - half), high=min(1.0, value + half))


_UNDEFINED = Coefficient(value=math.nan, se=math.nan, low=math.nan, high=math.nan)


def _agreeing(counts: Floats) -> Floats:
    """Per record, the share of pairs of its reviewers that agree."""
    raters = counts.sum(axis=1)
    agreeing: Floats = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    return agreeing


def _percent(counts: Floats, level: float) -> Coefficient:
    """Mean share of agreeing pairs; Wilson's interval (J Am Stat Assoc 1927;22:209-212)."""
    n, share, z = len(counts), float(_agreeing(counts).mean()), _normal(level)
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    se = math.sqrt(share * (1 - share) / n)
    return Coefficient(value=share, se=se, low=max(0, center - half), high=min(1, center + half))


def _cohen(table: Floats, level: float) -> Coefficient:
    """Cohen's kappa with its large-sample error.

    Cohen J. Educ Psychol Meas 1960;20:37-46; Fleiss JL, Cohen J, Everitt BS. Psychol Bull
    1969;72:323-327. ``table``: (q, q) counts of the first's by the second's verdicts.
    """
    n = table.sum()
    p = table / n
    first, second = p.sum(axis=1), p.sum(axis=0)
    po, pe = float(np.trace(p)), float(first @ second)
    if pe >= 1 - 1e-12:
        return _UNDEFINED
    on = np.diag(p) @ ((1 - pe) - (first + second) * (1 - po)) ** 2
    off = p * (second[:, None] + first[None, :]) ** 2
    off_sum = (1 - po) ** 2 * (off.sum() - np.trace(off))
    variance = (on + off_sum - (po * pe - 2 * pe + po) ** 2) / (n * (1 - pe) ** 4)
    return _coefficient((po - pe) / (1 - pe), math.sqrt(max(0.0, float(variance))), level)


def _gwet(counts: Floats, level: float, *, fleiss: bool) -> Coefficient:
    """Fleiss' kappa or Gwet's AC1, both with Gwet's variance over records.

    Fleiss JL. Psychol Bull 1971;76:378-382; Gwet KL. Br J Math Stat Psychol 2008;61:29-48.
    ``counts``: (n, q), how many reviewers gave a record a verdict, at least two a record.
    """
    n, q = counts.shape
    shares = counts / counts.sum(axis=1, keepdims=True)
    overall = shares.mean(axis=0)
    if fleiss:
        pe, each = float(overall @ overall), shares @ overall
    else:
        pe = float(overall @ (1 - overall)) / (q - 1)
        each = shares @ (1 - overall) / (q - 1)
    if pe >= 1 - 1e-12:
        return _UNDEFINED
    own = (_agreeing(counts) - pe) / (1 - pe)
    value = float(own.mean())
    if n < 2:
        return Coefficient(value=value, se=math.nan, low=math.nan, high=math.nan)
    linear = own - 2 * (1 - value) * (each - pe) / (1 - pe)
    return _coefficient(
        value, math.sqrt(float(((linear - value) ** 2).sum()) / (n * (n - 1))), level
    )
