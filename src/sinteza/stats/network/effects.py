"""From the numbers of arms to the effect of one arm against another, with its variance.

All arms of a study get the same continuity correction, so that a multi-arm study stays
consistent with itself; corrected are the studies with a zero cell only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinteza.stats.network.arrays import Bools, Floats, Ints

COUNTS = ("OR", "RR", "RD", "ASD")
MEANS = ("MD", "SMD", "ROM")
RATES = ("IRR", "IRD")
GENERIC = ("HR",)
MEASURES = COUNTS + MEANS + RATES + GENERIC
RATIOS = ("OR", "RR", "IRR", "HR", "ROM")
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(COUNTS, ("events", "n")),
    **dict.fromkeys(MEANS, ("mean", "sd", "n")),
    **dict.fromkeys(RATES, ("events", "time")),
}


@dataclass(frozen=True)
class ArmTable:
    """Arms as columns; ``study`` and ``treatment`` are codes, absent columns are None."""

    study: Ints
    treatment: Ints
    row: Ints
    events: Floats | None = None
    n: Floats | None = None
    time: Floats | None = None
    mean: Floats | None = None
    sd: Floats | None = None

    def column(self, name: str) -> Floats:
        """A column that the measure needs."""
        values: Floats = getattr(self, name)
        return values

    def subset(self, keep: Bools) -> ArmTable:
        """The arms where ``keep`` is true."""
        columns = {
            name: None if getattr(self, name) is None else getattr(self, name)[keep]
            for name in ("events", "n", "time", "mean", "sd")
        }
        return ArmTable(self.study[keep], self.treatment[keep], self.row[keep], **columns)


def any_by_study(flags: Bools, study: Ints) -> Bools:
    """For each arm: is the flag up in some arm of its study?"""
    raised = np.zeros(int(study.max(initial=-1)) + 1, dtype=bool)
    np.logical_or.at(raised, study, flags)
    return raised[study]


def uninformative(arms: ArmTable, measure: str) -> Bools:
    """For each arm: does its study carry nothing about this measure?

    Odds ratios: no arm has an event, or every arm has only events; risk and rate ratios: no arm
    has an event. Differences always inform.
    """
    if measure not in ("OR", "RR", "IRR"):
        return np.zeros(arms.study.size, dtype=bool)
    events = arms.column("events")
    silent = ~any_by_study(events > 0, arms.study)
    if measure == "OR":
        silent |= ~any_by_study(events < arms.column("n"), arms.study)
    return silent


def corrections(arms: ArmTable, measure: str, increment: float) -> Floats:
    """The increment of each arm: that of its study, if any arm of it has a zero cell."""
    if measure not in ("OR", "RR", "RD", "IRR", "IRD"):
        return np.zeros(arms.study.size)
    events = arms.column("events")
    zero = events == 0
    if measure in ("OR", "RR", "RD"):
        zero |= events == arms.column("n")
    return np.where(any_by_study(zero, arms.study), increment, 0.0)


def _per_arm(arms: ArmTable, measure: str, increment: float) -> tuple[Floats, Floats]:
    """The value and the variance of each arm, on the scale where effects are differences."""
    if measure in MEANS:
        mean, sd, n = arms.column("mean"), arms.column("sd"), arms.column("n")
        if measure == "ROM":
            return np.log(mean), sd**2 / (n * mean**2)
        return mean, sd**2 / n
    events, plus = arms.column("events"), corrections(arms, measure, increment)
    if measure in RATES:
        time = arms.column("time")
        if measure == "IRR":
            return np.log((events + plus) / time), 1 / (events + plus)
        return events / time, (events + plus) / time**2
    n = arms.column("n")
    if measure == "OR":
        yes, no = events + plus, n - events + plus
        return np.log(yes / no), 1 / yes + 1 / no
    if measure == "RR":
        return np.log((events + plus) / (n + plus)), 1 / (events + plus) - 1 / (n + plus)
    if measure == "RD":
        return events / n, (events + plus) * (n - events + plus) / (n + 2 * plus) ** 3
    return np.arcsin(np.sqrt(events / n)), 1 / (4 * n)


def contrasts(
    arms: ArmTable, measure: str, increment: float, first: Ints, second: Ints
) -> tuple[Floats, Floats]:
    """Effects and variances of arm ``first`` against arm ``second`` (positions in the table).

    Formulas: Cochrane Handbook 10.4 and 10.5; RD and its corrected variance, ASD (Rücker et al.
    2009); SMD: Cohen's d by the standard deviation pooled over *all* arms of the study, variance
    ``1/n1 + 1/n2 + d^2/(2N)`` with N over all arms (Crippa and Orsini 2016, BMC Med Res Methodol
    16:91), which keeps a multi-arm study consistent; ROM: Hedges, Gurevitch and Curtis 1999.
    """
    if measure == "SMD":
        mean, sd, n = arms.column("mean"), arms.column("sd"), arms.column("n")
        total = np.bincount(arms.study, n)[arms.study]
        spread = np.bincount(arms.study, (n - 1) * sd**2)[arms.study]
        freedom = np.bincount(arms.study, n - 1)[arms.study]
        d = (mean[first] - mean[second]) / np.sqrt(spread / freedom)[first]
        return d, 1 / n[first] + 1 / n[second] + d**2 / (2 * total[first])
    value, variance = _per_arm(arms, measure, increment)
    return value[first] - value[second], variance[first] + variance[second]
