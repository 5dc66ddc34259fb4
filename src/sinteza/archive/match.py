"""One segment's documents for every kind of node of a query's tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from sinteza.archive.content import FIRST, LAST, TEXT_FIELDS
from sinteza.archive.index import Lists, Segment
from sinteza.archive.people import meant, pattern_of
from sinteza.archive.places import MAX_POSITION, POSITION_BITS, Mask, Places, joined, once
from sinteza.archive.when import back, first_day, last_day
from sinteza.archive.words import folded
from sinteza.errors import QueryError
from sinteza.query.mesh import Thesaurus
from sinteza.query.pubmed import to_pubmed
from sinteza.query.tree import (
    Author,
    Boolean,
    Concept,
    DateRange,
    Journal,
    Language,
    Mesh,
    Node,
    Pmcid,
    PmidList,
    PmidRange,
    Proximity,
    RelativeDate,
    SingleDate,
    Special,
    Subset,
    Text,
    Value,
    tokenize,
    walk,
)

SUBSETS: dict[str, tuple[str, ...]] = {
    "medline": ("medline",),
    "publisher": ("publisher",),
    "inprocess": ("in process", "in data review"),
    "in process": ("in process", "in data review"),
    "pubmednotmedline": ("pubmed not medline",),
    "oldmedline": ("oldmedline",),
    "pubmed pmc": ("pubmed pmc",),
}
"""Subsets a record's own XML tells, by their name here and the marks they select."""

MOST_WORDS = 12
"""Words of one proximity search: its cost doubles with each."""

_PEOPLE = {"au": "au", "1au": "au", "lastau": "au", "fau": "au", "ir": "ir", "fir": "ir"}


def unsupported(root: Node, query: str) -> None:
    """QueryError for what no archive of records can answer: refused, never approximated."""
    for node in walk(root):
        what = hint = ""
        if isinstance(node, Subset) and _subset(node.name) is None and folded(node.name) != "all":
            what = f"The archive cannot tell which records are in '{node.name}'"
            hint = "Search PubMed itself for it, or write what it stands for."
            if folded(node.name) == "systematic":
                hint = "NLM's strategy behind it is not part of the language; systematic review[pt]"
                hint += " finds the publication type."
        elif isinstance(node, Proximity) and len(node.words) > MOST_WORDS:
            what = f"A proximity search of more than {MOST_WORDS} words"
            hint = "Join shorter ones with AND."
        if what:
            text = to_pubmed(node)
            at = max(query.casefold().find(text.casefold()), 0)
            raise QueryError(what, query=query, position=at, code="E-ARCHIVE", hint=hint)


def _subset(name: str) -> tuple[str, ...] | None:
    wanted = folded(name)
    if wanted.startswith("jsubset"):
        return (wanted,)
    return SUBSETS.get(wanted)


