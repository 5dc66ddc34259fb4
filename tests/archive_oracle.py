"""The slow evaluator of PubMed queries: plain Python over the records, one at a time.

Written from the specification and the User Guide, not from the archive: it shares with it only the
parser, MeSH and the lxml reading of the XML. What it says is what the archive must answer.
"""

from __future__ import annotations

import calendar
import functools
import gzip
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from lxml import etree

from sinteza.formats import pubmed_xml
from sinteza.model.record import Author as Person
from sinteza.model.record import Record
from sinteza.query.mesh import Thesaurus
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
)


def fold(text: str) -> str:
    return " ".join(tokenize(text))


@dataclass(frozen=True)
class Entry:
    record: Record
    owner: str
    indexing: str
    publication_status: str

    @property
    def pmid(self) -> int:
        return int(self.record.source_id)

    @functools.cached_property
    def texts(self) -> dict[str, list[tuple[str, ...]]]:
        return {name: [tokenize(v) for v in find(self.record)] for name, find in CONTENT.items()}


def load(paths: Sequence[Path]) -> list[Entry]:
    """Every article of some files, in order."""
    entries = []
    for path in paths:
        data = gzip.decompress(path.read_bytes())
        articles = etree.fromstring(data).findall("PubmedArticle")
        records = list(pubmed_xml.read(BytesIO(data), source="pubmed"))
        assert len(articles) == len(records)
        for article, record in zip(articles, records, strict=True):
            citation = article.find("MedlineCitation")
            entries.append(
                Entry(
                    record,
                    citation.get("Owner", ""),
                    citation.get("IndexingMethod", ""),
                    article.findtext("PubmedData/PublicationStatus", ""),
                )
            )
    return entries


# ---- what a field holds


def _title(record: Record) -> list[str]:
    return [record.title]


def _abstract(record: Record) -> list[str]:
    return [section.text for section in record.abstract] + [
        section.text for other in record.other_abstracts for section in other.sections
    ]


def _tiab(record: Record) -> list[str]:
    return [*_title(record), *_abstract(record), *record.keywords]


def _everybody(record: Record) -> list[Person]:
    return [*record.authors, *record.investigators]


def _groups(record: Record) -> list[str]:
    return [person.collective for person in _everybody(record)]


def _substances(record: Record) -> list[str]:
    return [item.name for item in record.chemicals] + [item.name for item in record.supplementary]


def _text_words(record: Record) -> list[str]:
    return [
        *_tiab(record),
        *(heading.name for heading in record.mesh),
        *(qualifier.name for heading in record.mesh for qualifier in heading.qualifiers),
        *(kind.name for kind in record.publication_types),
        *_substances(record),
        *(p.collective or f"{p.last} {p.initials} {p.fore}" for p in record.subjects),
        *_groups(record),
        *record.registry,
        *(link.citation for link in record.links),
        *(link.note for link in record.links),
    ]


def _affiliations(record: Record) -> list[str]:
    return [place for person in _everybody(record) for place in person.affiliations]


def _identifiers(record: Record) -> list[str]:
    return [item.value for item in record.identifiers if item.kind != "pmid"]


def _grants(record: Record) -> list[str]:
    return [
        part
        for grant in record.grants
        for part in (grant.number, grant.acronym, grant.agency, grant.country)
    ]


def _journals(record: Record) -> list[str]:
    journal = record.journal
    return [journal.title, journal.abbreviation, journal.issn, journal.issn_linking]


def _all(record: Record) -> list[str]:
    journal = record.journal
    return [
        *_text_words(record),
        *_affiliations(record),
        record.vernacular_title,
        record.conflict_of_interest,
        *(f"{p.last} {p.initials} {p.suffix} {p.fore}" for p in _everybody(record) if p.last),
        *_journals(record),
        *_grants(record),
        *_identifiers(record),
        *record.languages,
        *(journal.volume, journal.issue, journal.pages, journal.nlm_id),
        *(chemical.registry_number for chemical in record.chemicals),
        *record.genes,
        *record.space_flight,
    ]


