"""NBIB, the tagged format of MEDLINE and PubMed (``PMID-``, ``TI  -``).

Tags follow NLM's "MEDLINE/PubMed Data Element (Field) Descriptions". Every field of the model has
a tag; what has none goes into ``XTRA`` lines, which other readers pass over.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from msgspec.structs import replace

from sinteza.formats import abstracts, dates, mesh, people
from sinteza.formats.decisions import lift, notes_for_tools
from sinteza.formats.encoding import lines
from sinteza.formats.fields import Fields, Identity, carried, carry, identifiers, or_refuse, own
from sinteza.model.record import (
    Author,
    Chemical,
    Dates,
    Grant,
    Journal,
    Link,
    OtherAbstract,
    PublicationType,
    Record,
    SupplementaryConcept,
)

name = "nbib"
extensions = (".nbib", ".medline", ".txt")

_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)")
_SNIFF = re.compile(rb"^PMID ?- ?\d", re.M)
_CITED = re.compile(r"(.*?)(?: PMID: (\d+))?(?: (\[[^]]*\]|\(.*\)))?", re.S)
_KIND_OF_ID = re.compile(r"(.*) \[([\w-]+)\]")
_STATED = re.compile(r"(\d{4}-\d{3}[\dXx])(?: \((\w+)\))?")
_DIVIDED = re.compile(r"(\S+) \((.*)\)", re.S)

LINKS = {
    "CommentIn": "CIN", "CommentOn": "CON", "ErratumIn": "EIN", "ErratumFor": "EFR",
    "CorrectedandRepublishedIn": "CRI", "CorrectedandRepublishedFrom": "CRF",
    "AssociatedDataset": "DDIN", "AssociatedPublication": "DRIN",
    "ExpressionOfConcernIn": "ECI", "ExpressionOfConcernFor": "ECF",
    "OriginalReportIn": "ORI", "PartialRetractionIn": "PRIN", "PartialRetractionOf": "PROF",
    "RepublishedIn": "RPI", "RepublishedFrom": "RPF", "RetractedandRepublishedIn": "RRI",
    "RetractedandRepublishedFrom": "RRF", "RetractionIn": "RIN", "RetractionOf": "ROF",
    "SummaryForPatientsIn": "SPIN", "UpdateIn": "UIN", "UpdateOf": "UOF", "PreprintIn": "PPIN",
    "PreprintOf": "PPOF",
}  # fmt: skip
"""PubMed's RefType and its tag (NLM, "Comments/Corrections")."""

_STATUSES = {"entered": "EDAT", "indexed": "MHDA", "created": "CRDT", "completed": "DCOM",
             "revised": "LR"}  # fmt: skip