class Matcher:
    """Answers for one segment. ``today`` is the day relative dates count back from."""

    def __init__(self, segment: Segment, thesaurus: Thesaurus, today: date) -> None:
        self.segment = segment
        self.thesaurus = thesaurus
        self.today = today
        self.known: dict[int, Mask] = {}
        """What is known already, by the identity of the node."""

    def mask(self, node: Node) -> Mask:
        """The documents a node selects."""
        if id(node) in self.known:
            return self.known[id(node)]
        if isinstance(node, Boolean):
            return self.boolean(node)
        match node:
            case Text():
                return self.text(node.field, node.words)
            case Proximity():
                return self.proximity(node)
            case Mesh():
                return self.mesh(node)
            case Concept():
                return self.concept(node)
            case Author():
                return self.author(node)
            case Journal():
                return self.named("ta:", node.name).documents()
            case Language():
                return self.keys([f"la:{node.code}"])
            case Value():
                return self.value(node)
            case DateRange() | SingleDate() | RelativeDate():
                return self.dates(node)
            case PmidList():
                return np.isin(self.segment.column("pmid"), node.pmids)
            case PmidRange():
                pmids = self.segment.column("pmid")
                return (pmids >= node.first) & (pmids <= node.last)
            case Pmcid():
                return self.keys([f"aid:pmc{node.number}"])
            case Subset():
                if folded(node.name) == "all":
                    return ~self.segment.nothing()
                return self.keys([f"is:sb {mark}" for mark in _subset(node.name) or ()])
            case Special():
                return self.keys([f"is:{node.word}"])
        raise TypeError(f"not part of a translated query: {node!r}")

    def boolean(self, node: Boolean) -> Mask:
        """Operands from left to right."""
        first, *others = node.operands
        mask = self.mask(first)
        for other in others:
            if node.op == "OR":
                mask = mask | self.mask(other)
            elif not mask.any():
                break
            elif node.op == "AND":
                mask = mask & self.mask(other)
            else:
                mask = mask & ~self.mask(other)
        return mask

    # ---- names matched whole

    def keys(self, keys: Iterable[str]) -> Mask:
        """Documents with any of some keys."""
        return self.segment.find(keys).documents()

    def named(self, prefix: str, name: str) -> Lists:
        """The lists of a name, or of all that match its wildcards."""
        wanted = tokenize(name, wildcards=True)
        if not any("*" in word for word in wanted):
            return self.segment.find([prefix + folded(name)])
        pattern = prefix + " ".join(wanted)
        return self.segment.select(
            pattern[: pattern.index("*")], pattern_of(pattern, "[^ |]*").fullmatch
        )

    def value(self, node: Value) -> Mask:
        """Numbers and identifiers; a location is one of the article's identifiers."""
        field = {"lid": "aid"}.get(node.field, node.field)
        return self.named(f"{field}:", node.text).documents()

    # ---- words

    def word(self, word: str, field: str) -> Lists:
        """The lists of a word, or of the words that match its wildcards, in a field."""
        kinds = TEXT_FIELDS[field]
        if "*" not in word:
            return self.segment.find([word], kinds)
        return self.segment.select(
            word[: word.index("*")], pattern_of(word, "[^:]*").fullmatch, kinds
        )

    def together(self, lists: list[Lists]) -> Mask:
        """The documents that have something of each."""
        mask = ~self.segment.nothing()
        for one in sorted(lists, key=lambda one: one.size):
            if mask.any():
                mask &= one.documents()
        return mask

    def text(self, field: str, words: tuple[str, ...]) -> Mask:
        """The documents with a word or a phrase in a field."""
        lists = [self.word(word, field) for word in words]
        within = self.together(lists) if lists else self.segment.nothing()
        if len(lists) <= 1 or not within.any():
            return within
        starts: Places | None = None
        for at in sorted(range(len(lists)), key=lambda at: lists[at].size):
            places = lists[at].places(within) - np.uint64(at)
            starts = places if starts is None else _both(starts, places)
            if not len(starts):
                return self.segment.nothing()
            within = self.segment.documents_of(starts)
        return within

    def proximity(self, node: Proximity) -> Mask:
        """Documents with all words in any order, neighbors at most ``distance`` words apart.

        ``ends[set of words]`` are the places where a chain of just these words can end; each chain
        grows by a word that stands after its end, so that a word asked for twice is there twice.
        """
        lists = [self.word(word, node.field) for word in node.words]
        within = self.together(lists)
        if not within.any():
            return within
        reach = np.uint64(node.distance + 1)
        near = self.near(lists, within, reach * np.uint64(len(lists) - 1))
        ends: dict[int, Places] = {1 << at: places for at, places in enumerate(near)}
        everything = (1 << len(near)) - 1
        for words in range(1, everything + 1):
            if words in ends:
                continue
            found = []
            for at, places in enumerate(near):
                before = ends.get(words & ~(1 << at)) if words >> at & 1 else None
                if before is None or not len(before):
                    continue
                last = np.searchsorted(before, places)  # those before the place
                fits = last > 0
                fits[fits] = places[fits] - before[last[fits] - 1] <= reach
                found.append(places[fits])
            ends[words] = joined(found)
        return self.segment.documents_of(ends[everything])

    def near(self, lists: list[Lists], within: Mask, reach: np.uint64) -> list[Places]:
        """The places of each word that are within reach of one of the rarest."""
        found: list[Places] = [np.empty(0, np.uint64)] * len(lists)
        rarest: Places | None = None
        for at in sorted(range(len(lists)), key=lambda at: lists[at].size):
            places = lists[at].places(within)
            if rarest is None:
                rarest = places
            else:
                low = np.searchsorted(places, rarest - np.minimum(reach, rarest))
                high = np.searchsorted(places, rarest + reach, side="right")
                size = len(places) + 1
                covered = np.bincount(low, minlength=size) - np.bincount(high, minlength=size)
                places = places[np.cumsum(covered[:-1]) > 0]
            found[at] = places
        return found

    # ---- controlled names

    def mesh(self, node: Mesh) -> Mask:
        """A heading and what is below it; a subheading attached to the same heading."""
        wild = "*" in node.name
        heading = None if wild else self.thesaurus.find(node.name)
        names = [node.name]
        if heading is not None:
            names = list(self.thesaurus.explode(heading.name)) if node.explode else [heading.name]
        lists = self.named("mh:", node.name) if wild else self.folded("mh:", names)
        if node.qualifier is None:
            if not node.major:
                return lists.documents()
            return self.segment.documents_of(_starred(lists.places()))
        attached = self.qualifiers(node.qualifier, explode=node.explode and not wild)
        within = self.together([lists, attached])
        if not within.any():
            return within
        others = attached.places(within)
        if node.major:  # the asterisk on the combination is the subheading's
            others = _starred(others)
        shift = np.uint64(POSITION_BITS)
        pairs = _both(once(lists.places(within) >> shift), once(others >> shift))
        return self.segment.documents_of(pairs << shift)

    def folded(self, prefix: str, names: Iterable[str]) -> Lists:
        """The lists of several names."""
        return self.segment.find(prefix + folded(name) for name in names)

    def qualifiers(self, name: str, *, explode: bool) -> Lists:
        """The lists of a subheading and, if exploded, of those below it."""
        if not explode:
            return self.named("sh:", name)
        return self.folded("sh:", self.thesaurus.explode_qualifier(name))

    def concept(self, node: Concept) -> Mask:
        """Subheadings anywhere, publication types, substances, pharmacological actions."""
        wild = "*" in node.name
        if node.field == "sh":
            return self.qualifiers(node.name, explode=node.explode and not wild).documents()
        if wild and node.field != "pa":
            return self.named(f"{node.field}:", node.name).documents()
        if node.field == "pa":
            names = self.thesaurus.with_action(node.name)
            return self.keys(f"{key}:{folded(name)}" for name in names for key in ("nm", "mh"))
        if node.field == "nm":
            substance = self.thesaurus.find_substance(node.name)
            same = {node.name} | ({substance.name} if substance else set())
            return self.keys(f"nm:{folded(name)}" for name in same)
        heading = self.thesaurus.find(node.name)
        if heading is None:
            return self.named("pt:", node.name).documents()
        below = self.thesaurus.explode(heading.name) if node.explode else {heading.name}
        return self.keys(f"pt:{folded(name)}" for name in below)

    # ---- people

    def author(self, node: Author) -> Mask:
        """Persons by last name and initials, or by their full names in either order."""
        prefix = _PEOPLE.get(node.field, node.field) + ":"
        flag = np.uint64({"1au": FIRST, "lastau": LAST}.get(node.field, 0))
        mask = self.segment.nothing()
        for beginning, fits in meant(node):
            lists = self.segment.select(prefix + beginning, fits)
            if flag:
                places = lists.places()
                mask |= self.segment.documents_of(places[places & flag != 0])
            else:
                mask |= lists.documents()
        return mask

    # ---- days

    def dates(self, node: DateRange | SingleDate | RelativeDate) -> Mask:
        """Days within bounds; ``dp`` is the print date or the electronic one."""
        if isinstance(node, DateRange):
            low, high = node.first.toordinal(), last_day(node.last)
        elif isinstance(node, RelativeDate):
            low = back(self.today, node.count, node.unit).toordinal()
            high = last_day(None if node.field == "dp" else self.today)
        else:
            low, high = first_day(node), last_day(node)
        column = self.segment.column
        fields = {"dp": ("print", "electronic"), "ppdat": ("print",), "epdat": ("electronic",)}
        inside = [
            (column(name) >= max(low, 1)) & (column(name) <= high)
            for name in fields.get(node.field, (node.field,))
        ]
        if len(inside) == 1:
            return inside[0]
        printed, electronic = inside
        if isinstance(node, SingleDate):  # an electronic date counts unless print came before
            first = column("print") == 0
            electronic &= first | (column("electronic") <= column("print"))
        return printed | electronic

    def without_mesh(self, window: DateRange | None) -> Mask:
        """Documents without headings, within a window."""
        mask = ~self.keys(["is:sb hasmesh"])
        return mask & self.mask(window) if window is not None else mask


def _among(places: Places, others: Places) -> Mask:
    at = np.searchsorted(others, places)
    at[at == len(others)] = 0
    return others[at] == places if len(others) else np.zeros(len(places), bool)


def _both(left: Places, right: Places) -> Places:
    """What is in both; each sorted and without repetition."""
    if len(left) > len(right):
        left, right = right, left
    return left[_among(left, right)]


def _starred(places: Places) -> Places:
    starred: Places = places[places & np.uint64(MAX_POSITION) == 1]
    return starred