CONTENT: dict[str, Callable[[Record], list[str]]] = {
    "ti": _title,
    "ab": _abstract,
    "tiab": _tiab,
    "tw": _text_words,
    "all": _all,
    "ad": _affiliations,
    "ot": lambda record: list(record.keywords),
    "tt": lambda record: [record.vernacular_title],
    "cois": lambda record: [record.conflict_of_interest],
    "cn": _groups,
}

VALUES: dict[str, Callable[[Record], list[str]]] = {
    "rn": lambda record: [chemical.registry_number for chemical in record.chemicals],
    "vi": lambda record: [record.journal.volume],
    "ip": lambda record: [record.journal.issue],
    "pg": lambda record: [re.split("[-,;]", record.journal.pages)[0]],
    "pl": lambda record: [record.journal.country],
    "jid": lambda record: [record.journal.nlm_id],
    "gr": _grants,
    "si": lambda record: [p for e in record.registry for p in (e, *e.split("/", 1))],
    "aid": _identifiers,
    "lid": _identifiers,
    "auid": lambda record: [
        form for p in _everybody(record) if p.orcid for form in (p.orcid, f"orcid {p.orcid}")
    ],
}


# ---- matching


def word_fits(pattern: str, word: str) -> bool:
    """Whether a word matches one that may hold ``*``, found by trying every way."""
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == word
    if not word.startswith(head):
        return False
    return any(word_fits(tail, word[at:]) for at in range(len(head), len(word) + 1))


def phrase_in(words: tuple[str, ...], value: tuple[str, ...]) -> bool:
    return bool(words) and any(
        all(word_fits(word, value[at + n]) for n, word in enumerate(words))
        for at in range(len(value) - len(words) + 1)
    )


def near_in(words: tuple[str, ...], distance: int, value: tuple[str, ...]) -> bool:
    places = [[at for at, word in enumerate(value) if word == wanted] for wanted in words]
    for chosen in itertools.product(*places):
        row = sorted(chosen)
        if len(set(row)) == len(row) and all(
            right - left - 1 <= distance for left, right in itertools.pairwise(row)
        ):
            return True
    return False


def name_fits(wanted: str, name: str) -> bool:
    """Whole names; a wildcard stands for letters of one word."""
    pattern, words = tokenize(wanted, wildcards=True), tokenize(name)
    return len(pattern) == len(words) and all(map(word_fits, pattern, words))


def person_fits(node: Author, person: Person) -> bool:
    last, fore = tokenize(person.last), tokenize(person.fore)
    initials, suffix = "".join(tokenize(person.initials)), fold(person.suffix)
    if any("*" in word for word in tokenize(node.name, wildcards=True)):
        spaced = " ".join(tokenize(person.initials))
        forms = [
            person.last,
            f"{person.last} {spaced}",
            f"{person.last} {spaced} {person.suffix}",
            f"{person.last} {person.fore}",
            f"{person.fore} {person.last}",
        ]
        return any(name_fits(node.name, form) for form in forms)
    before, comma, after = node.name.partition(",")
    words = tokenize(node.name)
    if comma:
        ways = [(tokenize(before), tokenize(after))]
    else:
        ways = [(words[:at], words[at:]) for at in range(1, len(words) + 1)]
    for surname, rest in ways:
        if surname != last:
            continue
        if not rest:
            if not node.exact or (not initials and not suffix and not fore):
                return True
            continue
        if node.field not in ("fau", "fir"):
            if len(rest) == 1 and not node.exact and initials.startswith(rest[0]):
                return True
            if len(rest) == 1 and node.exact and (initials, suffix) == (rest[0], ""):
                return True
            if len(rest) == 2 and (initials, suffix) == rest:
                return True
        if fore == rest or (not node.exact and fore[: len(rest)] == rest):
            return True
    if comma:
        return False
    for at in range(1, len(words)):
        rest, surname = words[:at], words[at:]
        if surname == last and (fore == rest or (not node.exact and fore[:at] == rest)):
            return True
    return False