def sniff(head: bytes) -> bool:
    """True if a line of the first bytes begins with ``PMID-``."""
    return _SNIFF.search(head) is not None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file in the order they stand there.

    Ids are the PubMed numbers under ``pubmed`` unless ``source`` says otherwise. Raises
    :class:`~sinteza.errors.FormatError` with the line for an entry without PMID, after the records
    before it were given.
    """
    identity = Identity()
    entries = or_refuse(
        _entries(lines(stream, path=path)),
        path=path,
        what="There is no entry here: no line begins with 'PMID- '",
        hint="Save from PubMed with format PubMed, or EFetch with rettype=medline.",
    )
    for entry in entries:
        yield _record(entry, source or "pubmed", identity)


def _entries(source_lines: Iterable[str]) -> Iterator[Fields]:
    """Cut at PMID lines, and at empty ones before the next tag."""
    pairs: list[tuple[str, str]] = []
    start = 0
    blank = False
    for number, line in enumerate(source_lines, 1):
        match = _TAG.match(line)
        if match is None:
            if not line.strip():
                blank = True
            elif pairs and line[0] == " ":
                tag, value = pairs[-1]
                pairs[-1] = (tag, f"{value} {line.strip()}")
            continue
        if pairs and (blank or match[1] == "PMID"):
            yield Fields(pairs, line=start)
            pairs = []
        blank = False
        if not pairs:
            start = number
        pairs.append((match[1], match[2].strip()))
    if pairs:
        yield Fields(pairs, line=start)


_JUNIOR = re.compile(r"(.*\S) (Jr|Sr|2nd|3rd|[4-9]th|I{2,3}|IV)", re.S)


def _full_name(text: str) -> Author:
    """``Smith, John A Jr`` as FAU has it."""
    last, comma, fore = text.partition(",")
    suffix = ""
    if found := _JUNIOR.fullmatch(fore.strip()):
        fore, suffix = found.groups()
    return (
        Author(last=last.strip(), fore=fore.strip(), suffix=suffix)
        if comma
        else (Author(last=text.strip()))
    )


def _short_name(text: str) -> Author:
    """``Smith JA Jr`` as AU has it."""
    suffix = ""
    # "Dalen IV" is a person with two initials, "Dalen IV 3rd" one with a suffix
    if (found := _JUNIOR.fullmatch(text)) and (" " in found[1] or not found[2].isupper()):
        text, suffix = found.groups()
    last, gap, initials = text.rpartition(" ")
    if gap and initials.replace("-", "").isupper() and len(initials) <= 4:
        return Author(last=last, initials=initials, suffix=suffix)
    return Author(last=text, suffix=suffix)


def _people(
    entry: Fields, full: str, short: str, place: str = "", group: str = "", ids: str = ""
) -> tuple[Author, ...]:
    """Names in their order; the short form, AD and AUID belong to the name they follow.

    Records before 1999 have one address ahead of the names: it is the first author's.
    """
    found: list[Author] = []
    before: list[str] = []
    in_full = before_full = False
    for tag, value in entry.pairs:
        if tag not in (full, short, place, group, ids) or not value:
            continue
        if tag == full:
            person = _full_name(value)
            if before_full and found[-1].last == person.last:
                person = replace(person, initials=found.pop().initials)
            found.append(person)
        elif tag == short and in_full:
            brief = _short_name(value)
            found[-1] = replace(
                found[-1], initials=brief.initials, suffix=found[-1].suffix or brief.suffix
            )
        elif tag == short:
            found.append(_short_name(value))
        elif tag == group:
            found.append(Author(collective=value))
        elif tag == place and not found:
            before.append(value)
        elif tag == place:
            found[-1] = replace(found[-1], affiliations=(*found[-1].affiliations, value))
        elif found and "ORCID" in value.upper():
            orcid = value.rsplit("/", 1)[-1].removeprefix("ORCID:").strip()
            found[-1] = replace(found[-1], orcid=orcid)
        before_full = tag == short and not in_full
        in_full = tag == full
    if before and found:
        found[0] = replace(found[0], affiliations=(*before, *found[0].affiliations))
    entry.all(full, short, *(tag for tag in (place, group) if tag))
    if ids:
        for value in entry.all(ids):
            if "ORCID" not in value.upper() or not found:
                entry.put_back(ids, value)
    return tuple(found)


def _printed(entry: Fields) -> tuple[str, str]:
    """The issue's date and, word for word, a season or range: as the XML reader gives them."""
    text = entry.one("DP")
    if re.fullmatch(r"\d{4}( [A-Z][a-z]{2}( \d{1,2})?)?", text):
        return dates.parse(text), ""
    day = dates.parse(text)
    season = re.fullmatch(r"\d{4} (Winter|Spring|Summer|Fall|Autumn)", text)
    return day, season[1] if season else text


def _journal(entry: Fields) -> tuple[Journal, list[str]]:
    """The journal, and ISSNs beyond the first and the linking one."""
    linking, numbers = "", []
    for value in entry.all("IS"):
        if not (stated := _STATED.fullmatch(value)):
            entry.put_back("IS", value)
        elif stated[2] == "Linking" and not linking:
            linking = stated[1]
        elif stated[1] not in numbers:
            numbers.append(stated[1])
    journal = Journal(
        title=entry.one("JT"),
        abbreviation=entry.one("TA"),
        nlm_id=entry.one("JID"),
        issn=numbers[0] if numbers else "",
        issn_linking=linking,
        volume=entry.one("VI"),
        issue=entry.one("IP"),
        pages=entry.one("PG"),
        country=entry.one("PL"),
    )
    return journal, numbers[1:]


def _ids(entry: Fields, pmid: str) -> Iterator[tuple[str, str]]:
    yield "pmid", pmid
    for tag in ("AID", "LID"):
        for value in entry.all(tag):
            if found := _KIND_OF_ID.fullmatch(value):
                yield found[2], found[1]
            elif value not in entry.peek("PG"):
                entry.put_back(tag, value)
    for value in entry.all("PMC"):
        yield "pmc", value
    for value in entry.all("MID"):
        yield "mid", value


def _dates(entry: Fields) -> Dates:
    printed, medline = _printed(entry)
    named = {field: dates.parse(entry.one(tag)) for field, tag in _STATUSES.items()}
    history = []
    for value in entry.all("PHST"):
        stated = _KIND_OF_ID.fullmatch(value)
        if stated is None:
            entry.put_back("PHST", value)
        elif stated[2] not in ("entrez", "pubmed", "medline"):  # these are CRDT, EDAT and MHDA
            history.append((stated[2], dates.parse(stated[1])))
    return Dates(
        printed=printed,
        electronic=dates.parse(entry.one("DEP")),
        medline=medline,
        history=tuple(history),
        **named,
    )


