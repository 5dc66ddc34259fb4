"""RIS in the dialects of the databases and reference managers.

The dialect is told from marks in each entry (a Rayyan key, a Scopus address ...), since files are
merged; it decides what a tag means where the dialects disagree (``C2`` is a PubMed number in
Scopus, ``C5`` in Embase, ``U2`` Embase's accession number). Tags nobody knows are kept.

Sources: the RIS tag list of Reference Manager (2011) and what each tool was seen to export.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sinteza.formats import abstracts, dates, people
from sinteza.formats.decisions import lift, notes_for_tools
from sinteza.formats.encoding import lines
from sinteza.formats.fields import (
    KIND,
    Fields,
    Identity,
    carried,
    carry,
    doi,
    identifiers,
    is_carried,
    issns,
    or_refuse,
    own,
    source_name,
)
from sinteza.formats.mesh import printed as mesh_text
from sinteza.model.record import Dates, Journal, PublicationType, Record

name = "ris"
extensions = (".ris",)

_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: +(.*)|$)", re.S)
_SNIFF = re.compile(rb"^(?:TY  ?- *[A-Z]|(?:TI|T1|JF|AU|A1|ID|VN|DB|DA|PT)  - )", re.M)
_MEDLINE = re.compile(rb"^PMID ?- ?\d", re.M)
_ACCESSION = re.compile(r"Accession Number: ([\w-]+)")
_PMID = re.compile(r"PMID:? ?(\d{1,9})")
_PMCID = re.compile(r"PMCID:? ?(PMC\d+)")

KINDS = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "JFULL": "periodical",
    "ABST": "article-journal", "INPR": "article-journal", "MGZN": "article-magazine",
    "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book",
    "CHAP": "chapter", "ECHAP": "chapter", "CONF": "paper-conference", "CPAPER":
    "paper-conference", "THES": "thesis", "RPRT": "report", "GOVDOC": "report", "ELEC": "webpage",
    "WEB": "webpage", "ICOMM": "webpage", "BLOG": "post-weblog", "DATA": "dataset",
    "AGGR": "dataset", "DBASE": "dataset", "COMP": "software", "PAT": "patent", "UNPB":
    "manuscript", "UNPD": "manuscript", "MANSCPT": "manuscript", "PAMP": "pamphlet", "MAP": "map",
    "VIDEO": "motion_picture", "SER": "book", "GEN": "document", "STAT": "legislation",
    "LEGAL": "legislation", "CASE": "legal_case", "ENCYC": "entry-encyclopedia",
    "DICT": "entry-dictionary", "STD": "standard", "CTLG": "book", "PREPRINT": "article",
}  # fmt: skip
"""Types of RIS in the words of CSL."""

_TYPES = {kind: code for code, kind in reversed(KINDS.items())}
# Words of ``extra`` that other formats know too, and their tags.
_SHARED = {
    "url": ("UR",),
    "publisher": ("PB",),
    "place": ("CY",),
    "database": ("DB",),
    "short_title": ("ST",),
    "edition": ("ET",),
    "editors": ("ED",),
    "affiliations": ("AD",),
}
_CONTAINED = frozenset({"JOUR", "EJOUR", "ABST", "INPR", "MGZN", "NEWS", "CHAP", "ECHAP", "CONF",
                        "CPAPER", "JFULL", "ENCYC", "DICT", "GEN", ""})  # fmt: skip


def sniff(head: bytes) -> bool:
    """True if the first bytes hold a RIS tag at the start of a line."""
    return _SNIFF.search(head) is not None and _MEDLINE.search(head) is None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file in the order they stand there.

    Ids are the accession number (``AN``, ``ID``), else the DOI, else a digest. Text between the
    entries (headers, numbers) is passed over. Raises :class:`~sinteza.errors.FormatError` with the
    line if there is no entry at all.
    """
    source = source_name(source, path, "ris")
    identity = Identity()
    entries = or_refuse(
        _entries(lines(stream, path=path)),
        path=path,
        what="There is no RIS entry: no line begins with 'TY  - '",
        hint="Export the references again with format RIS.",
    )
    for entry in entries:
        yield _record(entry, source, identity)


