"""MARC 21 and UNIMARC: binary (ISO 2709) with UTF-8, MARC-8 or a Windows page, and MARCXML.

Which of the two a record is shows in its fields (title in 245 or in 200). All fields are also kept
whole, word for word, and written so. Field meanings: the Library of Congress' "MARC 21 Format for
Bibliographic Data" and IFLA's "UNIMARC Manual: Bibliographic Format".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sinteza.errors import FormatError
from sinteza.formats import abstracts, people, xml
from sinteza.formats.encoding import Rejoined, lines, plain_head
from sinteza.formats.entry import Names, assemble
from sinteza.formats.fields import Fields, Identity, doi, or_refuse, own, source_name
from sinteza.model.record import Author, Record

name = "marc"
extensions = (".mrc", ".marc", ".dat", ".iso2709", ".xml", ".seq")

_END, _FIELD, _SUB = b"\x1d", b"\x1e", b"\x1f"
_LEADER = re.compile(rb"\A[\d ]{5}[\x20-\x7e]{7}[\d ]{5}")
_ALEPH = re.compile(rb"\A\d{9} (?:LDR|FMT|\d{3})[ \d]{2} L ")
_LINES = re.compile(rb"\A(?:LEADER )?[\d ]{5}[\x20-\x7e]{19}\r?\n\d{3} ")
_XML = re.compile(rb"<(?:\w+:)?(?:leader|datafield|controlfield)\b|MARC21/slim")
_HINT = "Ask the library for MARC (ISO 2709, UTF-8) or MARCXML again."
_YEAR = re.compile(r"(?<!\d)(1[5-9]|20|21)\d\d(?!\d)")
_TRAILING = re.compile(r"\s*[/:;,=]\s*$")
_NOT_SORTED = re.compile(r"<<|>>|[\x88\x89\x98\x9c]")
_PLACE_IN_HOST = re.compile(
    r"(?:(?:vol|v|t|Bd|tome|band)\.?\s*(?P<volume>\d+))?[,;:\s]*"
    r"(?:\(?(?:no|nr|n|issue|heft|fasc)\.?[\s°º]*(?P<issue>[\w/-]+)\)?)?[,;:\s]*"
    r"(?:\(?(?P<year>(?:1[5-9]|20|21)\d\d)[^)]*\)?)?[,;:\s]*"
    r"(?:(?:p|pp|s|S|pag)\.?\s*(?P<pages>[eE]?\d+(?:\s*-\s*[eE]?\d+)?))?.*",
    re.I | re.S,
)

NAMES: Names = {word: (word,) for word in (
    "title", "vernacular_title", "abstract", "year", "date", "journal", "volume", "issue", "pages",
    "issn", "isbn", "doi", "pmid", "accession", "url", "publisher", "place", "edition", "language",
    "keywords", "types", "notes",
)}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field: control fields have ``data``, the others indicators and subfields."""

    tag: str
    data: str = ""
    indicators: str = "  "
    subfields: tuple[tuple[str, str], ...] = ()

    def all(self, codes: str) -> list[str]:
        """The values of these subfields in their order, white space folded."""
        return [
            v for code, value in self.subfields if code in codes and (v := " ".join(value.split()))
        ]

    def one(self, codes: str) -> str:
        """The first of them."""
        return next(iter(self.all(codes)), "")

    def line(self) -> str:
        """Word for word: ``1  $aTitle$cby``, or the data of a control field."""
        if not self.subfields:
            return self.data
        return self.indicators + "".join(f"${code}{value}" for code, value in self.subfields)


@dataclass(frozen=True)
class Marc:
    """A record as it stands: the leader and the fields in their order."""

    leader: str
    fields: tuple[Field, ...]

    def tagged(self, *tags: str) -> list[Field]:
        """The fields of these tags."""
        return [field for field in self.fields if field.tag in tags]

    @property
    def is_unimarc(self) -> bool:
        """True if the title stands in 200, where UNIMARC has it."""
        has = {field.tag for field in self.fields}
        if "245" in has:
            return False
        return "200" in has or any(re.match(r"\d{8}", f.one("a")) for f in self.tagged("100"))


