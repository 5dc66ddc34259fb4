"""Counting the PRISMA 2020 flow from imports, clusters and the decisions that hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sinteza.model.decision import Decision
from sinteza.model.flow import Box, Flow, SourceCount
from sinteza.model.record import Cluster


def settle(
    decisions: Sequence[Decision], resolution: Decision | None = None, *, reviewers: int = 1
) -> Decision | None:
    """The decision that holds for one cluster at one stage.

    A resolution holds before everything, people's agreement before rules and models. Without
    agreement among people, or while fewer than ``reviewers`` have decided, nothing holds yet.
    """
    if resolution is not None:
        return resolution
    people = [decision for decision in decisions if decision.actor.kind == "person"]
    if people:
        same = {decision.verdict for decision in people}
        return people[0] if len(same) == 1 and len(people) >= reviewers else None
    return decisions[-1] if decisions else None


def count(
    sources: Iterable[SourceCount],
    clusters: Sequence[Cluster],
    held: Mapping[str, Decision | None],
    *,
    studies: int = 0,
) -> Flow:
    """Count the flow from the imports, the clusters and the decisions that hold."""
    given = tuple(sources)
    boxes: dict[str, list[str]] = {"include": [], "exclude": [], "undecided": []}
    reasons: dict[str, list[str]] = {}
    by: Counter[str] = Counter()
    for cluster in clusters:
        decision = held.get(cluster.id)
        verdict = decision.verdict if decision else "undecided"
        boxes["undecided" if verdict == "maybe" else verdict].append(cluster.id)
        if decision and verdict == "exclude":
            reasons.setdefault(decision.reason or "unstated", []).append(cluster.id)
            by[decision.actor.kind] += 1
    members = sum(len(cluster.members) for cluster in clusters)
    return Flow(
        sources=given,
        identified=sum(source.read for source in given),
        duplicates_known=sum(source.known for source in given),
        duplicates_merged=members - len(clusters),
        screened=_box(cluster.id for cluster in clusters),
        excluded=_box(boxes["exclude"]),
        excluded_by_rule=by["rule"] + by["model"],
        excluded_by_person=by["person"],
        reasons={reason: _box(names) for reason, names in reasons.items()},
        undecided=_box(boxes["undecided"]),
        included=_box(boxes["include"]),
        studies=studies,
    )


def _box(names: Iterable[str]) -> Box:
    listed = tuple(names)
    return Box(count=len(listed), clusters=listed)
