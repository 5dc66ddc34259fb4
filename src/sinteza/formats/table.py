"""Tables: CSV, TSV and XLSX exports of databases and screening tools.

Columns are known by many names; unknown ones are kept as they are. The line with the names may
stand below a preamble (Embase), the cells be divided by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from sinteza.errors import FormatError
from sinteza.formats import abstracts, decisions, people
from sinteza.formats.encoding import lines
from sinteza.formats.entry import SHARED, Names, assemble, spread, values
from sinteza.formats.fields import KIND, Fields, Identity, escaped, own, source_name, unescaped
from sinteza.formats.mesh import printed as mesh_text
from sinteza.model.record import Record

name = "csv"
extensions = (".csv",)

# Our word and the columns that mean it, in lower case, the best first. Seen in exports of Lens,
# Embase, Scopus, CINAHL/EBSCO, Cochrane, PubMed, Google Scholar, OpenAlex, Zotero, RefWorks,
# Covidence, Rayyan, Abstrackr, EPPI-Reviewer and ASReview.
NAMES: Names = {
    "title": ("title", "article title", "primary title", "primary_title", "title primary",
              "original title", "display_name", "document title"),
    "vernacular_title": ("original foreign title", "vernacular_title"),
    "authors": ("authors", "author", "author/s", "author(s)", "author names", "authors, primary",
                "author_names", "first_authors", "author full names"),
    "abstract": ("abstract", "abstract note", "notes abstract", "abstract_note"),
    "year": ("year", "publication year", "publication_year", "published year", "pub year"),
    "date": ("date", "publication date", "publication_date", "date published",
             "date of publication", "pub date free from", "pub month & day"),
    "month": ("month", "published month"),
    "journal": ("journal", "journal title", "source title", "publication title", "periodical full",
                "journal/book", "secondary_title", "parent title", "publication",
                "primary_location.source.display_name", "source", "title secondary"),
    "abbreviation": ("journal abbreviation", "abbreviated source title", "periodical abbrev",
                     "journal_abbreviation"),
    "volume": ("volume", "biblio.volume"),
    "issue": ("issue", "issue number", "number", "biblio.issue"),
    "pages": ("pages",),
    "start_page": ("start page", "page start", "first page", "biblio.first_page", "start_page"),
    "end_page": ("end page", "page end", "last page", "biblio.last_page", "other pages",
                 "end_page"),
    "article_number": ("art. no.", "article number"),
    "issn": ("issn", "issns", "issn/isbn", "primary_location.source.issn"),
    "isbn": ("isbn",),
    "doi": ("doi", "ids.doi"),
    "pmid": ("pmid", "pubmed id", "pubmed_id", "medline pmid", "ids.pmid"),
    "pmc": ("pmcid", "pmc_id", "pmc id", "ids.pmcid"),
    "id": ("key", "record_id", "lens id", "central id", "(internal) id", "covidence #",
           "item id", "reference id", "eid", "id"),
    "accession": ("accession number", "accession_number", "embase accession id", "unique id"),
    "url": ("url", "urls", "link", "external url", "plink", "full text link"),
    "publisher": ("publisher", "book publisher"),
    "place": ("place", "location", "country of publication", "source country",
              "place of publication", "city"),
    "database": ("database", "database name", "archive"),
    "short_title": ("short title", "shorttitle", "shortened title", "short_title"),
    "edition": ("edition",),
    "editors": ("editors", "editor"),
    "affiliations": ("affiliations",),
    "language": ("language", "language of original document", "article language", "languages"),
    "keywords": ("keywords", "author keywords", "manual tags", "subjects", "subject", "mesh terms"),
    "types": ("publication type", "document type", "doctype", "publication_types"),
    "notes": ("notes",),
    "kind": ("item type", "type", "reference type", "type_of_reference"),
    "verdict": ("decision", "included", "label_included", "final_included", "asreview_label",
                "include", "label"),
    "reason": ("exclusion reason", "exclusion_reason", "reason"),
    "remark": ("decision note", "decision_note", "user notes"),
}  # fmt: skip
_KNOWN = frozenset(column for columns in NAMES.values() for column in columns)
_TELLING = frozenset(
    column for word in ("title", "authors", "abstract", "doi", "pmid") for column in NAMES[word]
)
_VERDICTS = {
    "1": "include", "1.0": "include", "i": "include", "e": "exclude", "include": "include",
    "included": "include", "yes": "include",
    "true": "include", "0": "exclude", "0.0": "exclude", "exclude": "exclude",
    "excluded": "exclude", "no": "exclude", "false": "exclude", "maybe": "maybe",
}  # fmt: skip
_KINDS = {
    "journal article": "article-journal", "journalarticle": "article-journal",
    "jour": "article-journal", "article-journal": "article-journal", "booksection": "chapter",
    "book section": "chapter", "book": "book", "conferencepaper": "paper-conference",
    "thesis": "thesis", "report": "report", "webpage": "webpage",
}  # fmt: skip
_DIALECTS = (",", "\t", ";")
_PREAMBLE = 30
csv.field_size_limit(1 << 27)


def sniff(head: bytes) -> bool:
    """True if one of the first lines names at least two columns of references."""
    text = head.decode("utf-8", "replace")
    if text[:1] in "<{[@%":
        return False
    return _header(text.splitlines()[:_PREAMBLE]) is not None


def _key(column: str) -> str:
    return column.strip().strip("\ufeff").lower()


def _header(first: Sequence[str]) -> tuple[int, str] | None:
    """Where the line of names is, and what divides the cells: the line that knows most columns."""
    best: tuple[int, int, str] | None = None
    for number, line in enumerate(first):
        for sign in _DIALECTS:
            if sign not in line:
                continue
            try:
                cells = {_key(cell) for cell in next(csv.reader([line], delimiter=sign), [])}
            except csv.Error:
                continue
            score = len(cells & _KNOWN)
            if score >= 2 and cells & _TELLING and (best is None or score > best[0]):
                best = (score, number, sign)
    return best[1:] if best else None


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns."""
    best, place = 1, None
    for number, row in enumerate(rows[:_PREAMBLE]):
        cells = {_key(cell) for cell in row}
        if cells & _TELLING and len(cells & _KNOWN) > best:
            best, place = len(cells & _KNOWN), number
    return place


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the rows of an open, uncompressed CSV or TSV file.

    Ids are the tool's key column, the accession number, the DOI, else a digest. Raises
    :class:`~sinteza.errors.FormatError` with the line for a file whose columns are unknown and for
    a broken cell.
    """
    source_lines = lines(stream, path=path)
    first = [line for _, line in zip(range(_PREAMBLE), source_lines, strict=False)]
    found = _header(first)
    if found is None:
        raise FormatError(
            "No line names the columns of references (title, authors, abstract, DOI ...)",
            path=path,
            line=1,
            hint="Put the names of the columns into the first line, one of them 'title'.",
        )
    skipped, sign = found

    def rest() -> Iterator[str]:
        for line in first[skipped:]:
            yield line + "\n"
        for line in source_lines:
            yield line + "\n"

    rows = csv.reader(rest(), delimiter=sign)
    try:
        yield from rows_to_records(rows, path=path, source=source)
    except csv.Error as error:
        raise FormatError(
            f"A cell cannot be read: {error}",
            path=path,
            line=skipped + rows.line_num,
            hint="Look for a quotation mark that is not closed, or export the table again.",
        ) from error


def rows_to_records(
    rows: Iterable[Sequence[str]], *, path: str = "", source: str = ""
) -> Iterator[Record]:
    """The records of a table whose first row names the columns; empty rows are passed over."""
    source = source_name(source, path, name)
    identity = Identity()
    header: list[str] = []
    for row in rows:
        cells = [_unquoted(cell) for cell in row]
        if not any(cells):
            continue
        if not header:
            header = [
                cell.strip().strip("\ufeff") or f"column {n}" for n, cell in enumerate(cells, 1)
            ]
            continue
        yield _record(header, cells, source, identity)


def _unquoted(cell: str) -> str:
    """Excel's ``="19326203"`` without its guard."""
    cell = cell.strip()
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def _record(header: Sequence[str], cells: Sequence[str], source: str, identity: Identity) -> Record:
    extra: dict[str, tuple[str, ...]] = {}
    pairs: list[tuple[str, str]] = []
    for column, value in zip(header, cells, strict=False):
        if not value:
            continue
        key = _key(column)
        if ":" in column and re.match(r"[a-z][a-z-]*:", column):
            word = column.removeprefix("sinteza:")
            extra[word] = tuple(unescaped(part) for part in value.split("\n"))
        elif key in NAMES["notes"]:
            pairs += [(key, part) for part in value.split("\n\n")]
        else:
            pairs.append((key if key in _KNOWN else column, value))
    entry = Fields(pairs)
    kind = next((v for column in NAMES["kind"] for v in entry.peek(column)), "")
    if kind.lower() in _KINDS:
        entry.one(*(column for column in NAMES["kind"] if entry.peek(column) == [kind]))
    _decision(entry, extra)
    return assemble(
        entry, NAMES, form=name, source=source, identity=identity,
        kind=_KINDS.get(kind.lower(), ""), extra=extra,
    )  # fmt: skip