def sniff(head: bytes) -> bool:
    """True for the 24 figures and letters of a leader, or for MARC's elements in XML."""
    if head[:1] == b"<":
        return _XML.search(head) is not None
    if _LEADER.match(head):
        return _FIELD in head or _SUB in head
    return _ALEPH.match(head) is not None or _LINES.match(head) is not None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file, ISO 2709 or XML.

    Also Aleph's sequential form and the lines that yaz-marcdump prints. Ids are the control
    numbers (001); authorities and holdings are passed over. Raises
    :class:`~sinteza.errors.FormatError` with the byte or line of a damaged record, after those
    before it were given.
    """
    source = source_name(source, path, name)
    identity = Identity()
    head = stream.read(4096)
    whole: Any = io.BufferedReader(Rejoined(head, stream), 1 << 16)
    if plain_head(head)[:1] == b"<":
        found = from_xml(whole, path=path)
    elif _LEADER.match(head.lstrip()):
        found = iso2709(whole, path=path)
    else:
        found = from_lines(lines(whole, path=path))
    titles = or_refuse(
        (marc for marc in found if marc.leader[6:7] not in NOT_BOOKS),
        path=path,
        what="There is no bibliographic MARC record here (authorities and holdings are not read)",
        hint=_HINT,
    )
    for marc in titles:
        yield to_record(marc, source, identity)


def from_element(element: Any) -> Marc:
    """A MARCXML ``record`` element."""
    leader = xml.first(element, "leader")
    fields = []
    for child in element:
        kind, tag = xml.local(child), child.get("tag", "") if xml.local(child) else ""
        if kind == "controlfield":
            fields.append(Field(tag, data="".join(child.itertext())))
        elif kind == "datafield":
            subfields = tuple(
                (part.get("code", " "), "".join(part.itertext()))
                for part in xml.children(child, "subfield")
            )
            indicators = (child.get("ind1") or " ") + (child.get("ind2") or " ")
            fields.append(Field(tag, indicators=indicators, subfields=subfields))
    return Marc(leader, tuple(fields))


NOT_BOOKS = frozenset("uvxyzwq")
"""Leader 6 of what is no title: holdings, authorities, classification, community."""


def from_xml(stream: BinaryIO, *, path: str = "") -> Iterator[Marc]:
    """The records of a MARCXML file, also inside an answer of OAI-PMH or SRU."""
    for element in xml.elements(stream, "record", path=path, hint=_HINT):
        if any(xml.local(child) in ("controlfield", "datafield") for child in element):
            yield from_element(element)


def iso2709(stream: BinaryIO, *, path: str = "") -> Iterator[Marc]:
    """The records of a binary file. The lengths stated are not trusted, the separators are."""
    start, rest = 0, b""
    while True:
        block = stream.read(1 << 16)
        parts = (rest + block).split(_END)
        rest = parts.pop()
        for part in parts:
            body = part.lstrip(b"\r\n\x00 \x1a")
            if body:
                yield _binary(body, path, start + len(part) - len(body))
            start += len(part) + 1
        if not block:
            break
    if rest.strip(b"\r\n\x00\x1a "):
        raise FormatError(
            "The last record breaks off: it has no end mark", path=path, byte=start, hint=_HINT
        )


def from_lines(source_lines: Iterable[str]) -> Iterator[Marc]:
    """The records of Aleph's sequential form (``000000002 24510 L $$aTitle``) or of plain lines."""
    leader, number, fields = "", "", list[Field]()
    for line in source_lines:
        if aleph := re.match(r"(\d{9}) (\w{3})(..) L (.*)", line):
            if aleph[1] != number and fields:
                yield Marc(leader, tuple(fields))
                leader, fields = "", []
            number = aleph[1]
            tag, indicators, data = aleph[2], aleph[3], aleph[4]
            if tag == "LDR":
                leader = data.replace("^", " ")
            elif tag.isdigit():
                plain = "$$" not in data
                text = data.replace("^", " ") if plain else data.replace("$$", "\x1f")
                fields.append(_of_line(tag, indicators, text))
        elif start := re.match(r"(?:LEADER )?((?<= )[\d ]{5}.{19}|\d{5}.{19})$", line):
            if fields:
                yield Marc(leader, tuple(fields))
                fields = []
            leader = start[1]
        elif found := re.match(r"(\d{3}) (.*)", line):
            indicators, mark, rest = found[2].partition("$")
            data = re.sub(r"\$(?=[0-9a-z])", "\x1f", mark + rest) if mark else found[2]
            fields.append(_of_line(found[1], indicators.ljust(2)[:2], data))
    if fields:
        yield Marc(leader, tuple(fields))


