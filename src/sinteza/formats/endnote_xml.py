"""EndNote XML, as EndNote, Zotero, Mendeley and Bookends export it (RSXML)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from sinteza.formats import abstracts, people, xml
from sinteza.formats.decisions import notes_for_tools
from sinteza.formats.entry import SHARED, Names, assemble, spread, values
from sinteza.formats.fields import (
    KIND,
    Fields,
    Identity,
    carried,
    carry,
    escaped,
    or_refuse,
    own,
    source_name,
)
from sinteza.formats.mesh import printed as mesh_text
from sinteza.model.record import Record

name = "endnote-xml"
extensions = (".xml",)

NAMES: Names = {
    "title": ("titles/title",),
    "vernacular_title": ("titles/translated-title",),
    "authors": ("contributors/authors/author",),
    "editors": ("contributors/secondary-authors/author",),
    "abstract": ("abstract",),
    "year": ("dates/year",),
    "date": ("dates/pub-dates/date",),
    "journal": ("periodical/full-title", "titles/secondary-title"),
    "abbreviation": ("periodical/abbr-1", "titles/alt-title"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages",),
    "issn": ("isbn",),
    "doi": ("electronic-resource-num",),
    "accession": ("accession-num",),
    "url": ("urls/related-urls/url", "urls/web-urls/url"),
    "publisher": ("publisher",),
    "place": ("pub-location",),
    "database": ("remote-database-name",),
    "short_title": ("titles/short-title",),
    "edition": ("edition",),
    "language": ("language",),
    "keywords": ("keywords/keyword",),
    "types": ("work-type",),
    "notes": ("notes",),
    "affiliations": ("auth-address",),
}
_KINDS = {
    "journal article": "article-journal", "electronic article": "article-journal", "book": "book",
    "book section": "chapter", "edited book": "book", "electronic book": "book",
    "conference proceedings": "paper-conference", "conference paper": "paper-conference",
    "thesis": "thesis", "report": "report", "web page": "webpage", "dataset": "dataset",
    "newspaper article": "article-newspaper", "magazine article": "article-magazine",
    "patent": "patent", "unpublished work": "manuscript", "manuscript": "manuscript",
    "generic": "document", "computer program": "software", "government document": "report",
    "encyclopedia": "entry-encyclopedia", "blog": "post-weblog", "map": "map",
}  # fmt: skip
# EndNote's numbers of reference types (EndNote, "Reference Types").
_NUMBERS = {
    "article-journal": ("Journal Article", 17), "book": ("Book", 6), "chapter": ("Book Section", 5),
    "paper-conference": ("Conference Proceedings", 10), "thesis": ("Thesis", 32),
    "report": ("Report", 27), "webpage": ("Web Page", 12), "dataset": ("Dataset", 59),
    "patent": ("Patent", 25), "manuscript": ("Manuscript", 36),
}  # fmt: skip
_CARRIER = "custom7"


def sniff(head: bytes) -> bool:
    """True for ``<xml><records><record>`` with EndNote's elements."""
    telling = b"<ref-type" in head or b"<contributors>" in head
    return head[:1] == b"<" and b"<records>" in head and telling


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file in the order they stand there.

    Raises :class:`~sinteza.errors.FormatError` with the line when the XML is broken or cut, after
    the records before it were given.
    """
    source = source_name(source, path, "endnote")
    identity = Identity()
    hint = "Export the library again as XML."
    found = xml.elements(stream, "record", path=path, hint=hint)
    for element in or_refuse(found, path=path, what="There is no record in this XML", hint=hint):
        yield _record(element, source, identity)


def _leaves(element: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each element without elements below it (but ``style``), by its path."""
    for child in element:
        tag = xml.local(child)
        inner = [part for part in child if xml.local(part) not in ("style", "")]
        here = f"{place}/{tag}" if place else tag
        if inner:
            yield from _leaves(child, here)
        elif words := "".join(child.itertext()).strip():
            yield here, words if tag in ("abstract", "notes", _CARRIER) else " ".join(words.split())


