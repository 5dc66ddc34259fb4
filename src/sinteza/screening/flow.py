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
        # who read two records that were merged is still one person
        who = {decision.actor.key for decision in people}
        return people[0] if len(same) == 1 and len(who) >= reviewers else None
    return decisions[-1] if decisions else None


def final(first: Decision | None, full: Mapping[str, Decision | None] | None) -> Decision | None:
    """What holds for a cluster after both stages: ``full`` is ``None`` before the second began."""
    if full is None or first is None or first.verdict != "include":
        return first
    return full.get(first.cluster)


def count(
    sources: Iterable[SourceCount],
    clusters: Sequence[Cluster],
    held: Mapping[str, Decision | None],
    *,
    full: Mapping[str, Decision | None] | None = None,
    studies: int = 0,
) -> Flow:
    """Count the flow from the imports, the clusters and the decisions that hold.

    ``held`` are decisions on title and abstract, ``full`` those on full reports once that stage
    has begun; a report that waits for one is undecided.
    """
    given = tuple(sources)
    boxes: dict[str, list[str]] = {"include": [], "exclude": [], "undecided": []}
    reasons: dict[str, list[str]] = {}
    full_reasons: dict[str, list[str]] = {}
    assessed: list[str] = []
    by: Counter[str] = Counter()
    for cluster in clusters:
        first = held.get(cluster.id)
        decision = final(first, full)
        verdict = decision.verdict if decision else "undecided"
        at_full = full is not None and first is not None and first.verdict == "include"
        if at_full and verdict in ("include", "exclude"):
            assessed.append(cluster.id)
        if verdict == "exclude" and decision is not None:
            told = full_reasons if at_full else reasons
            told.setdefault(decision.reason or "unstated", []).append(cluster.id)
            if not at_full:
                by[decision.actor.kind] += 1
                boxes["exclude"].append(cluster.id)
        else:
            boxes["undecided" if verdict == "maybe" else verdict].append(cluster.id)
    members = sum(len(cluster.members) for cluster in clusters)
    left_out = [name for names in full_reasons.values() for name in names]
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
        assessed=None if full is None else _box(assessed),
        excluded_full=None if full is None else _box(sorted(left_out)),
        full_reasons={reason: _box(names) for reason, names in full_reasons.items()},
    )


def _box(names: Iterable[str]) -> Box:
    listed = tuple(names)
    return Box(count=len(listed), clusters=listed)