def calendar_day(text: str) -> date | None:
    """An ISO day of any precision as its first day."""
    if not text:
        return None
    year, month, day, *_ = [*map(int, text.split("-")), 1, 1]
    month = month if 1 <= month <= 12 else 1
    return date(year, month, day if day <= calendar.monthrange(year, month)[1] else 1)


def months_back(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    if index < 12:
        return date.min
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class Oracle:
    """Answers over some entries, PMIDs of those that match."""

    def __init__(self, entries: Sequence[Entry], thesaurus: Thesaurus, today: date) -> None:
        self.entries = entries
        self.thesaurus = thesaurus
        self.today = today

    def matching(self, node: Node) -> tuple[int, ...]:
        return tuple(sorted(entry.pmid for entry in self.entries if self.fits(node, entry)))

    def fits(self, node: Node, entry: Entry) -> bool:
        if isinstance(node, Boolean):
            results: Iterator[bool] = (self.fits(operand, entry) for operand in node.operands)
            if node.op == "AND":
                return all(results)
            if node.op == "OR":
                return any(results)
            return next(results) and not any(results)
        return self.leaf(node, entry)

    def leaf(self, node: Node, entry: Entry) -> bool:
        record = entry.record
        match node:
            case Text():
                return any(phrase_in(node.words, value) for value in entry.texts[node.field])
            case Proximity():
                return any(
                    near_in(node.words, node.distance, value) for value in entry.texts[node.field]
                )
            case Mesh():
                return self.mesh(node, record)
            case Concept():
                return self.concept(node, record)
            case Author():
                return self.author(node, record)
            case Journal():
                return any(name and name_fits(node.name, name) for name in _journals(record))
            case Language():
                return node.code in record.languages
            case Value():
                values = VALUES[node.field](record)
                return any(value and name_fits(node.text, value) for value in values)
            case DateRange() | SingleDate() | RelativeDate():
                return self.dates(node, record)
            case PmidList():
                return entry.pmid in node.pmids
            case PmidRange():
                return node.first <= entry.pmid <= node.last
            case Pmcid():
                return record.identifier("pmc").upper() == f"PMC{node.number}"
            case Subset():
                return self.subset(node, record)
            case Special():
                return self.special(node.word, entry)
        raise TypeError(node)

    def mesh(self, node: Mesh, record: Record) -> bool:
        wild = "*" in node.name
        heading = None if wild else self.thesaurus.find(node.name)
        names = {node.name} if heading is None else {heading.name}
        if heading is not None and node.explode:
            names = set(self.thesaurus.explode(heading.name))
        qualifiers = {node.qualifier or ""}
        if node.explode and not wild and node.qualifier:
            qualifiers = set(self.thesaurus.explode_qualifier(node.qualifier))
        wanted = {fold(name) for name in names}
        for item in record.mesh:
            if not (name_fits(node.name, item.name) if wild else fold(item.name) in wanted):
                continue
            if node.qualifier is None:
                if not node.major or item.major or any(q.major for q in item.qualifiers):
                    return True
            elif any(
                fold(q.name) in {fold(name) for name in qualifiers} and (q.major or not node.major)
                for q in item.qualifiers
            ):
                return True
        return False

    def concept(self, node: Concept, record: Record) -> bool:
        wild = "*" in node.name
        if node.field == "sh":
            have = [q.name for heading in record.mesh for q in heading.qualifiers]
            below = self.thesaurus.explode_qualifier(node.name) if node.explode else {node.name}
        elif node.field == "pt":
            have = [kind.name for kind in record.publication_types]
            found = None if wild else self.thesaurus.find(node.name)
            below = {found.name if found else node.name}
            if found and node.explode:
                below = set(self.thesaurus.explode(found.name))
        elif node.field == "nm":
            have = _substances(record)
            substance = self.thesaurus.find_substance(node.name)
            below = {node.name, substance.name if substance else node.name}
        else:
            have = _substances(record) + [heading.name for heading in record.mesh]
            below = set(self.thesaurus.with_action(node.name))
            wild = False
        if wild:
            return any(name_fits(node.name, name) for name in have)
        return not {fold(name) for name in below}.isdisjoint(map(fold, have))

    def author(self, node: Author, record: Record) -> bool:
        people = [person for person in record.authors if person.last]
        if node.field == "1au":
            people = people[:1]
        elif node.field == "lastau":
            people = people[-1:]
        elif node.field in ("ir", "fir"):
            people = list(record.investigators)
        elif node.field == "ps":
            people = list(record.subjects)
        return any(person.last and person_fits(node, person) for person in people)

    def dates(self, node: DateRange | SingleDate | RelativeDate, record: Record) -> bool:
        kept = record.dates
        printed, electronic = calendar_day(kept.printed), calendar_day(kept.electronic)
        low: date
        high: date | None
        if isinstance(node, DateRange):
            low, high = node.first, node.last
        elif isinstance(node, RelativeDate):
            if node.unit == "days":
                low = date.fromordinal(self.today.toordinal() - node.count)
            else:
                low = months_back(self.today, node.count * (12 if node.unit == "years" else 1))
            high = None if node.field == "dp" else self.today
        else:
            low = date(node.year, node.month or 1, node.day or 1)
            last = node.day or calendar.monthrange(node.year, node.month or 12)[1]
            high = date(node.year, node.month or 12, last)

        def inside(day: date | None) -> bool:
            return day is not None and low <= day and (high is None or day <= high)

        if node.field != "dp":
            day = {
                "ppdat": printed,
                "epdat": electronic,
                "edat": calendar_day(kept.entered),
                "crdt": calendar_day(kept.created),
                "mhda": calendar_day(kept.indexed or kept.entered),
                "lr": calendar_day(kept.revised),
                "dcom": calendar_day(kept.completed),
            }[node.field]
            return inside(day)
        if isinstance(node, SingleDate) and printed and electronic and electronic > printed:
            return inside(printed)
        return inside(printed) or inside(electronic)

    def subset(self, node: Subset, record: Record) -> bool:
        status = record.status.casefold()
        match fold(node.name):
            case "all":
                return True
            case "medline" | "publisher" | "oldmedline" as name:
                return status == name
            case "inprocess" | "in process":
                return status in ("in-process", "in-data-review")
            case "pubmednotmedline":
                return status == "pubmed-not-medline"
            case "pubmed pmc":
                return bool(record.identifier("pmc"))
            case "jsubsetim":
                return "IM" in record.citation_subsets
        raise AssertionError(node.name)

    def special(self, word: str, entry: Entry) -> bool:
        record = entry.record
        simple = {
            "hasabstract": bool(record.abstract),
            "hasstructuredabstract": any(section.label for section in record.abstract),
            "hasnonenglishabstract": any(
                other.language and other.language != "eng" for other in record.other_abstracts
            ),
            "hascois": bool(record.conflict_of_interest),
            "haskeyword": bool(record.keywords),
            "hasdatabanklist": bool(record.registry),
            "hasnihmsid": record.identifier("mid").startswith("NIHMS"),
            "pubstatusaheadofprint": entry.publication_status == "aheadofprint",
        }
        if word in simple:
            return simple[word]
        if word.startswith("owner"):
            return entry.owner.casefold() == word[5:]
        if word.startswith("indexingmethod_"):
            return entry.indexing.casefold() == word[15:]
        kinds = {"has" + link.kind.casefold() for link in record.links}
        return word in kinds