def _links(entry: Fields) -> tuple[Link, ...]:
    kinds = {tag: kind for kind, tag in LINKS.items()}
    found = []
    for tag, value in entry.pairs:
        if tag in kinds and value and (cited := _CITED.fullmatch(value)):
            found.append(Link(kind=kinds[tag], citation=cited[1], pmid=cited[2] or ""))
    entry.all(*kinds)
    return tuple(found)


def _other_abstracts(entry: Fields) -> tuple[OtherAbstract, ...]:
    found: list[OtherAbstract] = []
    for tag, value in entry.pairs:
        if tag == "OAB" and value:
            kind = re.match(r"(Publisher|AAMC|AIDS|KIE|PIP|NASA|plain-language-summary): ", value)
            text = value[kind.end() :] if kind else value
            found.append(
                OtherAbstract(sections=abstracts.sections(text), kind=kind[1] if kind else "")
            )
        elif tag == "OABL" and found:
            found[-1] = replace(found[-1], language=value)
    entry.all("OAB", "OABL")
    return tuple(found)


def _grant(text: str) -> Grant:
    """``number/acronym/agency/country``: read from the right, since numbers hold slashes."""
    *before, agency, country = ["", *text.split("/")] if "/" in text else ["", text, ""]
    acronym = ""
    if len(before) > 2 or re.fullmatch(r"[A-Z]{2,6}_?", before[-1]):
        *before, acronym = before
    return Grant(number="/".join(p for p in before if p), acronym=acronym, agency=agency,
                 country=country)  # fmt: skip


def _chemical(text: str) -> Chemical:
    found = _DIVIDED.fullmatch(text)
    return Chemical(name=found[2], registry_number=found[1]) if found else Chemical(name=text)


