"""Certainty of each network estimate, proposed by the rules of CINeMA.

Nikolakopoulou et al. 2020 (PLoS Med 17:e1003082). Levels: 1 no concerns, 2 some, 3 major. These are
proposals for a person to confirm; reporting bias is for people alone. ``zone`` is the range of
equivalence around no effect, on the scale of analysis (log for ratios).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network import effects
from sinteza.stats.network.arrays import Floats

if TYPE_CHECKING:
    from sinteza.stats.network.result import Network

Rule = Literal["average", "majority", "highest"]
Interval = tuple[float, float]
#: above this p value direct and indirect evidence are taken to agree
AGREE = 0.1
CLEARLY_DISAGREE = 0.05


def crossings(interval: Interval, zone: Interval, null: float = 0.0) -> int:
    """How many borders of the zone an interval reaches that holds no effect; else none.

    An interval on one side of no effect may reach over a border: it says how large, not which.
    """
    low, high = interval
    return sum(low <= border <= high for border in zone) if low <= null <= high else 0


def imprecision(ci: Interval, zone: Interval, null: float = 0.0) -> int:
    """Level by how many different conclusions the confidence interval allows."""
    return 1 + crossings(ci, zone, null)


def heterogeneity(ci: Interval, pi: Interval, zone: Interval, null: float = 0.0) -> int:
    """Level by whether the prediction interval allows more than the confidence interval."""
    return 1 + max(0, crossings(pi, zone, null) - crossings(ci, zone, null))


def _reach(interval: Interval, zone: Interval) -> set[int]:
    """Which of the three ranges (below, within, above the zone) an interval touches."""
    low, high = interval
    touched = (low < zone[0], high > zone[0] and low < zone[1], high > zone[1])
    return {i for i, is_in in enumerate(touched) if is_in}


def incoherence(p: float, direct: Interval, indirect: Interval, zone: Interval) -> int:
    """Level where both kinds of evidence are there: p of the split, and where the intervals lie."""
    if p > AGREE:
        return 1
    return min(3, 1 + len(_reach(direct, zone) ^ _reach(indirect, zone)))


def incoherence_one_sided(p_design_by_treatment: float | None) -> int:
    """Level where only one kind of evidence is there: p of the design-by-treatment test."""
    if p_design_by_treatment is None or p_design_by_treatment <= CLEARLY_DISAGREE:
        return 3
    return 2 if p_design_by_treatment <= AGREE else 1


def summarize(contribution: Floats | Sequence[float], levels: Sequence[int], rule: Rule) -> int:
    """Level of an estimate from those of its studies, by their contributions."""
    share, level = np.asarray(contribution, dtype=np.float64), np.asarray(levels)
    if rule == "highest":
        return int(level[share > 0].max())
    if rule == "average":
        # a half rounds up, to the worse
        return int(np.floor(float(share @ level) / float(share.sum()) + 0.5))
    totals = [float(share[level == one].sum()) for one in (1, 2, 3)]
    return 1 + int(np.argmax(totals))


@dataclass(frozen=True)
class Proposal:
    """Levels (1 to 3) for ``a`` against ``b``; None where nothing was given to judge by."""

    a: str
    b: str
    within_study_bias: int | None
    reporting_bias: int | None
    indirectness: int | None
    imprecision: int
    heterogeneity: int
    incoherence: int


def propose(
    network: Network,
    *,
    zone: Interval,
    risk_of_bias: Mapping[str, int] | None = None,
    indirectness: Mapping[str, int] | None = None,
    rule: Rule = "average",
) -> list[Proposal]:
    """Propose the six domains for every pair of treatments.

    ``risk_of_bias`` and ``indirectness`` give each study its level (1 low, 2 some, 3 high).
    Raises SynthesisError when a study has none, or when the zone does not hold no effect.
    """
    if not zone[0] < 0 < zone[1]:
        raise SynthesisError(
            f"the zone of equivalence {zone[0]:g} to {zone[1]:g} does not hold no effect",
            hint="Give it on the scale of analysis, for instance log(0.8) and log(1.25).",
        )
    shares = network.contributions("random")
    judged = [
        None if given is None else _levels(network, given, kind)
        for given, kind in ((risk_of_bias, "risk of bias"), (indirectness, "indirectness"))
    ]
    overall = network.decomposition.between_random
    proposals = []
    # estimates() goes on with parts apart, which have contributions of their own
    for row, (split, one) in enumerate(
        zip(network.split("random"), network.estimates(), strict=False)
    ):
        ci = (one.ci_low, one.ci_high)
        pi = ci if one.pi_low is None or one.pi_high is None else (one.pi_low, one.pi_high)
        if split.direct and split.indirect and split.difference:
            level = incoherence(
                split.difference.p,
                (split.direct.ci_low, split.direct.ci_high),
                (split.indirect.ci_low, split.indirect.ci_high),
                zone,
            )
        else:
            level = incoherence_one_sided(overall.p)
        bias, directness = (
            None if levels is None else summarize(shares.by_study[row], levels, rule)
            for levels in judged
        )
        proposals.append(
            Proposal(
                a=one.a,
                b=one.b,
                within_study_bias=bias,
                reporting_bias=None,
                indirectness=directness,
                imprecision=imprecision(ci, zone),
                heterogeneity=heterogeneity(ci, pi, zone),
                incoherence=level,
            )
        )
    return proposals


def _levels(network: Network, given: Mapping[str, int], kind: str) -> list[int]:
    missing = [s for s in network.studies if s not in given]
    if missing:
        raise SynthesisError(f"no {kind} is given", where=f"study '{missing[0]}'")
    wrong = [s for s in network.studies if given[s] not in (1, 2, 3)]
    if wrong:
        raise SynthesisError(f"{kind} must be 1, 2 or 3", where=f"study '{wrong[0]}'")
    return [given[s] for s in network.studies]


def data_table(
    network: Network, *, risk_of_bias: Mapping[str, int], indirectness: Mapping[str, int]
) -> str:
    """The CSV that the CINeMA web application reads, to repeat the judgement there.

    Arms (``study, id, t, r, n`` or ``y, sd, n``) where they are known and the measure is one of
    its own; else contrasts (``study, id, t1, t2, effect, se``).
    """
    evidence = network.evidence
    bias = _levels(network, risk_of_bias, "risk of bias")
    direct = _levels(network, indirectness, "indirectness")
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    arms = evidence.arms
    binary = evidence.measure in ("OR", "RR", "RD")
    if arms is not None and (binary or evidence.measure in ("MD", "SMD")):
        numbers = ("r", "n") if binary else ("y", "sd", "n")
        write(["study", "id", "t", *numbers, "rob", "indirectness"])
        columns = [arms.column(c) for c in effects.NEEDS[evidence.measure]]
        for i in np.argsort(arms.study, kind="stable").tolist():
            s = int(arms.study[i])
            values = [f"{column[i]:g}" for column in columns]
            treatment = evidence.treatments[int(arms.treatment[i])]
            write([evidence.studies[s], s + 1, treatment, *values, bias[s], direct[s]])
    else:
        write(["study", "id", "t1", "t2", "effect", "se", "rob", "indirectness"])
        for i, s in enumerate(evidence.study.tolist()):
            pair = (evidence.treatments[int(t[i])] for t in (evidence.treat1, evidence.treat2))
            values = [f"{v:.10g}" for v in (evidence.estimate[i], evidence.variance[i] ** 0.5)]
            write([evidence.studies[s], s + 1, *pair, *values, bias[s], direct[s]])
    return out.getvalue()
