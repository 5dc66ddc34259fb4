"""Which records are one entry, which may be, and which are other reports of the same study.

Three bands: pairs that are merged by themselves, pairs for a person to look at, and the rest. The
result does not depend on the order of the records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sinteza.dedupe.block import pairs
from sinteza.dedupe.card import Card, card
from sinteza.dedupe.compare import Comparison, compare
from sinteza.model.record import Cluster, Evidence, Record

Relation = Literal["notice", "conference abstract", "version", "registration"]
_SHARED_REGISTRATION = 50


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two records that a person should look at: they agree in much, and ``reasons`` forbid it."""

    left: str
    right: str
    score: float
    agree: tuple[str, ...]
    disagree: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Two entries (ids of clusters) that report one study and are not one record.

    ``notice``: erratum, retraction notice, comment or reply, and what it is about;
    ``conference abstract``: with the article, or with another meeting's; ``version``: same title
    and authors published again (an update, an interim and a full report); ``registration``: the
    same registry number, which ``what`` gives.
    """

    left: str
    right: str
    kind: Relation
    what: str = ""


@dataclass(frozen=True, slots=True)
class Deduplication:
    """What deduplication found.

    ``clusters`` of two or more, by id; the review ``queue``, the most alike first, one pair of
    records for two entries; ``links`` between entries, by id.
    """

    clusters: tuple[Cluster, ...]
    queue: tuple[Doubt, ...]
    links: tuple[Link, ...]


def deduplicate(
    records: Iterable[Record],
    *,
    apart: Collection[tuple[str, str]] = (),
    held: Iterable[Cluster] = (),
) -> Deduplication:
    """Find the records that are one entry.

    ``apart`` are pairs of ids that a person split: they never share a cluster. ``held`` are entries
    made before: their members stay together, and their ids stay, also of those with one member; of
    two that turn out to be one, the smaller id stays. A new cluster bears its smallest member's id.
    """
    by_id = {record.id: record for record in records}
    names = sorted(by_id)
    cards = [card(by_id[name]) for name in names]
    kept = [entry for entry in held if all(member in by_id for member in entry.members)]
    groups = _Groups(dict(zip(names, cards, strict=True)), apart, kept)
    compared: list[tuple[Card, Card, Comparison]] = []
    for i, j in pairs(cards):
        found = compare(cards[i], cards[j])
        if found.band != "distinct" or _relation(cards[i], cards[j], found):
            compared.append((cards[i], cards[j], found))
    compared.sort(key=lambda item: (-item[2].score, item[0].id, item[1].id))
    for one, other, found in compared:
        if found.band == "merge":
            groups.join(one.id, other.id, found)
    clusters = groups.clusters(by_id)
    entry_of = {member: entry.id for entry in clusters for member in entry.members}
    links = _links(compared, cards, entry_of)
    settled = {(link.left, link.right) for link in links if link.kind == "notice"}
    return Deduplication(clusters, _queue(compared, entry_of, groups.apart, settled), links)


def united(entries: Sequence[Cluster], records: Sequence[Record]) -> Cluster:
    """Two entries made one by a person; ``records`` are the members of both."""
    left, right = entries
    by_id = {record.id: record for record in records}
    pair = sorted((left.representative, right.representative))
    found = compare(*(card(by_id[name]) for name in pair))
    evidence = Evidence(
        left=pair[0],
        right=pair[1],
        rule="person",
        agree=found.agree,
        disagree=found.disagree,
        score=found.score,
    )
    return Cluster(
        id=min(left.id, right.id),
        members=tuple(sorted(by_id)),
        representative=represent(records).id,
        evidence=(*left.evidence, *right.evidence, evidence),
    )


def represent(members: Iterable[Record]) -> Record:
    """The best of several records of one entry.

    The fullest record (abstract, then MeSH, then publication types) is kept and its empty fields
    are filled from the others; identifiers and registrations are united. Where each value came from
    is told by :func:`provenance`.
    """
    import msgspec

    ranked = _ranked(members)
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
        for field in _UNITED
    }
    return msgspec.structs.replace(best, **{**filled, **united})


_UNITED = ("identifiers", "registry", "links", "publication_types")


def provenance(members: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """The ids of the records that each filled field of :func:`represent` comes from."""
    ranked = _ranked(members)
    found: dict[str, tuple[str, ...]] = {}
    for field in ranked[0].__struct_fields__:
        givers = tuple(r.id for r in ranked if getattr(r, field))
        if givers and field not in ("id", "source", "source_id"):
            found[field] = givers if field in _UNITED else givers[:1]
    return found


def _ranked(members: Iterable[Record]) -> list[Record]:
    return sorted(
        members,
        key=lambda r: (
            not r.abstract,
            -len(r.mesh),
            -len(r.publication_types),
            -len(r.authors),
            r.id,
        ),
    )


class _Groups:
    """Union-find that refuses to join what contradicts itself."""

    def __init__(
        self, cards: dict[str, Card], apart: Collection[tuple[str, str]], held: Sequence[Cluster]
    ) -> None:
        self.cards = cards
        self.apart = {frozenset(pair) for pair in apart}
        self.parent: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}
        self.evidence: dict[str, list[Evidence]] = {}
        self.held: dict[str, list[str]] = {}
        for entry in held:
            # split since: its members stand alone
            if any(self._split(a, b) for a in entry.members for b in entry.members if a < b):
                continue
            root = min(entry.members)
            self.parent.update(dict.fromkeys(entry.members, root))
            self.members[root] = list(entry.members)
            self.evidence[root] = list(entry.evidence)
            self.held[root] = [entry.id]

    def _split(self, a: str, b: str) -> bool:
        return bool(self.apart) and frozenset((a, b)) in self.apart

    def find(self, name: str) -> str:
        parent = self.parent.setdefault(name, name)
        while parent != self.parent[parent]:
            self.parent[name] = self.parent[parent]
            name, parent = parent, self.parent[parent]
        return parent

    def join(self, left: str, right: str, found: Comparison) -> None:
        a, b = sorted((self.find(left), self.find(right)))
        if a == b:
            return
        ours, theirs = self.members.get(a, [a]), self.members.get(b, [b])
        if any(self._contradict(x, y) for x in ours for y in theirs):
            return
        self.parent[b] = a
        self.members[a] = ours + theirs
        self.members.pop(b, None)
        self.held[a] = self.held.get(a, []) + self.held.pop(b, [])
        self.evidence[a] = [
            *self.evidence.get(a, []),
            *self.evidence.pop(b, []),
            Evidence(
                left=left,
                right=right,
                rule=found.rule,
                agree=found.agree,
                disagree=found.disagree,
                score=found.score,
            ),
        ]

    def _contradict(self, a: str, b: str) -> bool:
        """What stands against two members of one entry even where others vouch for them."""
        x, y = self.cards[a], self.cards[b]
        return (
            self._split(a, b)
            or bool(x.pmid and y.pmid and x.pmid != y.pmid)
            or x.notice != y.notice
            or (bool(x.doi and y.doi and x.doi != y.doi) and "two DOIs" in compare(x, y).vetoes)
        )

    def clusters(self, records: dict[str, Record]) -> tuple[Cluster, ...]:
        found = (
            Cluster(
                id=min(self.held.get(root) or [min(members)]),
                members=tuple(sorted(members)),
                representative=represent(records[m] for m in members).id,
                evidence=tuple(sorted(self.evidence[root], key=lambda e: (e.left, e.right))),
            )
            for root, members in self.members.items()
            if len(members) > 1
        )
        return tuple(sorted(found, key=lambda entry: entry.id))


def _relation(a: Card, b: Card, found: Comparison) -> Relation | None:
    """How two reports that are not one record belong together, by title and authors."""
    if found.band == "merge" or a.generic or b.generic:
        return None
    title, authors = found.levels.get("title"), found.levels.get("authors")
    if title not in ("same", "near", "part") or "pmid" in found.agree:
        return None
    if a.notice != b.notice:
        return "notice"
    if authors != "same" or title == "part" or a.numbers != b.numbers:
        return None
    if a.meeting or b.meeting:
        return "conference abstract"
    return "version" if title == "same" else None


def _links(
    compared: Iterable[tuple[Card, Card, Comparison]],
    cards: Iterable[Card],
    entry_of: dict[str, str],
) -> tuple[Link, ...]:
    """Links between entries; of several kinds, the first of notice, conference, version."""
    found: dict[tuple[str, str], Link] = {}
    for one, other, comparison in compared:
        if kind := _relation(one, other, comparison):
            a, b = sorted((entry_of.get(one.id, one.id), entry_of.get(other.id, other.id)))
            known = found.get((a, b))
            if a != b and (known is None or kind < known.kind):
                found[a, b] = Link(a, b, kind)
    for number, entries in _registered(cards, entry_of):
        for entry in entries[1:]:
            found.setdefault((entries[0], entry), Link(entries[0], entry, "registration", number))
    return tuple(found[pair] for pair in sorted(found))


def _registered(cards: Iterable[Card], entry_of: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Registry numbers with the entries that bear them; those of whole programs left out."""
    bearers: dict[str, set[str]] = {}
    for one in cards:
        for number in one.registry:
            bearers.setdefault(number, set()).add(entry_of.get(one.id, one.id))
    for number in sorted(bearers):
        if 1 < len(bearers[number]) <= _SHARED_REGISTRATION:
            yield number, sorted(bearers[number])


def _queue(
    compared: Iterable[tuple[Card, Card, Comparison]],
    entry_of: dict[str, str],
    apart: Collection[frozenset[str]],
    settled: Collection[tuple[str, str]],
) -> tuple[Doubt, ...]:
    """Pairs to look at, one for two entries; what a person split or a notice explains is not."""
    seen: set[tuple[str, str]] = set(settled)
    queue = []
    for one, other, found in compared:
        a, b = sorted((entry_of.get(one.id, one.id), entry_of.get(other.id, other.id)))
        pair = (one.id, other.id)
        if a == b or (a, b) in seen or frozenset(pair) in apart or found.band == "distinct":
            continue
        seen.add((a, b))
        reasons = found.vetoes or ("members of the two entries contradict each other",)
        if found.band == "queue" and not found.vetoes:
            reasons = ("not alike enough",)
        queue.append(Doubt(*pair, found.score, found.agree, found.disagree, reasons))
    return tuple(queue)