def _of_line(tag: str, indicators: str, data: str) -> Field:
    if "\x1f" not in data:
        return Field(tag, data=data)
    parts = (part for part in data.split("\x1f") if part)
    subfields = tuple((part[0], part[1:].strip()) for part in parts)
    return Field(tag, indicators=indicators, subfields=subfields)


def _binary(body: bytes, path: str, byte: int) -> Marc:
    leader = body[:24].decode("ascii", "replace")
    directory, mark, data = body[24:].partition(_FIELD)
    if not mark or len(body) < 25 or len(directory) % 12 or not leader[12:17].strip().isdigit():
        raise FormatError(
            "A MARC record has no readable leader or directory", path=path, byte=byte, hint=_HINT
        )
    entries = [directory[i : i + 12] for i in range(0, len(directory), 12)]
    contents = data.split(_FIELD)
    if contents and not contents[-1]:
        contents.pop()
    in_order = sorted(entries, key=lambda e: int(e[7:12]) if e[7:12].isdigit() else 1 << 30)
    if len(in_order) != len(contents):
        if not all(entry[3:12].isdigit() for entry in entries):
            raise FormatError(
                "The directory of a MARC record does not fit its fields",
                path=path,
                byte=byte,
                hint=_HINT,
            )
        in_order = entries
        contents = [data[int(e[7:12]) : int(e[7:12]) + int(e[3:7])].rstrip(_FIELD) for e in entries]
    decode = _decoder(leader, data)
    return Marc(
        leader,
        tuple(
            _field(entry[:3].decode("ascii", "replace"), content, decode)
            for entry, content in zip(in_order, contents, strict=True)
        ),
    )


def _field(tag: str, content: bytes, decode: Any) -> Field:
    if _SUB not in content:
        return Field(tag, data=decode(content))
    indicators, *parts = content.split(_SUB)
    return Field(
        tag,
        indicators=indicators.decode("ascii", "replace").ljust(2)[:2],
        subfields=tuple((chr(part[0]), decode(part[1:])) for part in parts if part),
    )


def _decoder(leader: str, data: bytes) -> Any:
    """UTF-8 if the leader says so or the bytes are; else Cyrillic pages or MARC-8 by their look."""
    try:
        data.decode("utf-8")
        plain = b"\x1b" not in data
    except UnicodeDecodeError:
        plain = False
    if plain:
        try:  # UTF-8 taken for Latin-1 and encoded once more, as some catalogues export it
            text = data.decode("utf-8")
            twice = not data.isascii() and bool(text.encode("latin-1").decode("utf-8"))
        except UnicodeError:
            twice = False
        if twice:
            return lambda part: (
                part.decode("utf-8", "ignore").encode("latin-1").decode("utf-8", "replace")
            )
        return lambda part: part.decode("utf-8", "replace")
    if leader[9:10] == "a" and b"\x1b" not in data:  # says UTF-8, but a byte is broken
        return lambda part: part.decode("utf-8", "replace")
    runs = re.findall(rb"[\x80-\xff]{4,}", data)
    if runs and b"\x1b" not in data:
        letters = b"".join(runs)
        low = sum(0x80 <= b <= 0xAF or 0xE0 <= b <= 0xEF for b in letters)
        page = "cp866" if low > 0.95 * len(letters) else "cp1251"
        return lambda part: part.decode(page, "replace")
    from pymarc.marc8 import marc8_to_unicode

    return lambda part: str(marc8_to_unicode(part, hide_utf8_warnings=True))


