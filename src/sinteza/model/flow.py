"""The PRISMA 2020 flow as counts that reconcile, each with the entries behind it.

Page MJ et al. The PRISMA 2020 statement. BMJ 2021;372:n71.
"""

from __future__ import annotations

from msgspec import Struct


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
    decision or for a conflict to be settled. Once people judge full reports, ``assessed`` holds the
    reports judged, ``excluded_full`` and ``full_reasons`` those left out there; before, they are
    ``None`` and empty and the included are those of title and abstract.
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
    assessed: Box | None = None
    excluded_full: Box | None = None
    full_reasons: dict[str, Box] = {}

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
        if self.excluded_full is not None:
            parts += self.excluded_full.count
        if self.screened.count != parts:
            found.append(f"screened {self.screened.count} is not {parts} decided or waiting")
        if sum(box.count for box in self.reasons.values()) != self.excluded.count:
            found.append("the reasons do not add up to the excluded")
        if self.excluded_full is not None:
            listed = sum(box.count for box in self.full_reasons.values())
            if listed != self.excluded_full.count:
                found.append("the reasons at full text do not add up to the excluded there")
        return found
