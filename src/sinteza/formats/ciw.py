"""The tagged format of the Web of Science (``.ciw``, ``FN``/``VR``/``PT``), also as ISI's ``.isi``.

Two-letter tags without a dash; a line that goes on is indented. Tags follow Clarivate's "Web of
Science Field Tags".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sinteza.formats import abstracts, people
from sinteza.formats.decisions import notes_for_tools
from sinteza.formats.encoding import lines
from sinteza.formats.entry import SHARED, Names, assemble, listed, spread, values
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
from sinteza.model.record import Author, Record

name = "ciw"
extensions = (".ciw", ".isi")

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_SNIFF = re.compile(rb"\A(?:FN [^\n]*\r?\n(?:VR|PT) |PT [A-Z]\b)")
_CARRIER = "N1"

NAMES: Names = {
    "title": ("TI",),
    "abstract": ("AB",),
    "year": ("PY",),
    "date": ("PD",),
    "journal": ("SO", "JT"),
    "abbreviation": ("JI", "J9"),
    "volume": ("VL",),
    "issue": ("IS",),
    "start_page": ("BP",),
    "end_page": ("EP",),
    "pages": ("PG", "PS"),
    "article_number": ("AR",),
    "issn": ("SN", "EI"),
    "isbn": ("BN",),
    "doi": ("DI",),
    "pmid": ("PM",),
    "accession": ("UT", "AN"),
    "publisher": ("PU",),
    "place": ("PI", "PV"),
    "language": ("LA",),
    "keywords": ("DE", "MH"),
    "types": ("DT",),
    "affiliations": ("C1",),
}
_KINDS = {"J": "article-journal", "B": "book", "S": "chapter", "P": "patent"}
_LISTS = {"AU", "AF", "C1", "CR", "BE"}


def sniff(head: bytes) -> bool:
    """True if the first lines are ``FN ...`` and ``VR ...``, or the first is ``PT J``."""
    return _SNIFF.search(head) is not None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the entries of an open, uncompressed file in the order they stand there.

    Ids are the accession numbers (``UT``). Raises :class:`~sinteza.errors.FormatError` with the
    line if there is no entry.
    """
    source = source_name(source, path, "wos")
    identity = Identity()
    entries = or_refuse(
        _entries(lines(stream, path=path)),
        path=path,
        what="There is no entry: no line begins with 'PT '",
        hint="Export from the Web of Science as plain text or for EndNote Desktop.",
    )
    for entry in entries:
        yield _record(entry, source, identity)


def _entries(source_lines: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    pairs: list[tuple[str, str]] = []
    for line in source_lines:
        if line[:1] == " " and pairs:
            tag, value = pairs[-1]
            if tag in _LISTS or tag == _CARRIER:
                pairs.append((tag, line.strip()))
            else:
                pairs[-1] = (tag, f"{value} {line.strip()}")
            continue
        match = _TAG.match(line)
        if match is None or match[1] in ("FN", "VR", "EF"):
            continue
        if match[1] in ("ER", "PT") and pairs:
            yield pairs
            pairs = []
        if match[1] != "ER":
            pairs.append((match[1], (match[2] or "").strip()))
    if pairs:
        yield pairs


def _record(pairs: list[tuple[str, str]], source: str, identity: Identity) -> Record:
    full = [value for tag, value in pairs if tag == "AF"]
    short = [value for tag, value in pairs if tag == "AU"]
    who = _people(short, full) + [
        Author(collective=value) for tag, value in pairs if tag == "CA" for value in listed(value)
    ]
    taken = {"AU", "CA", *(("AF",) if len(full) == len(short) else ()), "PT"}
    brought = carried(value for tag, value in pairs if tag == _CARRIER)
    kept = [
        (tag, value)
        for tag, value in pairs
        if tag not in taken and not (tag == _CARRIER and carried([value]))
    ]
    code = next((value for tag, value in pairs if tag == "PT"), "")
    kind = _KINDS.get(code, "")
    if code and not kind:
        kept.append(("PT", code))
    return assemble(
        Fields((tag, re.sub(r"; +", "; ", value)) for tag, value in kept),
        {**NAMES, "notes": (_CARRIER,)},
        form=name, source=source, identity=identity, kind=kind, extra=brought, who=tuple(who),
    )  # fmt: skip


def _people(short: list[str], full: list[str]) -> list[Author]:
    """Full names with the initials of the short ones, where there is one for each."""
    if len(short) != len(full):
        return [people.author(value) for value in short or full]
    found = []
    for brief, long in zip(map(people.author, short), map(people.author, full), strict=True):
        initials = brief.initials or long.initials
        found.append(long if long.collective else people.with_initials(long, initials))
    return found


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write UTF-8 with the mark that the Web of Science itself puts first."""
    stream.write("\ufeffFN Sinteza\nVR 1.0\n".encode())
    for record in records:
        body = "".join(
            f"{tag} " + "\n   ".join(found) + "\n" for tag, found in _tags(record).items() if found
        )
        stream.write((body + "ER\n\n").encode("utf-8"))
    stream.write(b"EF\n")


def _tags(record: Record) -> dict[str, list[str]]:
    journal, extra = record.journal, record.extra
    kind = next(iter(extra.get(KIND, ())), "")
    codes = {meaning: code for code, meaning in _KINDS.items()}
    day = record.dates.printed
    start, _, end = journal.pages.partition("-")
    # groups whose name would be read as a person's go where the Web of Science has groups
    named = [p for p in record.authors if p.last or people.author(p.collective).collective]
    tags: dict[str, list[str]] = {
        "PT": [codes.get(kind, "J")],
        "AU": [f"{p.last}, {p.initials or p.fore}" if p.last else p.collective for p in named],
        "AF": [people.inverted(person) for person in named],
        "CA": [person.collective for person in record.authors if person not in named],
        "TI": [record.title],
        "SO": [journal.title or journal.abbreviation],
        "JI": [journal.abbreviation if journal.title else ""],
        "LA": ["; ".join(record.languages)],
        "DT": ["; ".join(kind.name for kind in record.publication_types)],
        "DE": ["; ".join([*(mesh_text(h) for h in record.mesh), *record.keywords])],
        "AB": [abstracts.printed(record.abstract)],
        "SN": ["; ".join(n for n in (journal.issn, *values(record, "issn")) if n)],
        "BN": ["; ".join(values(record, "isbn"))],
        "PD": [day if len(day) > 4 else ""],
        "PY": [str(record.year or "")],
        "VL": [journal.volume],
        "IS": [journal.issue],
        "BP": [start],
        "EP": [end],
        "DI": [record.identifier("doi")],
        "PM": [record.pmid],
        "UT": [record.identifier("accession")],
    }
    for word in SHARED:
        if word in NAMES:
            tags[NAMES[word][0]] = list(extra.get(word, ()))
    for tag, value in own(record, name):
        tags.setdefault(tag, []).append(value)
    lost = spread(record, "pmid", "doi", "issn", "isbn", "accession")
    tags[_CARRIER] = [
        *record.notes,
        *notes_for_tools(record),
        *(f"sinteza:{key}={escaped(value)}" for key, value in lost),
        *carry(record, name, KIND, *(word for word in SHARED if word in NAMES)),
    ]
    return {
        tag: [flat for value in found if (flat := " ".join(value.split()))]
        for tag, found in tags.items()
    }
