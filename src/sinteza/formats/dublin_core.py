"""Dublin Core in XML: ``oai_dc``, also in answers of OAI-PMH and SRU, and DSpace's ``xoai``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from sinteza.formats import people, xml
from sinteza.formats.entry import Names, assemble
from sinteza.formats.fields import Fields, Identity, doi, issns, or_refuse, source_name
from sinteza.model.record import Record

name = "oai-dc"
extensions = (".xml",)

_SNIFF = re.compile(rb"purl\.org/dc/elements|<(?:oai_dc:|dc:|\w+:)?dc[\s>]|lyncode\.com/xoai")
_HINT = "Harvest the page again with metadataPrefix=oai_dc."
_SOURCE = re.compile(
    r"(?P<journal>.+?)[;,.]\s*(?:vol(?:ume)?\.?\s*)?(?P<volume>\d+)"
    r"(?:\s*(?:\((?P<issue>[^)]+)\)|,?\s*(?:no|nr|issue)\.?\s*(?P<number>\S+?)))?"
    r"(?:\s*[:;,]\s*(?:\(?\d{4}\)?\s*[:;,]\s*)?(?:pp?\.?\s*)?(?P<pages>\d+(?:\s*[-–]\s*\d+)?))?.*",
    re.I,
)
_KINDS = {"article": "article-journal", "book": "book", "bookpart": "chapter", "thesis": "thesis",
          "doctoralthesis": "thesis", "masterthesis": "thesis", "report": "report",
          "conferenceobject": "paper-conference", "conferencepaper": "paper-conference",
          "dataset": "dataset", "preprint": "article"}  # fmt: skip

NAMES: Names = {
    "title": ("title",),
    "abstract": ("abstract",),
    "date": ("date",),
    "journal": ("journal",),
    "volume": ("volume",),
    "issue": ("issue",),
    "pages": ("pages",),
    "issn": ("issn",),
    "isbn": ("isbn",),
    "doi": ("doi",),
    "url": ("url",),
    "publisher": ("publisher",),
    "language": ("language",),
    "keywords": ("subject",),
    "types": ("type",),
    "editors": ("contributor",),
}


def sniff(head: bytes) -> bool:
    """True for XML with elements of Dublin Core or xoai."""
    return head[:1] == b"<" and _SNIFF.search(head) is not None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file; deleted ones of OAI-PMH are passed over.

    Raises :class:`~sinteza.errors.FormatError` with the line when the XML is broken or cut, after
    the records before it were given.
    """
    source = source_name(source, path, name)
    identity = Identity()
    found = xml.elements(stream, "dc", "nsdl_dc", "qualifieddc", "metadata", path=path, hint=_HINT)
    pages = (e for e in found if _is_record(e))
    for element in or_refuse(
        pages, path=path, what="There is no Dublin Core record in this XML", hint=_HINT
    ):
        key = ""
        outer = element.getparent()
        while outer is not None and not key:
            key = xml.first(outer, "header", "identifier")
            outer = outer.getparent() if xml.local(outer) != "record" else None
        yield from_element(element, source, identity, key)


def _is_record(element: Any) -> bool:
    """True for a record's metadata; Identify describes the repository in the same elements."""
    if xml.local(element) == "metadata":
        return _is_xoai(element)
    parent = element.getparent()
    return parent is None or xml.local(parent) != "description"


def _is_xoai(element: Any) -> bool:
    return next(xml.children(element, "element"), None) is not None


def _pairs(element: Any) -> Iterator[tuple[str, str, str]]:
    """Element, qualifier and text; xoai nests them as elements with names."""
    if _is_xoai(element):
        yield from _xoai(element, ())
        return
    for child in element:
        if xml.local(child) and (words := xml.text(child)):
            yield xml.local(child), "", words


def _xoai(element: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for child in xml.children(element, "element"):
        yield from _xoai(child, (*place, child.get("name", "")))
    for child in xml.children(element, "field"):
        if child.get("name") == "value" and len(place) > 1 and place[0] in ("dc", "dcterms"):
            # dc, element, qualifier or language
            yield place[1], place[2] if len(place) > 3 else "", xml.text(child)


def from_element(element: Any, source: str, identity: Identity, key: str = "") -> Record:
    """A record out of a ``dc`` element, or a ``metadata`` element of xoai."""
    pairs: list[tuple[str, str]] = []
    who: list[str] = []
    kind = ""
    descriptions: list[str] = []
    for tag, qualifier, words in _pairs(element):
        if tag == "creator" or (tag, qualifier) == ("contributor", "author"):
            who.append(words)
        elif tag == "description" and qualifier in ("", "abstract"):
            descriptions.append(words)
        elif tag in ("identifier", "source", "relation"):
            pairs += _identified(tag, words)
        elif tag == "type":
            code = re.sub(r"[^a-z]", "", words.lower().rsplit("/", 1)[-1].rsplit(":", 1)[-1])
            kind = kind or _KINDS.get(code, "")
            pairs.append((tag, words))
        elif tag == "date" and qualifier not in ("", "issued"):
            pairs.append((f"date.{qualifier}", words))
        else:
            pairs.append((tag, words))
    # the longest description is the abstract; shorter ones are remarks
    if descriptions:
        longest = max(descriptions, key=len)
        pairs.append(("abstract", longest))
        pairs += [("description", words) for words in descriptions if words is not longest]
    return assemble(
        Fields(pairs), {**NAMES, "authors": ("creator",)}, form=name, source=source,
        identity=identity, kind=kind, key=key, split=lambda text: [text],
        who=tuple(people.author(words) for words in dict.fromkeys(who)),
    )  # fmt: skip


def _identified(tag: str, words: str) -> Iterator[tuple[str, str]]:
    """What an identifier or source turns out to be."""
    if doi(words) and (words.startswith(("10.", "doi:", "DOI:")) or "doi.org/" in words):
        yield "doi", words
    elif tag == "identifier" and words.startswith(("http://", "https://")):
        yield "url", words
    elif re.match(r"(?:urn:)?issn|[\dXx-]{9}$", words, re.I) and issns(words):
        yield "issn", "; ".join(issns(words))
    elif re.match(r"(?:urn:)?isbn", words, re.I):
        yield "isbn", re.sub(r"(?i)^(?:urn:)?isbn[:\s]*", "", words)
    elif tag == "source" and (found := _SOURCE.fullmatch(words)):
        parts = found.groupdict()
        yield "journal", parts["journal"].strip()
        yield "volume", parts["volume"]
        yield "issue", parts["issue"] or parts["number"] or ""
        yield "pages", (parts["pages"] or "").replace(" ", "")
        yield tag, words
    elif tag == "source":
        yield "journal", words
    else:
        yield tag, words