class _Taking:
    """What the mapping takes from a record; the fields themselves are kept whole besides."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.authors: list[Author] = []

    def put(self, word: str, field: Field, codes: str) -> None:
        """Give a word each value of these subfields."""
        self.pairs += [(word, value) for value in field.all(codes)]

    def say(self, word: str, text: str) -> None:
        """Give a word a text, if it is one."""
        if text:
            self.pairs.append((word, text))


def _kept(marc: Marc) -> dict[str, tuple[str, ...]]:
    """Every field word for word, the leader without its lengths."""
    leader = marc.leader.ljust(24)
    plain = f"00000{leader[5:9]}a{leader[10:12]}00000{leader[17:24]}"
    found: dict[str, tuple[str, ...]] = {"marc:LDR": (plain,)}
    for field in marc.fields:
        if field.tag != "001":
            found[f"marc:{field.tag}"] = (*found.get(f"marc:{field.tag}", ()), field.line())
    return found


def _clean(text: str) -> str:
    """Without ISBD's punctuation between the parts and the marks around words not sorted by."""
    return _TRAILING.sub("", _NOT_SORTED.sub("", text)).strip()


def to_record(marc: Marc, source: str, identity: Identity) -> Record:
    """A record of our model out of either MARC."""
    taking = _Taking()
    key = next((" ".join(field.data.split()) for field in marc.tagged("001")), "")
    kind = {"a": "chapter", "b": "article-journal", "m": "book", "s": "periodical"}.get(
        marc.leader[7:8], "document"
    )
    (_unimarc if marc.is_unimarc else _marc21)(marc, taking)
    if marc.tagged("773", "461", "463"):
        kind = "article-journal"
    elif marc.tagged("502", "328"):
        kind = "thesis"
    return assemble(
        Fields(taking.pairs),
        NAMES,
        form=name,
        source=source,
        identity=identity,
        kind=kind,
        extra=_kept(marc),
        who=tuple(taking.authors),
        split=lambda text: [text],
        key=key,
    )


def _marc21(marc: Marc, taking: _Taking) -> None:
    for field in marc.tagged("245"):
        parts = [_clean(part) for part in field.all("abnp")]
        taking.say("title", ": ".join(part for part in parts if part))
    for field in marc.tagged("100", "110", "111", "700", "710", "711"):
        if not field.one("t"):  # with $t it is a related work
            taking.authors.append(_person21(field))
    for field in marc.tagged("008"):
        if _YEAR.fullmatch(field.data[7:11]):
            taking.pairs.append(("year", field.data[7:11]))
        language = field.data[35:38]
        if language.isalpha() and language != "und" and not marc.tagged("041"):
            taking.pairs.append(("language", language))
    for field in marc.tagged("041"):
        taking.put("language", field, "a")
    for field in marc.tagged("260", "264"):
        _imprint(field, taking, "a", "b", "c")
    for tag, word in (("020", "isbn"), ("022", "issn"), ("250", "edition"), ("500", "notes"),
                      ("520", "abstract"), ("655", "types"), ("856", "url")):  # fmt: skip
        for field in marc.tagged(tag):
            taking.put(word, field, "u" if tag == "856" else "a")
    for field in marc.tagged("024"):
        if field.one("2").lower() == "doi" and doi(field.one("a")):
            taking.put("doi", field, "a")
        elif field.one("2").lower() == "pmid":
            taking.put("pmid", field, "a")
    for field in marc.tagged("600", "610", "611", "630", "650", "651", "653"):
        words = [_clean(part).rstrip(".") for part in field.all("avxyz")]
        taking.say("keywords", "/".join(words))
    for field in marc.tagged("773"):
        _host(field, taking, "t", "gq", "x")


