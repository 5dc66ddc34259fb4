"""One segment's documents for every kind of node of a query's tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np

from sinteza.archive.content import FIRST, LAST
from sinteza.archive.index import Mask, Segment, in_field
from sinteza.archive.postings import MAX_POSITION, POSITION_BITS, Places
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

    def mask(self, node: Node) -> Mask:
        """The documents a node selects."""
        if isinstance(node, Boolean):
            return self.boolean(node)
        match node:
            case Text():
                return self.segment.documents_of(self.text(node.field, node.words))
            case Proximity():
                return self.segment.documents_of(self.proximity(node))
            case Mesh():
                return self.mesh(node)
            case Concept():
                return self.concept(node)
            case Author():
                return self.author(node)
            case Journal():
                return self.named("ta:", node.name)
            case Language():
                return self.keys([f"la:{node.code}"])
            case Value():
                return self.value(node)
            case DateRange() | SingleDate() | RelativeDate():
                return self.dates(node)
            case PmidList():
                return np.isin(self.segment.columns["pmid"], node.pmids)
            case PmidRange():
                pmids = self.segment.columns["pmid"]
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
        mask = self.segment.nothing()
        for key in keys:
            mask |= self.segment.documents_of(self.segment.places(key))
        return mask

    def expanded(self, prefix: str, name: str) -> Iterator[str]:
        """The keys of a name; with wildcards, all that match it."""
        wanted = tokenize(name, wildcards=True)
        if not any("*" in word for word in wanted):
            yield prefix + folded(name)
            return
        pattern = prefix + " ".join(wanted)
        yield from self.segment.terms(pattern[: pattern.index("*")], _pattern(pattern, "[^ |]*"))

    def named(self, prefix: str, name: str) -> Mask:
        """Documents with a name, or with any that matches its wildcards."""
        return self.keys(self.expanded(prefix, name))

    def value(self, node: Value) -> Mask:
        """Numbers and identifiers; a location is one of the article's identifiers."""
        field = {"lid": "aid"}.get(node.field, node.field)
        return self.named(f"{field}:", node.text)

    # ---- words

    def word(self, word: str) -> Places:
        """All places of a word, or of the words that match its wildcards."""
        if "*" not in word:
            return self.segment.places(word)
        return self.segment.union(
            self.segment.terms(word[: word.index("*")], _pattern(word, "[^:]*"))
        )

    def text(self, field: str, words: tuple[str, ...]) -> Places:
        """Where a word, or the first word of a phrase, stands in a field."""
        starts: Places | None = None
        for at, word in enumerate(words):
            places = in_field(self.word(word), field) - np.uint64(at)
            starts = places if starts is None else _both(starts, places)
            if not len(starts):
                break
        return np.empty(0, np.uint64) if starts is None else starts

    def proximity(self, node: Proximity) -> Places:
        """Last places of all words in any order, neighbors at most ``distance`` words apart.

        ``ends[set of words]`` are the places where a chain of just these words can end; each chain
        grows by a word that stands after its end, so that a word asked for twice is there twice.
        """
        all_places = [in_field(self.word(word), node.field) for word in node.words]
        shift = np.uint64(POSITION_BITS)
        values = np.unique(all_places[0] >> shift)
        for places in all_places[1:]:
            values = _both(values, np.unique(places >> shift))
        if not len(values):
            return np.empty(0, np.uint64)
        near = [places[_among(places >> shift, values)] for places in all_places]
        reach = np.uint64(node.distance + 1)
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
            ends[words] = np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)
        return ends[everything]

    # ---- controlled names

    def mesh(self, node: Mesh) -> Mask:
        """A heading and what is below it; a subheading attached to the same heading."""
        wild = "*" in node.name
        heading = None if wild else self.thesaurus.find(node.name)
        names = [node.name]
        if heading is not None:
            names = list(self.thesaurus.explode(heading.name)) if node.explode else [heading.name]
        places = self.segment.union([k for name in names for k in self.expanded("mh:", name)])
        if node.qualifier is None:
            return self.segment.documents_of(_starred(places) if node.major else places)
        attached = self.qualifiers(node.qualifier, explode=node.explode and not wild)
        if node.major:  # the asterisk on the combination is the subheading's
            attached = _starred(attached)
        shift = np.uint64(POSITION_BITS)
        pairs = _both(np.unique(places >> shift), np.unique(attached >> shift))
        return self.segment.documents_of(pairs << shift)

    def qualifiers(self, name: str, *, explode: bool) -> Places:
        """Where a subheading, or one below it, is attached."""
        names = self.thesaurus.explode_qualifier(name) if explode else {name}
        return self.segment.union([k for name in names for k in self.expanded("sh:", name)])

    def concept(self, node: Concept) -> Mask:
        """Subheadings anywhere, publication types, substances, pharmacological actions."""
        wild = "*" in node.name
        if node.field == "sh":
            return self.segment.documents_of(
                self.qualifiers(node.name, explode=node.explode and not wild)
            )
        if wild and node.field != "pa":
            return self.named(f"{node.field}:", node.name)
        if node.field == "pa":
            names = self.thesaurus.with_action(node.name)
            return self.keys(f"{key}:{folded(name)}" for name in names for key in ("nm", "mh"))
        if node.field == "nm":
            substance = self.thesaurus.find_substance(node.name)
            same = {node.name} | ({substance.name} if substance else set())
            return self.keys(f"nm:{folded(name)}" for name in same)
        heading = self.thesaurus.find(node.name)
        if heading is None:
            return self.named("pt:", node.name)
        below = self.thesaurus.explode(heading.name) if node.explode else {heading.name}
        return self.keys(f"pt:{folded(name)}" for name in below)

    # ---- people

    def author(self, node: Author) -> Mask:
        """Persons by last name and initials, or by their full names in either order."""
        prefix = _PEOPLE.get(node.field, node.field) + ":"
        places = self.segment.union(list(dict.fromkeys(self.people(prefix, node))))
        if node.field in ("1au", "lastau"):
            flag = np.uint64(FIRST if node.field == "1au" else LAST)
            places = places[places & flag != 0]
        return self.segment.documents_of(places)

    def people(self, prefix: str, node: Author) -> Iterator[str]:
        """The keys of the persons a name may mean."""
        full_only = node.field in ("fau", "fir")
        if "*" in node.name and any("*" in w for w in tokenize(node.name, wildcards=True)):
            wanted = " ".join(tokenize(node.name, wildcards=True))
            pattern = _pattern(wanted, "[^ ]*")
            for key in self.segment.terms(prefix + wanted[: wanted.index("*")].split(" ")[0]):
                surname, initials, suffix, fore = key[len(prefix) :].split("|")
                written = (surname, f"{surname} {initials}", f"{surname} {initials} {suffix}")
                full = (f"{surname} {fore}", f"{fore} {surname}")
                if any(pattern.fullmatch(name.strip()) for name in (*written, *full)):
                    yield key
            return
        for last, rest in splits(node.name):
            for key in self.segment.terms(f"{prefix}{' '.join(last)}|"):
                _, initials, suffix, fore = key[len(prefix) :].split("|")
                if fits(rest, initials, suffix, fore, exact=node.exact, full_only=full_only):
                    yield key
        if "," not in node.name:
            words = tokenize(node.name)
            for at in range(1, len(words)):
                for key in self.segment.terms(f"{prefix}{' '.join(words[at:])}|"):
                    fore = key.rsplit("|", 1)[1]
                    if _forenames(words[:at], fore, exact=node.exact):
                        yield key

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
        columns = self.segment.columns
        fields = {"dp": ("print", "electronic"), "ppdat": ("print",), "epdat": ("electronic",)}
        inside = [
            (columns[name] >= max(low, 1)) & (columns[name] <= high)
            for name in fields.get(node.field, (node.field,))
        ]
        if len(inside) == 1:
            return inside[0]
        printed, electronic = inside
        if isinstance(node, SingleDate):  # an electronic date counts unless print came before
            first = columns["print"] == 0
            electronic &= first | (columns["electronic"] <= columns["print"])
        return printed | electronic

    def without_mesh(self, window: DateRange | None) -> Mask:
        """Documents without headings, within a window."""
        mask = ~self.keys(["is:sb hasmesh"])
        return mask & self.mask(window) if window is not None else mask


