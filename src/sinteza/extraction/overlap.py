"""Reports of the same people: never to be pooled side by side.

Two reports may tell of one population (interim and full, main and extension, pooled and single):
they share a registration, a name, arm sizes, authors and years. Registration alone is proof;
otherwise the signs are weighed and the reasons kept, for a person to judge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sinteza.extraction.report import Report
from sinteza.model.record import Record

# below it a pair is not worth a person's minute
_LEAST = 0.5
_REGISTRY = re.compile(
    r"\b(NCT\d{8}|ISRCTN\d{6,8}|EudraCT\s?#?\s?\d{4}-\d{6}-\d\d|ACTRN\d{14}|CTRI/\d{4}/\d\d/\d+"
    r"|UMIN\d{9}|JapicCTI-\d{6}|DRKS\d{8}|NTR\d{3,4})\b"
)
_PROTOCOL = re.compile(r"\b((?:N0?1\d{3}|SP\d{3,4}|E2007-[A-Z]?\d{3}|BIA-2093-\d{3}|GWPCARE\d))\b")
_SPAN_YEARS = 8


@dataclass(frozen=True)
class Overlap:
    """Two reports (record ids, in order) that may share participants, and why (0 to 1)."""

    left: str
    right: str
    score: float
    reasons: tuple[str, ...]


def registrations(record: Record) -> frozenset[str]:
    """Registry and protocol numbers of a record: its data bank entries and those in its text."""
    text = f"{record.title} {record.abstract_text}"
    found = {item.rpartition("/")[2].upper() for item in record.registry}
    found |= {match.upper().replace(" ", "") for match in _REGISTRY.findall(text)}
    found |= set(_PROTOCOL.findall(text))
    return frozenset(found)


def find(pairs: Iterable[tuple[Record, Report]]) -> list[Overlap]:
    """Pairs of reports that may share participants, surest first.

    Only reports that share a registration, an acronym, or drug with sizes are compared: the cost
    follows the candidates, not the square of the reports.
    """
    items = list(pairs)
    known = [registrations(record) for record, _ in items]
    buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (_, report) in enumerate(items):
        for name in known[number]:
            buckets["registry", name].append(number)
        if report.acronym:
            buckets["acronym", report.acronym].append(number)
        sizes = _sizes(report)
        if len(sizes) > 1:
            buckets["sizes", _drug(report), *map(str, sizes)].append(number)
        if report.population.n_randomised:
            buckets["total", _drug(report), str(report.population.n_randomised)].append(number)
    seen: set[tuple[int, int]] = set()
    for members in buckets.values():
        # a name shared by very many is no name (a registry of a whole program)
        if len(members) <= 60:
            seen.update(combinations(sorted(set(members)), 2))
    found = [_weigh(items[a], items[b], known[a] & known[b]) for a, b in sorted(seen)]
    return sorted(
        (item for item in found if item.score >= _LEAST),
        key=lambda item: (-item.score, item.left, item.right),
    )


def _sizes(report: Report) -> Sequence[int]:
    return sorted(
        arm.n_randomised
        for arm in report.arms
        if arm.n_randomised and arm.role in ("intervention", "comparator")
    )


def _drug(report: Report) -> str:
    return next((arm.drug for arm in report.arms if arm.role != "comparator"), "")


def _weigh(
    left: tuple[Record, Report], right: tuple[Record, Report], shared: frozenset[str]
) -> Overlap:
    (one, first), (two, second) = left, right
    score, reasons = 0.0, []
    if shared:
        score += 0.8
        reasons.append("registration " + ", ".join(sorted(shared)))
    if first.acronym and first.acronym == second.acronym:
        score += 0.5
        reasons.append(f"name {first.acronym}")
    same_drug = bool(_drug(first)) and _drug(first) == _drug(second)
    if same_drug and len(_sizes(first)) > 1 and _sizes(first) == _sizes(second):
        score += 0.5
        reasons.append("arm sizes " + ", ".join(map(str, _sizes(first))))
    elif same_drug and first.population.n_randomised == second.population.n_randomised is not None:
        score += 0.3
        reasons.append(f"{first.population.n_randomised} randomized")
    authors = {a.short for a in one.authors} & {a.short for a in two.authors}
    if authors:
        least = max(1, min(len(one.authors), len(two.authors)))
        score += 0.3 * len(authors) / least
        reasons.append(f"{len(authors)} shared authors")
    if one.year and two.year and abs(one.year - two.year) > _SPAN_YEARS:
        score -= 0.3
    return Overlap(one.id, two.id, round(min(max(score, 0.0), 1.0), 3), tuple(reasons))