def _unimarc(marc: Marc, taking: _Taking) -> None:
    for field in marc.tagged("200"):
        title = ": ".join(_clean(part) for part in field.all("aehi"))
        taking.say("title", title)
    for field in marc.tagged("700", "701", "702", "710", "711", "712", "720"):
        taking.authors.append(_person_unimarc(field))
    for field in marc.tagged("100"):
        stated = field.one("a")[9:13]
        if _YEAR.fullmatch(stated):
            taking.pairs.append(("year", stated))
    for field in marc.tagged("101"):
        taking.put("language", field, "a")
    for field in marc.tagged("210", "214"):
        _imprint(field, taking, "a", "c", "d")
    for tag, word in (("010", "isbn"), ("011", "issn"), ("205", "edition"), ("300", "notes"),
                      ("330", "abstract"), ("856", "url")):  # fmt: skip
        for field in marc.tagged(tag):
            taking.put(word, field, "u" if tag == "856" else "a")
    for field in marc.tagged("017"):
        if field.one("2").lower() == "doi":
            taking.put("doi", field, "a")
    for field in marc.tagged("600", "601", "604", "605", "606", "607", "608", "610"):
        taking.say("keywords", "/".join(field.all("abxyz")))
    for field in marc.tagged("461", "463"):
        _host(field, taking, "t", "v", "x")


def _person21(field: Field) -> Author:
    text = _clean(field.one("a"))
    if not re.search(r"\b[A-ZÀ-ÞĂÂÎȘȚ]\.$", text):  # the point of an initial stays
        text = text.rstrip(".")
    if field.tag in ("110", "111", "710", "711"):
        return Author(collective=" ".join(_clean(part).rstrip(".") for part in field.all("ab")))
    return people.author(text)


def _person_unimarc(field: Field) -> Author:
    if field.tag in ("710", "711", "712"):
        return Author(collective=", ".join(field.all("ab")))
    last, fore = _clean(field.one("a")), _clean(field.one("b"))
    return people.author(f"{last}, {fore}" if fore else last)


def _imprint(field: Field, taking: _Taking, place: str, publisher: str, date: str) -> None:
    when = " ".join(field.all(date))
    if found := _YEAR.search(when):
        taking.pairs.append(("date", found.group()))
    for word, code in (("place", place), ("publisher", publisher)):
        taking.pairs += [(word, _clean(value)) for value in field.all(code) if _clean(value)]


