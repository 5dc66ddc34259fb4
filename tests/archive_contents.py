"""What can be searched in a record, found the slow and plain way: from the parser's record.

The archive's columns must say the same (tests/unit/archive/test_indexing.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sinteza.archive import content
from sinteza.model.record import Author, Record
from tests.archive_oracle import fold

_SUBSETS = {"im": "jsubsetim", "aim": "jsubsetaim", "d": "jsubsetd", "n": "jsubsetn"}


class Reading(NamedTuple):
    """A record and the three attributes of its XML that the model has no place for."""

    record: Record
    owner: str
    indexing: str
    publication_status: str


_OWNER = re.compile(rb'<MedlineCitation\b[^>]*?\sOwner="([^"]*)"')
_INDEXING = re.compile(rb'<MedlineCitation\b[^>]*?\sIndexingMethod="([^"]*)"')
_PUBLICATION_STATUS = re.compile(rb"<PublicationStatus>\s*([^<]*?)\s*</PublicationStatus>")


def reading(raw: bytes, record: Record) -> Reading:
    """Join a record with what its XML says besides."""

    def first(pattern: re.Pattern[bytes]) -> str:
        found = pattern.search(raw)
        return found.group(1).decode() if found else ""

    return Reading(record, first(_OWNER), first(_INDEXING), first(_PUBLICATION_STATUS))


def ordinal(day: str) -> int:
    """The number of an ISO day, whatever its precision (missing parts are the first); 0 if none."""
    if not day:
        return 0
    year, month, number, *_ = [*map(int, day.split("-")), 1, 1]
    try:
        return date(year, month, number).toordinal()
    except ValueError:  # a day that is in no calendar, such as 31 June
        try:
            return date(year, month, 1).toordinal()
        except ValueError:
            return date(year, 1, 1).toordinal() if 0 < year < 10000 else 0


def days(record: Record) -> tuple[int, ...]:
    """The days of ``content.DATE_FIELDS``; the MeSH date is the entry date until indexed."""
    dates = record.dates
    return (
        ordinal(dates.printed),
        ordinal(dates.electronic),
        ordinal(dates.entered),
        ordinal(dates.created),
        ordinal(dates.indexed or dates.entered),
        ordinal(dates.revised),
        ordinal(dates.completed),
    )


AddText = Callable[[int, int, str], None]
"""``(kind, number of the value within its kind, text)``"""
AddKey = Callable[[str, int, int, int], None]
"""``(key, kind, number, flags)``"""


def person_key(person: Author) -> str:
    """``last|initials|suffix|fore names``, each folded."""
    parts = (person.last, person.initials, person.suffix, person.fore)
    return "|".join(fold(part) for part in parts)


def index(item: Reading, text: AddText, key: AddKey) -> None:
    """Tell ``text`` and ``key`` everything that can be searched in a record."""
    record = item.record

    def plain(name: str) -> None:
        key(name, content.KEY, 0, 0)

    def several(kind: int, values: list[str]) -> None:
        for number, value in enumerate(dict.fromkeys(values)):
            if value:
                text(kind, number, value)

    if record.title:
        text(content.TI, 0, record.title)
    for number, section in enumerate(record.abstract):
        text(content.AB, number, section.text)
    several(
        content.OAB,
        [section.text for other in record.other_abstracts for section in other.sections],
    )
    several(content.OT, list(record.keywords))
    if record.vernacular_title:
        text(content.TT, 0, record.vernacular_title)
    if record.conflict_of_interest:
        text(content.COIS, 0, record.conflict_of_interest)

    _headings(record, text, key)
    _people(record, text, key)

    several(content.PT, [kind.name for kind in record.publication_types])
    for kind in record.publication_types:
        plain("pt:" + fold(kind.name))
    substances = [c.name for c in record.chemicals] + [c.name for c in record.supplementary]
    several(content.NM, substances)
    for name in substances:
        plain("nm:" + fold(name))
    several(content.SI, list(record.registry))
    for entry in record.registry:
        for part in (entry, *entry.split("/", 1)):
            plain("si:" + fold(part))
    several(content.CC, [part for link in record.links for part in (link.citation, link.note)])

    journal = record.journal
    several(content.TA, [journal.title, journal.abbreviation, journal.issn, journal.issn_linking])
    for name in {journal.title, journal.abbreviation, journal.issn, journal.issn_linking}:
        if name:
            plain("ta:" + fold(name))
    several(
        content.GR, [p for g in record.grants for p in (g.number, g.acronym, g.agency, g.country)]
    )
    for grant in record.grants:
        for part in (grant.number, grant.acronym, grant.agency, grant.country):
            if part:
                plain("gr:" + fold(part))
    named = [i.value for i in record.identifiers if i.kind != "pmid"]
    several(content.AID, named)
    for value in named:
        plain("aid:" + fold(value))
    numbers = [chemical.registry_number for chemical in record.chemicals]
    several(
        content.ETC,
        [
            *record.languages, journal.volume, journal.issue, journal.pages, journal.nlm_id,
            *numbers, *record.genes, *record.space_flight,
        ],
    )  # fmt: skip
    for field, value in (
        *(("rn", number) for number in numbers),
        *(("la", code) for code in record.languages),
        ("vi", journal.volume),
        ("ip", journal.issue),
        ("pg", re.split(r"[-,;]", journal.pages, maxsplit=1)[0]),
        ("pl", journal.country),
        ("jid", journal.nlm_id),
    ):
        if value:
            plain(f"{field}:{fold(value)}")
    for mark in sorted(marks(item)):
        plain("is:" + mark)


def _headings(record: Record, text: AddText, key: AddKey) -> None:
    """A heading and its subheadings share one number: that they are attached to each other."""
    for number, heading in enumerate(record.mesh):
        starred = heading.major or any(qualifier.major for qualifier in heading.qualifiers)
        key("mh:" + fold(heading.name), content.MH, number, int(starred))
        text(content.MH, 1 + 2 * number, heading.name)
        for qualifier in heading.qualifiers:
            key("sh:" + fold(qualifier.name), content.MH, number, int(qualifier.major))
    place = 0
    for heading in record.mesh:
        for qualifier in heading.qualifiers:
            text(content.MH, 2 + 2 * place, qualifier.name)
            place += 1


def _people(record: Record, text: AddText, key: AddKey) -> None:
    persons = [person for person in record.authors if person.last]
    for number, person in enumerate(persons):
        flags = content.FIRST * (number == 0) | content.LAST * (number == len(persons) - 1)
        key("au:" + person_key(person), content.KEY, number, flags)
    for name, people in (("ir", record.investigators), ("ps", record.subjects)):
        for number, person in enumerate(people):
            if person.last:
                key(f"{name}:{person_key(person)}", content.KEY, number, 0)
    everybody = [*record.authors, *record.investigators]
    for number, person in enumerate(everybody):
        if person.last:
            text(
                content.AU, number, f"{person.last} {person.initials} {person.suffix} {person.fore}"
            )
    for number, person in enumerate(record.subjects):
        text(
            content.PS,
            number,
            person.collective or f"{person.last} {person.initials} {person.fore}",
        )
    groups = [person.collective for person in everybody if person.collective]
    for number, group in enumerate(groups):
        text(content.CN, number, group)
    places = dict.fromkeys(place for person in everybody for place in person.affiliations)
    for number, place in enumerate(places):
        text(content.AD, number, place)
    for orcid in {person.orcid for person in everybody if person.orcid}:
        key("auid:" + fold(orcid), content.KEY, 0, 0)
        key("auid:orcid " + fold(orcid), content.KEY, 0, 0)


def marks(item: Reading) -> set[str]:
    """The special words and subsets that select the record."""
    record = item.record
    found = {f"owner{item.owner.lower()}", f"sb {fold(record.status)}"}
    found |= {f"indexingmethod_{item.indexing.lower()}"} if item.indexing else set()
    if item.publication_status == "aheadofprint":
        found.add("pubstatusaheadofprint")
    if record.mesh:
        found.add("sb hasmesh")
    if record.abstract:
        found.add("hasabstract")
    if any(section.label for section in record.abstract):
        found.add("hasstructuredabstract")
    if any(other.language not in ("", "eng") for other in record.other_abstracts):
        found.add("hasnonenglishabstract")
    if record.conflict_of_interest:
        found.add("hascois")
    if record.keywords:
        found.add("haskeyword")
    if record.registry:
        found.add("hasdatabanklist")
    if record.identifier("mid").upper().startswith("NIHMS"):
        found.add("hasnihmsid")
    if record.identifier("pmc"):
        found.add("sb pubmed pmc")
    for link in record.links:
        kind = link.kind.lower()
        found.add("has" + kind.replace("correctedandrepublished", "correctedrepublished"))
    for subset in record.citation_subsets:
        found.add("sb " + _SUBSETS.get(subset.lower(), "jsubset" + subset.lower()))
    return found