def _record(entry: Fields, source: str, identity: Identity) -> Record:
    pmid = entry.one("PMID")
    link = list(_ids(entry, pmid))
    doi = next((value for kind, value in link if kind == "doi"), "")
    journal, more_issns = _journal(entry)
    days = _dates(entry)
    brought = carried(entry.all("XTRA"))
    link += [(k[3:], v) for k in list(brought) if k.startswith("id-") for v in brought.pop(k)]
    notes, decision = lift(entry.all("GN"))
    # the same PubMed number again is the same record, perhaps a newer state of it
    source_id = pmid or identity.of(doi, content=(value for _, value in entry.pairs))
    return Record(
        id=f"{source}:{source_id}",
        source=source,
        source_id=source_id,
        title=entry.one("TI", "BTI"),
        abstract=abstracts.sections(" ".join(entry.all("AB"))),
        other_abstracts=_other_abstracts(entry),
        vernacular_title=entry.one("TT"),
        authors=_people(entry, "FAU", "AU", "AD", "CN", "AUID"),
        investigators=_people(entry, "FIR", "IR", "IRAD"),
        subjects=_people(entry, "FPS", "PS"),
        year=dates.year(days.printed or days.electronic),
        dates=days,
        journal=journal,
        identifiers=identifiers(*link, *(("issn", number) for number in more_issns)),
        mesh=tuple(mesh.parse(value) for value in entry.all("MH")),
        supplementary=tuple(SupplementaryConcept(name=value) for value in entry.all("NM")),
        publication_types=tuple(PublicationType(name=value) for value in entry.all("PT")),
        chemicals=tuple(_chemical(value) for value in entry.all("RN")),
        genes=tuple(entry.all("GS")),
        keywords=tuple(entry.all("OT")),
        languages=tuple(entry.all("LA")),
        grants=tuple(_grant(value) for value in entry.all("GR")),
        registry=tuple(entry.all("SI")),
        links=_links(entry),
        conflict_of_interest=entry.one("COIS"),
        status=entry.one("STAT"),
        model=entry.one("PUBM"),
        citation_subsets=tuple(entry.all("SB")),
        space_flight=tuple(entry.all("SFM")),
        notes=tuple(notes),
        extra=brought | decision | entry.rest("nbib"),
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write UTF-8 as PubMed does: lines folded at 88 characters, an empty line between entries."""
    for record in records:
        tagged = (
            f"{tag:<4}- {value}" if tag == "XTRA" else _folded(tag, value)
            for tag, value in _pairs(record)
            if value.strip()
        )
        stream.write(("\n".join(tagged) + "\n\n").encode("utf-8"))


def _folded(tag: str, value: str) -> str:
    text = f"{tag:<4}- {' '.join(value.split())}"
    if len(text) <= 88:
        return text
    return textwrap.fill(
        text, 88, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False
    )


def _names(
    people_: Iterable[Author], full: str, short: str, place: str = ""
) -> Iterator[tuple[str, str]]:
    for person in people_:
        if person.collective:
            yield "CN", person.collective
        else:
            fore = f"{person.fore} {person.suffix}".strip()
            if person.fore:
                yield full, f"{person.last}, {fore}"
            yield short, people.glued(person)
        if place == "AD" and person.orcid:
            yield "AUID", f"ORCID: {person.orcid}"
        yield from ((place, where) for where in person.affiliations if place)


def _written_date(record: Record) -> str:
    """DP: the printed words of a season or range, else the date as MEDLINE has it."""
    days = record.dates
    if days.medline:
        return (
            days.medline
            if re.search(r"\d{4}", days.medline)
            else (f"{days.printed[:4]} {days.medline}")
        )
    year, _, rest = (days.printed or str(record.year or "")).partition("-")
    month, _, day = rest.partition("-")
    words = (year, dates.MONTH_NAMES.get(month, ""), day.lstrip("0"))
    return " ".join(word for word in words if word)


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """The tags of one record, in PubMed's order."""
    journal, days = record.journal, record.dates
    verbatim = own(record, "nbib")
    yield "PMID", record.pmid or record.source_id
    yield "STAT", record.status
    yield from ((tag, getattr(days, f).replace("-", "")) for f, tag in _STATUSES.items()
                if tag in ("DCOM", "LR"))  # fmt: skip
    issn = [journal.issn, *(item.value for item in record.identifiers if item.kind == "issn")]
    yield from (("IS", number) for number in issn)
    yield "IS", f"{journal.issn_linking} (Linking)" if journal.issn_linking else ""
    yield from (("VI", journal.volume), ("IP", journal.issue), ("DP", _written_date(record)))
    yield from (("TI", record.title), ("PG", journal.pages))
    for item in record.identifiers:
        if item.kind in ("pmc", "mid"):
            yield item.kind.upper(), item.value
        elif item.kind not in ("pmid", "issn"):
            yield "AID", f"{item.value} [{item.kind}]"
    yield "AB", abstracts.printed(record.abstract)
    for other in record.other_abstracts:
        text = abstracts.printed(other.sections)
        yield "OAB", f"{other.kind}: {text}" if other.kind else text
        yield "OABL", other.language
    yield from _names(record.authors, "FAU", "AU", "AD")
    yield from (("LA", language) for language in record.languages)
    for grant in record.grants:
        before = (part for part in (grant.number, grant.acronym) if part)
        yield "GR", "/".join((*before, grant.agency, grant.country))
    yield from (("SI", number) for number in record.registry)
    yield from (("PT", kind.name) for kind in record.publication_types)
    yield from (("TT", record.vernacular_title), ("DEP", days.electronic.replace("-", "")))
    yield from (("PL", journal.country), ("TA", journal.abbreviation), ("JT", journal.title))
    yield "JID", journal.nlm_id
    for chemical in record.chemicals:
        number = chemical.registry_number
        yield "RN", f"{number} ({chemical.name})" if number else chemical.name
    yield from (("SB", subset) for subset in record.citation_subsets)
    for link in record.links:
        cited = f"{link.citation} PMID: {link.pmid}" if link.pmid else link.citation
        yield LINKS.get(link.kind, "XTRA"), cited
    yield from (("MH", mesh.printed(heading)) for heading in record.mesh)
    yield from (("NM", concept.name) for concept in record.supplementary)
    yield from (("GS", gene) for gene in record.genes)
    yield from (("OT", word) for word in record.keywords)
    yield from _names(record.investigators, "FIR", "IR", "IRAD")
    yield from _names(record.subjects, "FPS", "PS")
    yield from (("SFM", mission) for mission in record.space_flight)
    yield from (("GN", note) for note in (*record.notes, *notes_for_tools(record)))
    yield from (("COIS", record.conflict_of_interest), ("PUBM", record.model))
    for field, tag in _STATUSES.items():
        if tag not in ("DCOM", "LR"):
            yield tag, dates.slashed(getattr(days, field))
    yield from (("PHST", f"{dates.slashed(day)} [{status}]") for status, day in days.history)
    yield from verbatim
    yield from (("XTRA", value) for value in carry(record, "nbib"))