def _entries(source_lines: Iterable[str]) -> Iterator[Fields]:
    """Cut the lines into entries at TY and ER; an entry without TY also ends at an empty line."""
    pairs: list[tuple[str, str]] = []
    start: int | None = None
    typed = False
    for number, line in enumerate(source_lines, 1):
        match = _TAG.match(line)
        if match is None:
            if not line.strip():
                if pairs and not typed:
                    yield Fields(pairs, line=start)
                    pairs = []
                elif pairs:
                    pairs[-1] = (pairs[-1][0], pairs[-1][1] + "\n")
            elif pairs:
                tag, value = pairs[-1]
                pairs[-1] = (tag, f"{value}\n{line.strip()}")
            continue
        tag, value = match[1], match[2] or ""
        if tag == "ER":
            if pairs:
                yield Fields(pairs, line=start)
            pairs = []
            typed = False
            continue
        if tag == "TY":
            if pairs:
                yield Fields(pairs, line=start)
            pairs = []
            typed = True
        if not pairs:
            start = number
        pairs.append((tag, value.strip()))
    if pairs:
        yield Fields(pairs, line=start)


def dialect(entry: Fields) -> str:
    """Who wrote the entry, from its marks; ``ris`` if nothing tells."""
    accession = " ".join((*entry.peek("AN"), *entry.peek("UT")))
    database = " ".join(entry.peek("DB")).lower()
    address = " ".join(entry.peek("UR"))
    marks = (
        ("rayyan", accession.startswith("rayyan-")),
        ("cochrane", accession.startswith("CN-")),
        ("wos", "WOS:" in accession),
        ("scopus", "scopus" in database or ("scopus.com/inward" in address and "C2" in entry)),
        ("eppi-reviewer", "eppi-reviewer" in entry.peek("KW")),
        ("covidence", "PD" in entry and not any(entry.peek("PD"))),
        ("refworks", any(value.startswith("RefID:") for value in entry.peek("ID"))),
        ("ebsco", "search.ebscohost.com" in address),
        ("embase", "U2" in entry and "embase" in database + address),
        ("pubmed", "pubmed" in database or "ncbi.nlm.nih.gov/pubmed" in address),
        ("ovid", any("ovid" in v.lower() for tag in ("UR", "L2", "VN", "XL", "DB")
                     for v in entry.peek(tag))),
        ("zotero", "L1" in entry or "L4" in entry),
    )  # fmt: skip
    return next((who for who, true in marks if true), "ris")


def _listed(values: Iterable[str]) -> list[str]:
    """One value a line, as EndNote writes lists."""
    return [part.strip() for value in values for part in value.split("\n") if part.strip()]


def _date(entry: Fields, kind: str) -> str:
    """The most precise of PY, Y1 and DA that agree on the year; others stay."""
    best = ""
    for tag in ("PY", "Y1", "DA"):
        values = entry.peek(tag)
        if not values or (best and kind == "thesis" and tag != "DA"):
            continue
        day = dates.parse(values[0])
        if not day and best and tag == "DA":  # "SEP 22" beside PY of the Web of Science
            day = dates.parse(f"{values[0]} {best[:4]}")
        if not day or (best and day[:4] != best[:4]):
            continue
        entry.one(tag)
        best = max(best, day, key=len)
    return best


def _pages(entry: Fields) -> str:
    start, end = entry.one("SP"), entry.one("EP")
    if start and end and end != start and not start.endswith(f"-{end}"):
        return f"{start}-{end}"
    return start or end or next(iter(entry.peek("C7")), "")


def _pmid(entry: Fields, who: str, notes: list[str]) -> str:
    """The PubMed number, wherever this dialect puts it."""
    noted = _noted(notes, _PMID)
    tag = {"scopus": "C2", "embase": "C5"}.get(who)
    if tag and entry.peek(tag)[:1] and entry.peek(tag)[0].strip().isdigit():
        return entry.one(tag)
    if who == "cochrane":
        for value in entry.peek("C3"):
            if found := re.match(r"PUBMED (\d+)", value):
                return found[1]
    if who == "pubmed":
        for tag in ("AN", "ID", "U1"):
            for value in entry.peek(tag):
                if found := re.fullmatch(r"(\d{1,9})(?:\[pmid\])?", value.strip(), re.I):
                    return found[1]
    return noted