def _pattern(wildcards: str, star: str) -> re.Pattern[str]:
    return re.compile(star.join(re.escape(part) for part in wildcards.split("*")))


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


def splits(name: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Ways to read a name as last name and rest; a comma says which."""
    last, comma, rest = name.partition(",")
    if comma:
        yield tokenize(last), tokenize(rest)
        return
    words = tokenize(name)
    for at in range(len(words), 0, -1):
        yield words[:at], words[at:]


def fits(
    rest: tuple[str, ...], initials: str, suffix: str, fore: str, *, exact: bool, full_only: bool
) -> bool:
    """Whether what follows a last name is these initials (a beginning of them unless exact), these
    initials and suffix, or these forenames.
    """
    letters = initials.replace(" ", "")
    if not rest:
        return not exact or not (letters or suffix or fore)
    if not full_only:
        if len(rest) == 1 and (letters == rest[0] and not suffix if exact else
                               letters.startswith(rest[0])):  # fmt: skip
            return True
        if len(rest) == 2 and (letters, suffix) == rest:
            return True
    return _forenames(rest, fore, exact=exact)


def _forenames(rest: tuple[str, ...], fore: str, *, exact: bool) -> bool:
    names = tuple(fore.split())
    return names == rest if exact else names[: len(rest)] == rest