def _host(field: Field, taking: _Taking, title: str, where: str, issn: str) -> None:
    """The journal an article stands in; the field is kept whole, its parts are printed text."""
    taking.pairs += [("journal", _clean(field.one(title))), ("issn", field.one(issn))]
    found = _PLACE_IN_HOST.match(" ".join(field.all(where)))
    for word, value in (found.groupdict() if found else {}).items():
        if value and not any(known == word for known, _ in taking.pairs if known != "year"):
            taking.pairs.append((word, re.sub(r"\s", "", value)))


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write MARC 21 in UTF-8; fields kept from a MARC file are written as they were."""
    for record in records:
        stream.write(encode(from_record(record)))


def from_record(record: Record) -> Marc:
    """The fields a MARC file had, word for word; for other records, MARC 21 made of them."""
    kept = list(own(record, name))
    leader = next((value for tag, value in kept if tag == "LDR"), "")
    fields = [Field("001", data=record.source_id)]
    fields += [_parsed(tag, value) for tag, value in kept if tag != "LDR"]
    if not leader:
        fields += _made(record)
    fields.sort(key=lambda field: field.tag)
    return Marc(leader or "00000naa a2200000 i 4500", tuple(fields))


def _parsed(tag: str, line: str) -> Field:
    """A field out of its :meth:`Field.line`."""
    if tag < "010" or line[2:3] != "$":
        return Field(tag, data=line)
    parts = re.split(r"\$(?=[0-9a-z])", line[2:])
    return Field(tag, indicators=line[:2], subfields=tuple((p[0], p[1:]) for p in parts if p))


def _made(record: Record) -> Iterator[Field]:
    def field(tag: str, *subfields: tuple[str, str], indicators: str = "  ") -> Field:
        return Field(tag, indicators=indicators, subfields=tuple(s for s in subfields if s[1]))

    for item in record.identifiers:
        if item.kind in ("doi", "pmid"):
            yield field("024", ("a", item.value), ("2", item.kind), indicators="7 ")
        elif item.kind == "isbn":
            yield field("020", ("a", item.value))
    for number, person in enumerate(record.authors):
        tag = (
            ("110" if person.collective else "100")
            if not number
            else ("710" if person.collective else "700")
        )
        yield field(tag, ("a", people.inverted(person)), indicators="1 ")
    yield field("245", ("a", record.title), indicators="00")
    shared = {word: record.extra.get(word, ()) for word in ("place", "publisher", "url", "edition")}
    imprint = [("a", v) for v in shared["place"]] + [("b", v) for v in shared["publisher"]]
    if imprint or record.year:
        yield field("264", *imprint, ("c", str(record.year or "")), indicators=" 1")
    yield from (field("250", ("a", value)) for value in shared["edition"])
    yield from (field("500", ("a", note)) for note in record.notes)
    if record.abstract:
        yield field("520", ("a", abstracts.printed(record.abstract)), indicators="3 ")
    yield from (field("653", ("a", word)) for word in record.keywords)
    yield from (field("655", ("a", kind.name)) for kind in record.publication_types)
    if record.languages:
        yield field("041", *(("a", language) for language in record.languages))
    journal = record.journal
    if journal.title:
        parts = (("Vol. ", journal.volume), ("no. ", journal.issue), ("", f"({record.year})"
                 if record.year else ""), ("p. ", journal.pages))  # fmt: skip
        where = ", ".join(word + value for word, value in parts if value)
        yield field("773", ("t", journal.title), ("g", where), ("x", journal.issn), indicators="0 ")
    elif journal.issn:
        yield field("022", ("a", journal.issn))
    yield from (field("856", ("u", value), indicators="4 ") for value in shared["url"])


def encode(marc: Marc) -> bytes:
    """ISO 2709 in UTF-8.

    Raises :class:`~sinteza.errors.FormatError` for a record over the 99,999 bytes the form allows.
    """
    directory, data = b"", b""
    for field in marc.fields:
        if field.subfields:
            parts = (f"{code}{value}".encode() for code, value in field.subfields)
            content = field.indicators.encode() + b"".join(_SUB + part for part in parts)
        else:
            content = field.data.encode()
        content += _FIELD
        directory += f"{field.tag:>3}{len(content):04d}{len(data):05d}".encode()
        data += content
    base = 24 + len(directory) + 1
    total = base + len(data) + 1
    if total > 99_999 or any(len(part) >= 9999 for part in data.split(_FIELD)):
        raise FormatError(
            "The record is too long for binary MARC",
            byte=0,
            hint="Write it in another format (ris, csl-json), or shorten its abstract.",
        )
    old = marc.leader.ljust(24)
    leader = f"{total:05d}{old[5:9]}a{old[10:12]}{base:05d}{old[17:24]}"
    return leader.encode("ascii", "replace")[:24] + directory + _FIELD + data + _END