def _noted(notes: list[str], pattern: re.Pattern[str]) -> str:
    """Take the note that is nothing but an identifier."""
    for note in notes:
        if found := pattern.fullmatch(note):
            notes.remove(note)
            return found[1]
    return ""


def _serials(entry: Fields, kind: str) -> tuple[list[str], list[str]]:
    """ISSNs and ISBNs of SN; what is neither stays."""
    values = _listed(entry.peek("SN"))
    numbers = list(dict.fromkeys(n for value in values for n in issns(value)))
    books = [value for value in values if not issns(value) and sum(c.isdigit() for c in value) > 8]
    if all(issns(value) or value in books for value in values):
        entry.all("SN")
        return numbers, books
    return numbers[:1], []


def _doi(entry: Fields) -> str:
    """The DOI of DO, else of an address at the resolver."""
    stated = entry.one("DO")
    link = doi(stated)
    if stated and not link:
        entry.put_back("DO", stated)
    addresses = (v for tag in ("L3", "UR", "L2", "M3") for v in entry.peek(tag)
                 if "doi.org/" in v or v.startswith("10."))  # fmt: skip
    return link or next((found for value in addresses if (found := doi(value))), "")


def _abstract(entry: Fields) -> str:
    """AB, else N2; a second, different text stays."""
    text = " ".join(" ".join(entry.all("AB")).split())
    second = " ".join(" ".join(entry.peek("N2")).split())
    if not text or text == second:
        entry.all("N2")
    return text or second


def _carried(entry: Fields) -> dict[str, tuple[str, ...]]:
    """Leftovers of other formats out of U5, where the writer put them."""
    values = entry.peek("U5")
    found = carried(values)
    mine = [value for value in values if is_carried(value)]
    for value in mine:
        values.remove(value)
    return found


