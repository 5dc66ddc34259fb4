"""What an edition counts: evidence maps, labels, and the difference between windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sinteza.model.decision import Assignment
from sinteza.model.edition import Cell, MapResult, WindowDifference
from sinteza.model.protocol import EvidenceMap

# Kinds whose concepts do not say, by themselves, that the hypothesis above them was studied: every
# trial of a sodium-channel blocker would otherwise count as a test of the target hypothesis.
_NOT_UPWARD = {"therapy"}


def evidence_map(
    plan: EvidenceMap,
    concepts_of: Mapping[str, Iterable[Assignment]],
    *,
    ancestors: Callable[[str], Sequence[str]],
    children: Callable[[str], Sequence[str]],
    kind: Callable[[str], str],
) -> MapResult:
    """Count the entries of every pair of a row and a column.

    An entry is in a row if one of its concepts (found present) is the row's or below it. A therapy
    counts upward to therapies only. ``name/*`` in the plan stands for the concepts below a name.
    """
    rows, columns = _expand(plan.rows, children), _expand(plan.columns, children)
    members: dict[str, set[str]] = {name: set() for name in (*rows, *columns)}
    studied: dict[str, set[str]] = {name: set() for name in members}
    for entry, assignments in concepts_of.items():
        for assignment in assignments:
            if assignment.polarity != "present":
                continue
            own = kind(assignment.concept)
            for name in (assignment.concept, *ancestors(assignment.concept)):
                if name not in members or (own in _NOT_UPWARD and kind(name) != own):
                    continue
                members[name].add(entry)
                if assignment.about:
                    studied[name].add(entry)
    cells = []
    for row in rows:
        for column in columns:
            both = members[row] & members[column]
            about = both & studied[row] & studied[column]
            cells.append(
                Cell(row=row, column=column, records=tuple(sorted(both)), about=len(about))
            )
    return MapResult(id=plan.id, rows=rows, columns=columns, cells=tuple(cells))


def _expand(names: Iterable[str], children: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        found += children(name[:-2]) if name.endswith("/*") else [name]
    return tuple(dict.fromkeys(found))


def difference(first: str, second: str, included: Mapping[str, Iterable[str]]) -> WindowDifference:
    """Which entries one window includes and the other does not."""
    a, b = set(included[first]), set(included[second])
    return WindowDifference(
        first=first,
        second=second,
        only_first=tuple(sorted(a - b)),
        only_second=tuple(sorted(b - a)),
        both=len(a & b),
    )
