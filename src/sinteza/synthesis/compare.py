"""The planned network: every treatment of an analysis against every other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.model.effect import NetworkPair, NetworkResult, NetworkTreatment
from sinteza.model.protocol import Analysis, Outcome
from sinteza.model.study import Study
from sinteza.synthesis.select import Comparison


def compare(
    comparisons: Sequence[Comparison],
    analysis: Analysis,
    outcome: Outcome,
    *,
    studies: Mapping[str, Study],
) -> NetworkResult | None:
    """Fit the network of an analysis; ``None`` where it has fewer than three treatments.

    Treatments are concepts of the taxonomy, comparators their kind (placebo, sham ...). Parts that
    no study connects with the reference are named, not analyzed here.
    """
    from sinteza.stats.network import network

    rows = [row for comparison in comparisons for row in _arms(comparison)]
    nodes = {row["treatment"] for row in rows}
    if len(nodes) < 3 or analysis.reference not in nodes:
        return None
    small: Literal["desirable", "undesirable"] = "desirable"
    if outcome.better == "more":
        small = "undesirable"
    try:
        fit = network(
            rows,
            measure=analysis.measure,
            method="REML",
            reference=analysis.reference,
            small_values=small,
        )
    except (SynthesisError, TooFewStudies):
        return None
    if len(fit.treatments) < 3:
        return None
    inside = [c for c in comparisons if c.study in set(fit.studies)]
    between = fit.decomposition.between_random
    return NetworkResult(
        id=analysis.id,
        measure=analysis.measure,
        method="REML",
        reference=analysis.reference,
        k=fit.k,
        people=sum(row["n"] for row in rows if row["study"] in set(fit.studies)),
        treatments=_treatments(fit, rows, analysis.reference, _display(analysis.measure)),
        pairs=_pairs(fit, _display(analysis.measure)),
        tau2=float(fit.random.tau2),
        i2=fit.i2,
        q=fit.q,
        q_df=fit.df,
        q_p=fit.p_q,
        between_q=between.q if between.df else None,
        between_df=between.df or None,
        between_p=between.p if between.df else None,
        multi_arm=tuple(
            tuple(fit.treatments[i] for i in members)
            for members, _ in fit.evidence.designs
            if len(members) > 2
        ),
        parts=tuple(tuple(other.treatments) for other in fit.others),
        dropped=tuple(sorted({drop.study for drop in fit.dropped})),
        cautions=_cautions(inside, studies, has_loop=bool(between.df)),
    )


def _arms(comparison: Comparison) -> Iterable[dict[str, Any]]:
    sides = [(side.concept, side) for side in comparison.treated]
    sides.append((comparison.control, comparison.comparator))
    for name, side in sides:
        yield {
            "study": comparison.study,
            "treatment": name,
            "events": side.events,
            "n": side.total,
        }


def _display(measure: str) -> Callable[[float], float]:
    import math

    return math.exp if measure in ("RR", "OR") else float


def _treatments(
    fit: Any, rows: Sequence[Mapping[str, Any]], reference: str, shown: Callable[[float], float]
) -> tuple[NetworkTreatment, ...]:
    ranking = fit.ranking()
    against = {one.a: one for one in fit.against(reference)}
    place = {name: i for i, name in enumerate(fit.treatments)}
    cumulative = ranking.probability.cumsum(axis=1)
    found = []
    for name in ranking.best:
        arms = [row for row in rows if row["treatment"] == name and row["study"] in fit.studies]
        i = place[name]
        low = int((cumulative[i] >= 0.025).argmax()) + 1
        high = int((cumulative[i] >= 0.975 - 1e-9).argmax()) + 1
        one = against.get(name)
        found.append(
            NetworkTreatment(
                concept=name,
                studies=len({row["study"] for row in arms}),
                people=sum(row["n"] for row in arms),
                estimate=shown(one.estimate) if one else None,
                ci_low=shown(one.ci_low) if one else None,
                ci_high=shown(one.ci_high) if one else None,
                pi_low=shown(one.pi_low) if one and one.pi_low is not None else None,
                pi_high=shown(one.pi_high) if one and one.pi_high is not None else None,
                p_score=float(ranking.p_scores[i]),
                mean_rank=float(ranking.mean_rank[i]),
                rank_low=low,
                rank_high=high,
                direct=bool(one and one.direct),
            )
        )
    return tuple(found)


def _pairs(fit: Any, shown: Callable[[float], float]) -> tuple[NetworkPair, ...]:
    splits = {(s.a, s.b): s for s in fit.split()}
    found = []
    inside = set(fit.treatments)
    for one in fit.estimates():
        if one.a not in inside or one.b not in inside:
            continue
        split = splits.get((one.a, one.b)) or splits.get((one.b, one.a))
        turned = split is not None and split.a != one.a
        direct = split.direct if split else None
        indirect = split.indirect if split else None

        def at(value: float, turned: bool = turned) -> float:
            return shown(-value if turned else value)

        found.append(
            NetworkPair(
                a=one.a,
                b=one.b,
                estimate=shown(one.estimate),
                ci_low=shown(one.ci_low),
                ci_high=shown(one.ci_high),
                k=split.k if split else 0,
                direct=at(direct.estimate) if direct else None,
                direct_low=at(direct.ci_high if turned else direct.ci_low) if direct else None,
                direct_high=at(direct.ci_low if turned else direct.ci_high) if direct else None,
                indirect=at(indirect.estimate) if indirect else None,
                disagree_p=split.difference.p if split and split.difference else None,
            )
        )
    return tuple(found)


def _cautions(
    comparisons: Sequence[Comparison], studies: Mapping[str, Study], *, has_loop: bool
) -> tuple[str, ...]:
    """Where it is doubtful that the studies could have swapped their patients (transitivity)."""
    groups = {group for comparison in comparisons for group in comparison.groups}
    ages = {studies[c.study].age_group for c in comparisons if c.study in studies} - {""}
    made: dict[tuple[str, ...], int] = {}
    for comparison in comparisons:
        pair = (*sorted(side.concept for side in comparison.treated), comparison.control)
        made[pair] = made.get(pair, 0) + 1
    cautions = {
        "kinds": len(groups) > 1,
        "ages": "children" in ages and len(ages) > 1,
        "thin": any(count == 1 for count in made.values()),
        "loops": not has_loop,
    }
    return tuple(code for code, holds in cautions.items() if holds)