def _record(entry: Fields, source: str, identity: Identity) -> Record:
    who = dialect(entry)
    extra = _carried(entry)
    code = entry.one("TY").upper()
    kind = KINDS.get(code, "")
    if kind:
        extra[KIND] = (kind,)
    if code and _TYPES.get(kind) != code:
        extra["ris:TY"] = (code,)
    registry = extra.pop("registry", ())
    named = [(key[3:], v) for key in list(extra) if key.startswith("id-") for v in extra.pop(key)]
    notes, decision = lift(entry.all("N1"))
    extra |= decision
    pmid, pmc = _pmid(entry, who, notes), _noted(notes, _PMCID)
    link = _doi(entry)
    accessions = entry.all("AN") + (entry.all("U2") if who == "embase" else [])
    stated = next((m[1] for note in notes if (m := _ACCESSION.match(note))), "")
    known = (pmid if who == "pubmed" else "", *accessions, *entry.peek("ID"), stated, link)
    if pmid in accessions:
        accessions.remove(pmid)
    container = code in _CONTAINED
    journal = entry.one("JF", "T2") if container else ""
    abbreviation = entry.one("JA", "J2", "JO") if container else ""
    if not journal:
        journal, abbreviation = abbreviation, ""
    day = _date(entry, kind)
    numbers, books = _serials(entry, kind)
    pages = _pages(entry)
    for key, tags in _SHARED.items():
        if values := _listed(entry.all(*tags)):
            extra[key] = tuple(values)
    title = " ".join(entry.one("TI", "T1", "BT" if kind == "book" else "CT").split())
    authors = tuple(people.author(value) for value in _listed(entry.all("AU", "A1")))
    sections = abstracts.sections(_abstract(entry))
    # what any export of the entry has, so that another export of it gets the same digest
    content = (title, *(a.last or a.collective for a in authors), day[:4], pages)
    source_id = identity.of(*known, content=content)
    return Record(
        id=f"{source}:{source_id}",
        source=source,
        source_id=source_id,
        title=title,
        abstract=sections,
        vernacular_title=entry.one("OP"),
        authors=authors,
        year=dates.year(day),
        dates=Dates(printed=day),
        journal=Journal(
            title=journal,
            abbreviation=abbreviation,
            issn=numbers[0] if numbers else "",
            volume=entry.one("VL"),
            issue=entry.one("IS"),
            pages=pages,
        ),
        identifiers=identifiers(
            ("pmid", pmid),
            ("doi", link),
            ("pmc", pmc),
            *(("accession", value) for value in accessions),
            *(("issn", value) for value in numbers[1:]),
            *(("isbn", value) for value in books),
            *named,
        ),
        keywords=tuple(_listed(entry.all("KW"))),
        publication_types=tuple(
            PublicationType(name=value) for value in _listed(entry.all("M3", "PT"))
        ),
        languages=tuple(_listed(entry.all("LA"))),
        registry=registry,
        notes=tuple(notes),
        extra=extra | entry.rest("ris"),
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write UTF-8 RIS as Zotero, EndNote, Rayyan, Covidence and ASReview read it.

    MeSH headings become keywords; leftovers of other formats go into ``U5`` as ``key=value`` and
    decisions into ``N1`` (:mod:`~sinteza.formats.decisions`).
    """
    for record in records:
        # a line that goes on is indented, so that no word of it can look like a tag
        tagged = (f"{tag}  - " + "\r\n      ".join(v.split("\n")) for tag, v in _pairs(record))
        stream.write("\r\n".join((*tagged, "ER  - ", "", "")).encode("utf-8"))


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """The tags of one record in the order that Zotero writes them."""
    extra = record.extra
    kind = next(iter(extra.get(KIND, ())), "")
    journal = record.journal
    verbatim = [(tag, value) for tag, value in own(record, "ris") if tag != "TY"]
    yield (
        "TY",
        next(iter(extra.get("ris:TY", ())), _TYPES.get(kind, "JOUR" if journal.title else "GEN")),
    )
    single = (
        ("TI", record.title),
        ("OP", record.vernacular_title),
        *(("AU", people.inverted(person)) for person in record.authors),
        ("T2", journal.title or journal.abbreviation),
        ("J2", journal.abbreviation if journal.title else ""),
        ("PY", str(record.year or "")),
        ("DA", dates.slashed(record.dates.printed) if len(record.dates.printed) > 4 else ""),
        ("VL", journal.volume),
        ("IS", journal.issue),
        *zip(("SP", "EP"), journal.pages.split("-", 1), strict=False),
        ("SN", journal.issn),
    )
    yield from ((tag, value) for tag, value in single if value)
    yield from _named(record)
    if text := abstracts.printed(record.abstract):
        yield "AB", text
    for key, tags in _SHARED.items():
        for value in extra.get(key, ()):
            yield tags[0], value
    for heading in record.mesh:
        yield "KW", mesh_text(heading)
    yield from (("KW", word) for word in record.keywords)
    yield from (("M3", kind.name) for kind in record.publication_types)
    yield from (("LA", language) for language in record.languages)
    yield from (("N1", note) for note in (*record.notes, *notes_for_tools(record)))
    yield from verbatim
    yield from (("U5", f"sinteza:registry={value}") for value in record.registry)
    yield from (("U5", value) for value in carry(record, "ris", KIND, *_SHARED))


def _named(record: Record) -> Iterator[tuple[str, str]]:
    """The identifiers. A PubMed number without another accession goes where EndNote has it."""
    accessions = [item.value for item in record.identifiers if item.kind == "accession"]
    database = record.extra.get("database", ())
    if record.pmid and not accessions and database in ((), ("PubMed",)):
        yield "AN", record.pmid
        yield from () if database else (("DB", "PubMed"),)
    elif record.pmid:
        yield "N1", f"PMID: {record.pmid}"
    tags = {"doi": "DO", "accession": "AN", "issn": "SN", "isbn": "SN"}
    for item in record.identifiers:
        if item.kind in tags:
            yield tags[item.kind], item.value
        elif item.kind == "pmc":
            yield "N1", f"PMCID: {item.value}"
        elif item.kind != "pmid":
            yield "U5", f"sinteza:id-{item.kind}={item.value}"
