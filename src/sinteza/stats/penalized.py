"""Penalized logistic regression for rare events (Firth 1993; Heinze & Schemper 2002).

A fixed-effects logistic model with one intercept a study and a common log odds ratio, its
likelihood multiplied with the root of the information's determinant (Jeffreys' prior). The estimate
exists whatever cells are empty, nothing is added to any, and its bias is of second order. Proposed
for meta-analysis of rare events by Evrenoglou et al. 2022 (Stat Med 41:5203).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import NotConverged, TooFewStudies
from sinteza.stats.arrays import FloatArray, vector
from sinteza.stats.guard import guarded
from sinteza.stats.measures_binary import Columns, Tables
from sinteza.stats.pooling import Pooled
from sinteza.stats.tables import Direct, complete_tables

_STEPS = 500


@guarded
def pool_penalized(
    *, level: float = 0.95, labels: Sequence[str] | None = None, **columns: ArrayLike | None
) -> Pooled:
    """The common log odds ratio by Firth's penalized likelihood (``ai n1i ci n2i`` or ``ai bi ci
    di``), with its Wald test; Q over the studies' own log odds ratios.

    Studies without events (or only with events) in both arms count too. Raises TooFewStudies
    without a complete table, NotConverged when the iterations do not settle.
    """
    from sinteza.stats.measures import effect_sizes

    given = {n: vector(v, n) for n, v in columns.items() if v is not None}
    t, used, names, notes = complete_tables(Columns("OR", given), labels)
    some = (t.n1i > 0) & (t.n2i > 0)
    if not some.any():
        raise TooFewStudies("no study has participants in both groups")
    estimate, parts = firth(t.where(some))
    weight = np.zeros(len(some))
    weight[some] = parts
    single = effect_sizes("OR", ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, drop00=True)
    plan = Direct("OR", "LRP", level, "none", used, names, notes)
    return plan.result(single.yi, single.vi, estimate, 1 / float(parts.sum()), weight)


def firth(t: Tables) -> tuple[float, FloatArray]:
    """The penalized estimate and the information each study gives about it, O(k) a step.

    The information of intercepts a_i and the log odds ratio b is an arrow: with W = n p (1 - p) of
    the two arms, I_b = sum of W1 W2/(W1 + W2). Leverages and the modified score follow in closed
    form: U* = U + sum of h (1/2 - p) x.
    """
    k = len(t.ai)
    size = np.stack([t.n1i, t.n2i])
    events = np.stack([t.ai, t.ci])
    start = (events.sum(0) + 0.5) / (size.sum(0) + 1)
    a, b = np.log(start / (1 - start)), 0.0
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.stack([a + b, a])))
        w = size * p * (1 - p)
        total = w.sum(0)
        information = float(np.sum(w[0] * w[1] / total))
        # leverage of an arm: its part in the intercept, and in b after the intercepts
        gap = np.stack([w[1] / total, -w[0] / total])
        h = w * (1 / total + gap**2 / information)
        score = events - size * p + h * (0.5 - p)
        to_b = score[0] - w[0] / total * score.sum(0)
        step_b = float(to_b.sum()) / information
        step_a = (score.sum(0) - w[0] * step_b) / total
        longest = max(abs(step_b), float(np.abs(step_a).max()))
        shrink = min(1.0, 2.0 / longest) if longest > 0 else 1.0
        a, b = a + shrink * step_a, b + shrink * step_b
        if longest < 1e-13 * max(1.0, abs(b)) * np.sqrt(k):
            break
    else:
        raise NotConverged("the penalized likelihood found no maximum", hint="use Peto's method")
    p = 1 / (1 + np.exp(-np.stack([a + b, a])))
    w = size * p * (1 - p)
    return b, np.asarray(w[0] * w[1] / w.sum(0))