def _decision(entry: Fields, extra: dict[str, tuple[str, ...]]) -> None:
    """The verdict, if a column states one in words that tools use."""
    for column in NAMES["verdict"]:
        value = next(iter(entry.peek(column)), "")
        if value.lower() in _VERDICTS:
            extra.setdefault(decisions.VERDICT, (_VERDICTS[value.lower()],))
            entry.one(column)
    for key, word in ((decisions.REASON, "reason"), (decisions.NOTE, "remark")):
        if value := entry.one(*NAMES[word]):
            extra[key] = (value,)


COLUMNS = (
    "key", "title", "vernacular_title", "authors", "abstract", "year", "date", "journal",
    "journal_abbreviation", "volume", "issue", "pages", "issn", "isbn", "doi", "pmid", "pmc_id",
    "accession_number", "keywords", "publication_types", "language", "type", *SHARED, "notes",
    "included", "decision", "exclusion reason", "decision note",
)  # fmt: skip
"""The columns of a written table; those of leftovers follow, named as in ``Record.extra``."""


def _row(record: Record) -> dict[str, str]:
    journal, extra = record.journal, record.extra
    verdict, reason, note = decisions.of(record)
    words = [*(mesh_text(heading) for heading in record.mesh), *record.keywords]
    day = record.dates.printed
    row = {
        "key": record.source_id,
        "title": record.title,
        "vernacular_title": record.vernacular_title,
        "authors": "; ".join(people.inverted(person) for person in record.authors),
        "abstract": abstracts.printed(record.abstract),
        "year": str(record.year or ""),
        "date": day if len(day) > 4 else "",
        "journal": journal.title or journal.abbreviation,
        "journal_abbreviation": journal.abbreviation if journal.title else "",
        "volume": journal.volume,
        "issue": journal.issue,
        "pages": journal.pages,
        "issn": "; ".join(n for n in (journal.issn, *values(record, "issn")) if n),
        "isbn": "; ".join(values(record, "isbn")),
        "doi": record.identifier("doi"),
        "pmid": record.pmid,
        "pmc_id": record.identifier("pmc"),
        "accession_number": record.identifier("accession"),
        "keywords": "; ".join(words),
        "publication_types": "; ".join(kind.name for kind in record.publication_types),
        "language": "; ".join(record.languages),
        "type": next(iter(extra.get(KIND, ())), ""),
        "notes": "\n\n".join(record.notes),
        "included": decisions.asreview_label(verdict),
        "decision": verdict,
        "exclusion reason": reason,
        "decision note": note,
    }
    lost: dict[str, list[str]] = {}
    for key, value in spread(record, "pmid", "doi", "pmc", "issn", "isbn", "accession"):
        lost.setdefault(f"sinteza:{key}", []).append(value)
    for key, found in extra.items():
        if key in SHARED and len(found) == 1:
            row[key] = found[0]
        elif key != KIND and not key.startswith((f"{name}:", "decision:")):
            lost[key if ":" in key else f"sinteza:{key}"] = list(found)
    row |= {key: "\n".join(map(escaped, found)) for key, found in lost.items()}
    for column, value in own(record, name):
        if not row.get(column):
            row[column] = value
    return row


def table(records: Iterable[Record]) -> Iterator[list[str]]:
    """The header and the rows; the records are gone through once and kept, for the header."""
    rows = [_row(record) for record in records]
    header = list(COLUMNS)
    header += dict.fromkeys(column for row in rows for column in row if column not in COLUMNS)
    yield header
    for row in rows:
        yield [row.get(column, "") for column in header]


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write CSV in UTF-8, with the columns that ASReview, Rayyan and Covidence read."""
    write_divided(records, stream, ",")


def write_divided(records: Iterable[Record], stream: BinaryIO, sign: str) -> None:
    """Write the table with this sign between the cells."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    csv.writer(text, delimiter=sign, lineterminator="\r\n").writerows(table(records))
    text.flush()
    text.detach()
