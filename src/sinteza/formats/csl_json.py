"""CSL-JSON, the items that citation processors and Zotero exchange (CSL 1.0.2 schema).

Leftovers of any format travel in ``custom``, which the schema leaves free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from sinteza.errors import FormatError
from sinteza.formats import abstracts, people
from sinteza.formats.decisions import notes_for_tools
from sinteza.formats.encoding import text as whole_text
from sinteza.formats.entry import SHARED, Names, assemble, spread, values
from sinteza.formats.fields import KIND, Fields, Identity, own, source_name
from sinteza.formats.mesh import printed as mesh_text
from sinteza.model.record import Author, Record

name = "csl-json"
extensions = (".json",)

NAMES: Names = {
    "title": ("title",),
    "abstract": ("abstract",),
    "date": ("issued",),
    "journal": ("container-title",),
    "abbreviation": ("container-title-short", "journalAbbreviation"),
    "volume": ("volume",),
    "issue": ("issue",),
    "pages": ("page",),
    "article_number": ("number",),
    "issn": ("ISSN",),
    "isbn": ("ISBN",),
    "doi": ("DOI",),
    "pmid": ("PMID",),
    "pmc": ("PMCID",),
    "id": ("id",),
    "accession": ("call-number",),
    "url": ("URL",),
    "publisher": ("publisher",),
    "place": ("publisher-place",),
    "database": ("source",),
    "short_title": ("title-short", "shortTitle"),
    "edition": ("edition",),
    "language": ("language",),
    "types": ("genre",),
    "keywords": ("keyword",),
    "notes": ("note",),
}


def sniff(head: bytes) -> bool:
    """True for a list of objects that have a ``type`` or ``issued``, as items do."""
    return head[:1] in b"[{" and any(
        word in head for word in (b'"issued"', b'"container-title"', b'"article-journal"')
    )


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the items of an open, uncompressed file, a list or one item.

    Raises :class:`~sinteza.errors.FormatError` for broken JSON and for what is not an item.
    """
    source = source_name(source, path, "csl")
    identity = Identity()
    try:
        items = msgspec.json.decode(whole_text(stream, path=path))
    except msgspec.DecodeError as error:
        raise FormatError(
            f"The JSON is broken: {error}", path=path, line=1, hint="Export the items again."
        ) from error
    if isinstance(items, dict):
        items = items.get("items", [items])
    if not isinstance(items, list):
        raise FormatError(
            "The JSON holds no list of items", path=path, line=1, hint="Export the items again."
        )
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or not (item.keys() & {"title", "id", "DOI", "author"}):
            raise FormatError(
                f"Item {number} is not a CSL item: it has neither title, id, DOI nor author",
                path=path,
                line=1,
                hint="Export the items as CSL-JSON.",
            )
        try:
            record = _record(item, source, identity)
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            raise FormatError(
                f"A field of item {number} has a shape that CSL does not know: {error}",
                path=path,
                line=1,
                hint="Export the items again, or correct the field.",
            ) from error
        yield record


def _date(value: Any) -> str:
    """``issued`` in its three shapes: date-parts, literal, raw."""
    if not isinstance(value, dict):
        return str(value)
    parts = value.get("date-parts") or [[]]
    if parts and parts[0]:
        return "-".join(f"{int(part):02d}" for part in parts[0][:3] if str(part).isdigit())
    return str(value.get("literal") or value.get("raw") or "")


def _person(value: dict[str, Any]) -> Author:
    if literal := value.get("literal"):
        return Author(collective=str(literal))
    particle = value.get("non-dropping-particle") or value.get("dropping-particle") or ""
    fore = str(value.get("given", ""))
    last = f"{particle} {value.get('family', '')}".strip()
    return Author(
        last=last, fore=fore, initials=people.initials(fore), suffix=str(value.get("suffix", ""))
    )


def _record(item: dict[str, Any], source: str, identity: Identity) -> Record:
    custom = item.get("custom")
    brought = {
        str(key): tuple(map(str, found))
        for key, found in (custom.items() if isinstance(custom, dict) else ())
        if isinstance(found, list)
    }
    who = tuple(_person(person) for person in item.get("author", ()) if isinstance(person, dict))
    pairs: list[tuple[str, str]] = []
    for key, value in item.items():
        if key in ("author", "type") or (key == "custom" and brought):
            continue
        if key == "issued":
            pairs.append((key, _date(value)))
        elif key == "note":
            pairs += [(key, part) for part in str(value).split("\n\n")]
        elif isinstance(value, str | int | float):
            pairs.append((key, str(value)))
        elif isinstance(value, list) and all(isinstance(part, str) for part in value):
            pairs += [(key, str(part)) for part in value]
        else:
            pairs.append((key, "json:" + msgspec.json.encode(value).decode()))
    return assemble(
        Fields(pairs), NAMES, form=name, source=source, identity=identity,
        kind=str(item.get("type", "")), extra=brought, who=who,
    )  # fmt: skip


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write a list of items, one a line."""
    stream.write(b"[")
    for number, record in enumerate(records):
        stream.write((b",\n" if number else b"\n") + msgspec.json.encode(_item(record)))
    stream.write(b"\n]\n")


def _item(record: Record) -> dict[str, Any]:
    journal, extra = record.journal, record.extra
    words = [*(mesh_text(heading) for heading in record.mesh), *record.keywords]
    day = record.dates.printed or str(record.year or "")
    item: dict[str, Any] = {
        "id": record.source_id,
        "type": next(iter(extra.get(KIND, ())), "article-journal" if journal.title else "document"),
        "title": record.title,
        "author": [
            {"literal": p.collective}
            if p.collective
            else {k: v for k, v in (("family", p.last), ("given", p.fore or p.initials),
                                    ("suffix", p.suffix)) if v}
            for p in record.authors
        ],
        "issued": {"date-parts": [[int(part) for part in day.split("-")]]} if day else None,
        "container-title": journal.title or journal.abbreviation,
        "container-title-short": journal.abbreviation if journal.title else "",
        "volume": journal.volume,
        "issue": journal.issue,
        "page": journal.pages,
        "ISSN": "; ".join(n for n in (journal.issn, *values(record, "issn")) if n),
        "ISBN": "; ".join(values(record, "isbn")),
        "DOI": record.identifier("doi"),
        "PMID": record.pmid,
        "PMCID": record.identifier("pmc"),
        "call-number": record.identifier("accession"),
        "abstract": abstracts.printed(record.abstract),
        "language": "; ".join(record.languages),
        "genre": "; ".join(kind.name for kind in record.publication_types),
        "keyword": "; ".join(words),
        "note": "\n\n".join((*record.notes, *notes_for_tools(record))),
    }  # fmt: skip
    for word in SHARED:
        if word in NAMES and len(extra.get(word, ())) == 1:
            item[NAMES[word][0]] = extra[word][0]
    for tag, value in own(record, name):
        item[tag] = msgspec.json.decode(value[5:]) if value.startswith("json:") else value
    custom: dict[str, list[str]] = {}
    for key, value in spread(record, "pmid", "doi", "pmc", "issn", "isbn", "accession"):
        custom.setdefault(key, []).append(value)
    for key, found in extra.items():
        alone = key in NAMES and key in SHARED and len(found) == 1
        if key != KIND and not key.startswith((f"{name}:", "decision:")) and not alone:
            custom[key] = list(found)
    if custom:
        item["custom"] = custom
    return {key: value for key, value in item.items() if value not in ("", None, [])}