def _record(element: Any, source: str, identity: Identity) -> Record:
    pairs: list[tuple[str, str]] = []
    brought: dict[str, tuple[str, ...]] = {}
    kind = ""
    for place, value in _leaves(element):
        if place == "ref-type":
            stated = next(xml.children(element, "ref-type")).get("name", value)
            kind = _KINDS.get(stated.lower(), "")
            if not kind:
                pairs.append(("ref-type", stated))
        elif place == "notes":
            pairs += [(place, part.strip()) for part in value.split("\n\n")]
        elif place == "rec-number":
            continue
        elif place == _CARRIER and (lifted := carried(value.split("\n"))):
            brought = lifted
        else:
            pairs.append((place, value.replace("\r", "\n") if place == "abstract" else value))
    fields = Fields(pairs)
    number = next(iter(fields.peek("accession-num")), "")
    database = " ".join(fields.peek("remote-database-name")).lower()
    names = NAMES
    if number.isdigit() and len(number) <= 8 and database in ("", "nlm", "medline", "pubmed"):
        # EndNote and Mendeley keep the PubMed number as the accession number
        names = {**NAMES, "pmid": NAMES["accession"], "accession": ()}
    return assemble(
        fields,
        names,
        form=name,
        source=source,
        identity=identity,
        kind=kind,
        extra=brought,
        key=number,
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write UTF-8 XML that EndNote and Zotero import."""
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><records>\n')
    for number, record in enumerate(records, 1):
        tree: dict[str, object] = {}
        for place, value in _pairs(record):
            node = tree
            *groups, leaf = place.split("/")
            for group in groups:
                node = node.setdefault(group, {})  # type: ignore[assignment]  # groups hold dicts
            node.setdefault(leaf, []).append(value)  # type: ignore[attr-defined]  # leaves lists
        kind, code = _NUMBERS.get(
            next(iter(record.extra.get(KIND, ())), "article-journal"), ("Generic", 13)
        )
        kind = next(iter(record.extra.get("endnote-xml:ref-type", ())), kind)
        head = f'<rec-number>{number}</rec-number><ref-type name="{escape(kind)}">{code}</ref-type>'
        stream.write(f"<record>{head}{_xml(tree)}</record>\n".encode())
    stream.write(b"</records></xml>\n")


def _xml(node: Mapping[str, object]) -> str:
    parts = []
    for tag, content in node.items():
        if isinstance(content, dict):
            parts.append(f"<{tag}>{_xml(content)}</{tag}>")
        elif isinstance(content, list):
            parts += [f"<{tag}>{escape(str(value))}</{tag}>" for value in content]
    return "".join(parts)


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    journal, extra = record.journal, record.extra
    day = record.dates.printed
    # EndNote holds one accession number; the PubMed number goes first, as EndNote has it
    accession = record.identifier("accession")
    number = accession or record.pmid
    issn = [n for n in (journal.issn, *values(record, "issn"), *values(record, "isbn")) if n]
    words = [*(mesh_text(heading) for heading in record.mesh), *record.keywords]
    notes = [*record.notes, *notes_for_tools(record)]
    if accession and record.pmid:
        notes.append(f"PMID: {record.pmid}")
    if record.identifier("pmc"):
        notes.append(f"PMCID: {record.identifier('pmc')}")
    single = (
        *(("contributors/authors/author", people.inverted(p)) for p in record.authors),
        ("titles/title", record.title),
        ("titles/secondary-title", journal.title or journal.abbreviation),
        ("titles/translated-title", record.vernacular_title),
        ("periodical/full-title", journal.title or journal.abbreviation),
        ("periodical/abbr-1", journal.abbreviation if journal.title else ""),
        ("pages", journal.pages),
        ("volume", journal.volume),
        ("number", journal.issue),
        *(("keywords/keyword", word) for word in words),
        ("dates/year", str(record.year or "")),
        ("dates/pub-dates/date", day if len(day) > 4 else ""),
        ("isbn", "; ".join(issn)),
        ("accession-num", number),
        ("electronic-resource-num", record.identifier("doi")),
        ("abstract", abstracts.printed(record.abstract)),
        ("notes", "\n\n".join(notes)),
        *(("work-type", kind.name) for kind in record.publication_types),
        ("language", "; ".join(record.languages)),
    )
    yield from ((place, value) for place, value in single if value)
    for word in SHARED:
        yield from ((NAMES[word][0], value) for value in extra.get(word, ()))
    yield from ((p, v) for p, v in own(record, name) if p not in ("ref-type", "rec-number"))
    lost = spread(record, "pmid", "doi", "pmc", "issn", "isbn", "accession")
    lines = [
        *(f"sinteza:{key}={escaped(value)}" for key, value in lost),
        *carry(record, name, KIND, *SHARED),
    ]
    if lines:
        yield _CARRIER, "\n".join(lines)
