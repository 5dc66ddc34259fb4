"""Which records are one entry: by identifier, or by title where nothing speaks against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from sinteza.model.record import Cluster, Evidence, Record
from sinteza.text.normalize import fold

_LETTERS = re.compile(r"[^a-z0-9]+")
# Titles this short ("Editorial", "Reply") say nothing about being the same.
_SHORTEST_TITLE = 25


def cluster(records: Sequence[Record], *, apart: Collection[tuple[str, str]] = ()) -> list[Cluster]:
    """Group records; only clusters of two or more are given, sorted by id.

    ``apart`` are pairs of ids that a person split. The result does not depend on the order of the
    records. The id of a cluster is its smallest member's.
    """
    by_id = {record.id: record for record in sorted(records, key=lambda r: r.id)}
    groups = _Groups(by_id, apart)
    for rule, key in (("pmid", _pmid), ("doi", _doi), ("title", _title)):
        seen: dict[str, list[str]] = {}
        for record in by_id.values():
            if value := key(record):
                seen.setdefault(value, []).append(record.id)
        for names in seen.values():
            for other in names[1:]:
                groups.join(names[0], other, rule)
    return groups.clusters()


def represent(members: Iterable[Record]) -> Record:
    """The best of several records of one entry.

    The fullest record (abstract, then MeSH, then publication types) is kept and its empty fields
    are filled from the others; identifiers and registrations are united.
    """
    import msgspec

    ranked = sorted(
        members,
        key=lambda r: (
            not r.abstract,
            -len(r.mesh),
            -len(r.publication_types),
            -len(r.authors),
            r.id,
        ),
    )
    best, others = ranked[0], ranked[1:]
    if not others:
        return best
    filled = {
        field: getattr(other, field)
        for other in reversed(others)
        for field in best.__struct_fields__
        if not getattr(best, field) and getattr(other, field)
    }
    united = {
        field: tuple(dict.fromkeys(value for r in ranked for value in getattr(r, field)))
        for field in ("identifiers", "registry", "links", "publication_types")
    }
    return msgspec.structs.replace(best, **{**filled, **united})


def _pmid(record: Record) -> str:
    return record.pmid


def _doi(record: Record) -> str:
    return record.doi


def _title(record: Record) -> str:
    title = _LETTERS.sub("", fold(record.title))
    return f"{title}" if len(title) >= _SHORTEST_TITLE else ""


class _Groups:
    """Union-find that refuses to join what contradicts itself."""

    def __init__(self, records: dict[str, Record], apart: Collection[tuple[str, str]]) -> None:
        self.records = records
        self.parent = {name: name for name in records}
        self.members = {name: [name] for name in records}
        self.apart = {frozenset(pair) for pair in apart}
        self.evidence: dict[str, list[Evidence]] = {}

    def find(self, name: str) -> str:
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def join(self, left: str, right: str, rule: str) -> None:
        a, b = sorted((self.find(left), self.find(right)))
        if a == b or self._contradict(a, b, rule):
            return
        self.parent[b] = a
        self.members[a] += self.members.pop(b)
        agree, disagree = compare(self.records[left], self.records[right])
        self.evidence.setdefault(a, []).extend(self.evidence.pop(b, []))
        self.evidence[a].append(
            Evidence(left=left, right=right, rule=rule, agree=agree, disagree=disagree)
        )

    def _contradict(self, a: str, b: str, rule: str) -> bool:
        for one in self.members[a]:
            for other in self.members[b]:
                if frozenset((one, other)) in self.apart:
                    return True
                x, y = self.records[one], self.records[other]
                if x.pmid and y.pmid and x.pmid != y.pmid:
                    return True
                if rule == "title" and (
                    (x.doi and y.doi and x.doi != y.doi)
                    or (x.year and y.year and abs(x.year - y.year) > 1)
                    or (_first_page(x) and _first_page(y) and _first_page(x) != _first_page(y))
                ):
                    return True
        return False

    def clusters(self) -> list[Cluster]:
        return [
            Cluster(
                id=name,
                members=tuple(sorted(members)),
                representative=represent(self.records[m] for m in members).id,
                evidence=tuple(sorted(self.evidence[name], key=lambda e: (e.left, e.right))),
            )
            for name, members in sorted(self.members.items())
            if len(members) > 1
        ]


def compare(left: Record, right: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields in which two records agree, and those in which they do not."""
    pairs = {
        "pmid": (left.pmid, right.pmid),
        "doi": (left.doi, right.doi),
        "title": (_LETTERS.sub("", fold(left.title)), _LETTERS.sub("", fold(right.title))),
        "year": (left.year, right.year),
        "first author": (_first_author(left), _first_author(right)),
        "first page": (_first_page(left), _first_page(right)),
    }
    both = {name: pair for name, pair in pairs.items() if all(pair)}
    agree = tuple(name for name, (a, b) in both.items() if a == b)
    return agree, tuple(name for name in both if name not in agree)


def _first_author(record: Record) -> str:
    return fold(record.authors[0].last) if record.authors else ""


def _first_page(record: Record) -> str:
    return re.split(r"[-–]", record.journal.pages)[0].strip().lower()
