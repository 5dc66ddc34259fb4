"""Studies of the same people: never to be pooled side by side.

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

from sinteza.model.record import Record
from sinteza.model.study import Arm, Study

# below it a pair is not worth a person's minute
_LEAST = 0.5
_REGISTRY = re.compile(
    r"\b(NCT\d{8}|ISRCTN\d{6,8}|EudraCT\s?#?\s?\d{4}-\d{6}-\d\d|ACTRN\d{14}|CTRI/\d{4}/\d\d/\d+"
    r"|UMIN\d{9}|JapicCTI-\d{6}|DRKS\d{8}|NTR\d{3,4})\b"
)
_PROTOCOL = re.compile(r"\b((?:N0?1\d{3}|SP\d{3,4}|E2007-[A-Z]?\d{3}|BIA-2093-\d{3}|GWPCARE\d))\b")
_SPAN_YEARS = 8


# a trial's name, not a substance (gamma-vinyl-GABA) or its number (YKP3089)
_ACRONYM = re.compile(
    r"(?<![\w-])(?!GABA\b|[A-Z]+\d{3})([A-Z]{2,}[A-Z0-9-]{2,})\b\)?(?=[\s:)]*(?:(?:sub-?)?study|trial|:|\)))"
)
_DOSE = re.compile(r"\s*[,(]?\s*(?:up to )?\d.*$")


@dataclass(frozen=True)
class Overlap:
    """Two studies (their ids, in order) that may share participants.

    ``score`` is 0 to 1; ``signs`` are kinds and what they have in common: registration (which is
    proof), name, sizes (of the arms), randomized, authors (how many).
    """

    left: str
    right: str
    score: float
    signs: tuple[tuple[str, str], ...]

    @property
    def registered(self) -> bool:
        """True if they share a registration."""
        return any(kind == "registration" for kind, _ in self.signs)


def acronym(title: str) -> str:
    """The name of a trial as its title prints it: ``(EXIST-3) study``; empty without one."""
    match = _ACRONYM.search(title)
    return match[1] if match else ""


def registrations(record: Record) -> frozenset[str]:
    """Registry and protocol numbers of a record: its data bank entries and those in its text."""
    text = f"{record.title} {record.abstract_text}"
    found = {item.rpartition("/")[2].upper() for item in record.registry}
    found |= {match.upper().replace(" ", "") for match in _REGISTRY.findall(text)}
    found |= set(_PROTOCOL.findall(text))
    return frozenset(found)


def find(pairs: Iterable[tuple[Record, Study]]) -> list[Overlap]:
    """Pairs of studies that may share participants, surest first; each comes with its report.

    Only studies that share a registration, an acronym, or a treatment with sizes are compared: the
    cost follows the candidates, not the square of the studies. Readings of one study are one.
    """
    items = list({study.id: (record, study) for record, study in pairs}.values())
    known = [registrations(record) | _registered(study) for record, study in items]
    buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (record, study) in enumerate(items):
        for name in known[number]:
            buckets["registry", name].append(number)
        if name := acronym(record.title):
            buckets["acronym", name].append(number)
        sizes = _sizes(study)
        for treatment in _treatments(study):
            if len(sizes) > 1:
                buckets["sizes", treatment, *map(str, sizes)].append(number)
            if study.n_randomized:
                buckets["total", treatment, str(study.n_randomized)].append(number)
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


def _registered(study: Study) -> frozenset[str]:
    return frozenset(item.rpartition("/")[2].upper() for item in study.registry_ids)


def _compared(study: Study) -> list[Arm]:
    return [arm for arm in study.arms if arm.role in ("intervention", "comparator")]


def _sizes(study: Study) -> Sequence[int]:
    sizes = (arm.n_randomized or arm.n_analyzed for arm in _compared(study))
    return sorted(size for size in sizes if size)


def _treatments(study: Study) -> frozenset[str]:
    """What the study gave, by concept or by name without the dose."""
    given = {
        arm.concept or _DOSE.sub("", arm.intervention).lower()
        for arm in study.arms
        if arm.role in ("intervention", "single_arm")
    }
    return frozenset(given - {""})


def _weigh(
    left: tuple[Record, Study], right: tuple[Record, Study], shared: frozenset[str]
) -> Overlap:
    (one, first), (two, second) = left, right
    score = 0.0
    signs: list[tuple[str, str]] = []
    if shared:
        score += 0.8
        signs.append(("registration", ", ".join(sorted(shared))))
    if (name := acronym(one.title)) and name == acronym(two.title):
        score += 0.5
        signs.append(("name", name))
    same = bool(_treatments(first) & _treatments(second))
    if same and len(_sizes(first)) > 1 and _sizes(first) == _sizes(second):
        score += 0.5
        signs.append(("sizes", ", ".join(map(str, _sizes(first)))))
    elif same and first.n_randomized == second.n_randomized is not None:
        score += 0.3
        signs.append(("randomized", str(first.n_randomized)))
    authors = {a.short for a in one.authors} & {a.short for a in two.authors}
    if authors:
        least = max(1, min(len(one.authors), len(two.authors)))
        score += 0.3 * len(authors) / least
        signs.append(("authors", str(len(authors))))
    if one.year and two.year and abs(one.year - two.year) > _SPAN_YEARS:
        score -= 0.3
    a, b = sorted((first.id, second.id))
    return Overlap(a, b, round(min(max(score, 0.0), 1.0), 3), tuple(signs))
