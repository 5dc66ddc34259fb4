"""What a study changes: leaving one out, adding them in time, and how far one must move.

Leaving out uses rank updates, not new fits. Thresholds (Phillippo et al. 2018, J R Stat Soc A
181:843): effects are linear in the data, so the change of one study that makes another treatment
best is a closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network.arrays import Floats, optional
from sinteza.stats.network.removal import Removal

if TYPE_CHECKING:
    from sinteza.stats.network.result import Estimate, Model, Network


@dataclass(frozen=True)
class LeftOut:
    """The network without ``study``.

    ``estimate`` and ``se`` (n, n), NaN between treatments that the rest does not join.
    ``impact`` (n, n) is the share of precision lost, ``1 - (se / se without)^2``; 1 where
    the comparison is lost altogether.
    """

    study: str
    tau2: float
    q: float
    df: int
    estimate: Floats
    se: Floats
    impact: Floats


def leave_one_out(network: Network, model: Model = "random") -> list[LeftOut]:
    """The network without each study in turn; tau2 is estimated anew."""
    removal = Removal(network.blocks)
    whole = network.fit(model).se
    found = []
    for s, study in enumerate(network.studies):
        rest = removal.without(np.array([s]))
        tau2 = removal.tau2(rest, network.method) if model == "random" else 0.0
        estimate, se = removal.random(rest, tau2)
        apart = rest.components[:, None] != rest.components
        estimate, se = np.where(apart, np.nan, estimate), np.where(apart, np.nan, se)
        with np.errstate(invalid="ignore", divide="ignore"):
            impact = np.where(apart, 1.0, 1 - (whole / se) ** 2)
        np.fill_diagonal(impact, 0.0)
        found.append(LeftOut(study, tau2, rest.q, rest.df, estimate, se, impact))
    return found


@dataclass(frozen=True)
class Step:
    """The network once ``study`` has come in: its size, heterogeneity and effects.

    ``against`` holds the treatments that are already joined with the reference.
    """

    study: str
    k: int
    n: int
    tau2: float
    q: float
    df: int
    against: tuple[Estimate, ...]
    p_scores: dict[str, float]


def cumulative(
    network: Network, order: Sequence[str] | None = None, model: Model = "random"
) -> list[Step]:
    """The network as it grew, one study at a time, in ``order`` (default: that of the data).

    Raises SynthesisError when the order does not name every study once.
    """
    from sinteza.stats.network.analysis import analyze, split_parts

    order = list(order) if order is not None else list(network.studies)
    if sorted(order) != sorted(network.studies):
        raise SynthesisError("the order must name every study of the network once")
    code = {study: s for s, study in enumerate(network.studies)}
    reference = network.reference or network.treatments[0]
    keep = np.zeros(network.k, dtype=bool)
    steps = []
    for study in order:
        keep[code[study]] = True
        part = split_parts(network.evidence.select(keep), reference)[0]
        so_far = analyze(
            part,
            method=network.method,
            reference=reference if reference in part.treatments else None,
            small_values=network.small_values,
            level=network.level,
            test=network.test,
        )
        joined = reference in part.treatments
        scores = so_far.p_scores(model).tolist()
        steps.append(
            Step(
                study=study,
                k=so_far.k,
                n=so_far.n,
                tau2=so_far.tau2,
                q=so_far.q,
                df=so_far.df,
                against=tuple(so_far.against(reference, model)) if joined else (),
                p_scores=dict(zip(so_far.treatments, scores, strict=True)) if joined else {},
            )
        )
    return steps


@dataclass(frozen=True)
class Threshold:
    """How far an arm of a study can move before another treatment is best.

    The observed effect of ``treatment`` against the other arms of ``study`` may fall by
    ``down`` or rise by ``up`` (None: however far) on the scale of analysis; then ``best_down`` or
    ``best_up`` takes the first place.
    """

    study: str
    treatment: str
    down: float | None
    best_down: str | None
    up: float | None
    best_up: str | None


def thresholds(network: Network, model: Model = "random") -> list[Threshold]:
    """Thresholds of the recommendation (the best treatment) for every arm of every study."""
    fit = network.fit(model)
    theta = fit.theta if network.small_is_good else -fit.theta
    sign = 1.0 if network.small_is_good else -1.0
    best = int(np.argmin(theta))
    lead = theta - theta[best]
    own, arms_of = network.blocks.by_study(fit.tau2)
    found = []
    for s, study in enumerate(network.studies):
        moves = sign * fit.pseudo_inverse[:, arms_of[s]] @ own[s]
        for a, treatment in enumerate(arms_of[s].tolist()):
            # a shift d of this arm changes lead[j] by d * slope[j]; it ends at lead[j] = 0
            slope = moves[:, a] - moves[best, a]
            with np.errstate(divide="ignore", invalid="ignore"):
                end = np.where(np.abs(slope) > 1e-12, -lead / slope, np.nan)
            end[best] = np.nan
            up = np.where(end >= 0, end, np.inf)
            down = np.where(end <= 0, -end, np.inf)
            j_up, j_down = int(np.argmin(up)), int(np.argmin(down))
            found.append(
                Threshold(
                    study=study,
                    treatment=network.treatments[treatment],
                    down=optional(down[j_down]),
                    best_down=network.treatments[j_down] if np.isfinite(down[j_down]) else None,
                    up=optional(up[j_up]),
                    best_up=network.treatments[j_up] if np.isfinite(up[j_up]) else None,
                )
            )
    return found
