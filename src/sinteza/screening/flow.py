"""The PRISMA 2020 flow as counts that reconcile, each with the records behind it.

Page MJ et al. The PRISMA 2020 statement. BMJ 2021;372:n71.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from sinteza.model.decision import Decision
from sinteza.model.record import Cluster


class SourceCount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records that one import gave: ``read`` from it, ``known`` of them held before."""

    source: str
    name: str
    read: int
    known: int


class Box(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A box of the diagram: a count and the clusters it counts."""

    count: int
    clusters: tuple[str, ...] = ()


class Flow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts of records (``identified``, duplicates) and of entries (the rest).

    ``duplicates_known`` came again under the same identifier, ``duplicates_merged`` under another.
    ``excluded_by_rule``/``excluded_by_person`` split ``excluded``; ``undecided`` waits for a
    decision or for a conflict to be settled.
    """

    sources: tuple[SourceCount, ...]
    identified: int
    duplicates_known: int
    duplicates_merged: int
    screened: Box
    excluded: Box
    excluded_by_rule: int
    excluded_by_person: int
    reasons: dict[str, Box]
    undecided: Box
    included: Box
    studies: int = 0

    @property
    def duplicates(self) -> int:
        """Records removed before screening."""
        return self.duplicates_known + self.duplicates_merged

    def problems(self) -> list[str]:
        """What does not add up; empty when every record is accounted for."""
        found = []
        if self.identified != self.duplicates + self.screened.count:
            found.append(
                f"identified {self.identified} is not duplicates {self.duplicates}"
                f" + screened {self.screened.count}"
            )
        parts = self.included.count + self.excluded.count + self.undecided.count
        if self.screened.count != parts:
            found.append(f"screened {self.screened.count} is not {parts} decided or waiting")
        if sum(box.count for box in self.reasons.values()) != self.excluded.count:
            found.append("the reasons do not add up to the excluded")
        return found


def settle(decisions: Sequence[Decision], resolution: Decision | None = None) -> Decision | None:
    """The decision that holds for one cluster at one stage.

    A resolution holds before everything, people's agreement before rules and models. Without
    agreement among people nothing holds yet.
    """
    if resolution is not None:
        return resolution
    people = [decision for decision in decisions if decision.actor.kind == "person"]
    if people:
        same = {decision.verdict for decision in people}
        return people[0] if len(same) == 1 else None
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
