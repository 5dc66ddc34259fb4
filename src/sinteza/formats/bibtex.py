"""BibTeX, read with bibtexparser; LaTeX accents become letters and letters stay letters."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from sinteza.errors import FormatError
from sinteza.formats import abstracts, people
from sinteza.formats.decisions import notes_for_tools
from sinteza.formats.encoding import text as whole_text
from sinteza.formats.entry import SHARED, Names, assemble, spread, values
from sinteza.formats.fields import (
    KIND,
    Fields,
    Identity,
    carried,
    carry,
    escaped,
    own,
    source_name,
)
from sinteza.formats.mesh import printed as mesh_text
from sinteza.model.record import Author, Record

name = "bibtex"
extensions = (".bib", ".bibtex")

_SNIFF = re.compile(rb"^\s*@\s*(?!comment)[A-Za-z]+\s*[{(]", re.M | re.I)
_CARRIER = "sinteza"

NAMES: Names = {
    "title": ("title",),
    "abstract": ("abstract",),
    "year": ("year",),
    "date": ("date",),
    "month": ("month",),
    "journal": ("journal", "journaltitle", "booktitle"),
    "abbreviation": ("shortjournal", "journal-iso", "journalabbreviation"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages",),
    "article_number": ("article-number", "eid"),
    "issn": ("issn",),
    "isbn": ("isbn",),
    "doi": ("doi",),
    "pmid": ("pmid",),
    "pmc": ("pmcid", "pmc"),
    "accession": ("unique-id", "accession"),
    "id": ("\\key",),
    "url": ("url",),
    "publisher": ("publisher",),
    "place": ("address", "location"),
    "short_title": ("shorttitle",),
    "edition": ("edition",),
    "language": ("language", "langid"),
    "keywords": ("keywords", "keyword", "mesh"),
    "types": ("type",),
    "authors": ("author",),
    "editors": ("editor",),
    "notes": ("note",),
}
KINDS = {
    "article": "article-journal", "book": "book", "booklet": "pamphlet", "inbook": "chapter",
    "incollection": "chapter", "inproceedings": "paper-conference", "conference":
    "paper-conference", "proceedings": "book", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "techreport": "report", "report": "report", "unpublished": "manuscript",
    "online": "webpage", "electronic": "webpage", "misc": "document", "dataset": "dataset",
    "software": "software", "patent": "patent",
}  # fmt: skip
_TYPES = {kind: code for code, kind in reversed(KINDS.items())} | {
    "article-magazine": "article", "article-newspaper": "article", "thesis": "phdthesis",
    "report": "techreport",
}  # fmt: skip

# LaTeX accents as combining characters; \v{s}, \c{t}, \"o, {\'e}, \u{a}, \^\i
_ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304",
            "u": "\u0306", ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b",
            "v": "\u030c", "c": "\u0327", "k": "\u0328", "d": "\u0323", "b": "\u0331"}  # fmt: skip
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł",
            "L": "Ł", "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "th": "þ", "TH": "Þ", "dh": "ð",
            "DH": "Ð", "dj": "đ", "DJ": "Đ", "textendash": "–", "textemdash": "—",
            "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
            "textquotedblright": "”", "textregistered": "®", "texttrademark": "™",
            "textcommabelow": "", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
            "mu": "μ", "pm": "±", "times": "×", "geq": "≥", "leq": "≤", "ge": "≥", "le": "≤",
            "degree": "°", "textdegree": "°", "textbackslash": "\x02", "textasciitilde": "~",
            "textgreater": ">", "textless": "<", "textbar": "|"}  # fmt: skip
_ACCENT = re.compile(
    r"\\([`'^~=.\"])\s*\{?\s*(\\?[A-Za-z])\s*\}?|\\([uvHckrdb])(?:\s+|\s*(?=\{))\{?\s*(\\?[A-Za-z])\s*\}?"
)
_LETTER = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])(?:\{\}|\s+(?=[A-Za-z])|)")
_ESCAPED = re.compile(r"\\([#$%&_{}~^ ,])")
_STYLE = re.compile(
    r"\\(?:textit|textbf|emph|textsc|textrm|textup|textsuperscript|textsubscript|url|texttt|mathrm|ensuremath)\s*(?=\{)"
)


def sniff(head: bytes) -> bool:
    """True if a line begins with ``@word{``."""
    return _SNIFF.search(head) is not None


def _accent(match: re.Match[str]) -> str:
    mark, letter = match[1] or match[3], (match[2] or match[4]).removeprefix("\\")
    if mark == "c" and letter in "sStT":  # LaTeX's \c{s} is a cedilla, and stays one
        return unicodedata.normalize("NFC", letter + "\u0327")
    return unicodedata.normalize("NFC", letter + _ACCENTS[mark])


def plain(text: str) -> str:
    """LaTeX to text: accents, named letters, escaped signs; braces that only protect case go."""
    if "\\" in text:
        text = re.sub(
            r"\\textcommabelow\s*\{([sStT])\}",
            lambda m: unicodedata.normalize("NFC", m[1] + "\u0326"),
            text,
        )
        text = _ACCENT.sub(_accent, text)
        text = _STYLE.sub("", text)
        text = _LETTER.sub(lambda m: _LETTERS.get(m[1], m[0]), text)
        text = _ESCAPED.sub(lambda m: "\x00" + str(ord(m[1])) + "\x01", text)
    if "{" in text or "}" in text:
        text = text.replace("{", "").replace("}", "")
    text = re.sub("\x00(\\d+)\x01", lambda m: chr(int(m[1])), text)
    return text.replace("\x02", "\\")


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the entries of an open, uncompressed file in the order they stand there.

    Ids are the citation keys. Raises :class:`~sinteza.errors.FormatError` with the line of the
    first entry that is damaged, after those before it were given.
    """
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Entry

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    source = source_name(source, path, "bibtex")
    identity = Identity()
    # no middleware: the library's LaTeX decoding takes 30 times the parsing (8 ms an entry)
    library = parse_string(whole_text(stream, path=path), parse_stack=[])
    words = {block.key.lower(): str(block.value) for block in library.strings}
    failed = set(map(id, library.failed_blocks))
    found = False
    for block in library.blocks:
        # an entry with a repeated key or field is refused by the library, but whole
        entry = getattr(block, "ignore_error_block", None) if id(block) in failed else block
        if isinstance(entry, Entry):
            found = True
            pairs = [("\\key", entry.key)]
            pairs += [
                (field.key.lower(), _value(str(field.value), words)) for field in entry.fields
            ]
            yield _record(Fields(pairs), entry.entry_type.lower(), source, identity)
        elif id(block) in failed:
            raise FormatError(
                "An entry cannot be read: a brace, a quote or a comma is missing",
                path=path,
                line=(block.start_line or 0) + 1,
                hint="Close the entry, or export it again; the entries before it are fine.",
            )
    if not found:
        raise FormatError(
            "There is no BibTeX entry: no line begins with '@article{' or its like",
            path=path,
            line=1,
            hint="Export the references again with format BibTeX.",
        )


def _value(raw: str, words: Mapping[str, str], depth: int = 0) -> str:
    """A value without its braces or quotes; names of @string replaced, ``#`` joined."""
    raw = raw.strip()
    if raw[:1] == "{" and raw[-1:] == "}":
        return raw[1:-1]
    if raw[:1] == '"' and raw[-1:] == '"' and '" #' not in raw and '"#' not in raw:
        return raw[1:-1]
    if "#" in raw and depth < 9:
        return "".join(_value(part, words, depth + 1) for part in raw.split("#"))
    if raw.lower() in words and depth < 9:
        return _value(words[raw.lower()], words, depth + 1)
    return raw


def _record(entry: Fields, code: str, source: str, identity: Identity) -> Record:
    kept: list[tuple[str, str]] = []
    who: list[Author] = []
    brought: dict[str, tuple[str, ...]] = {}
    for tag, value in entry.pairs:
        if tag == _CARRIER:
            brought = carried(plain(value).split("\n"))
        elif tag == "author":
            who += [_author(part) for part in re.split(r"\s+and\s+", value) if part.strip()]
        elif tag in ("url", "doi", "\\key", "file"):
            kept.append((tag, re.sub(r"\\([#$%&_{}])", r"\1", value)))
        else:
            kept.append((tag, plain(value)))
    kind = KINDS.get(code, "")
    if _TYPES.get(kind) != code:
        brought["bibtex:\\type"] = (code,)
    return assemble(
        Fields(kept),
        NAMES,
        form=name,
        source=source,
        identity=identity,
        kind=kind,
        extra=brought,
        split=_keywords,
        who=tuple(who),
    )


def _keywords(text: str) -> list[str]:
    """Divided by semicolons if there are any, else by commas."""
    return [
        part.strip() for part in re.split(r"[;\n]" if ";" in text else ",", text) if part.strip()
    ]


def _author(text: str) -> Author:
    """One author; a name wholly in braces is a group's."""
    text = text.strip()
    depth = 0
    for place, sign in enumerate(text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0 and place < len(text) - 1:
            return people.author(plain(text))
    return Author(collective=plain(text)) if " " in text else people.author(plain(text))


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write UTF-8 BibTeX as Zotero and JabRef read it; letters stay letters."""
    seen: dict[str, int] = {}
    for record in records:
        extra = record.extra
        kind = next(iter(extra.get(KIND, ())), "")
        code = next(iter(extra.get("bibtex:\\type", ())), _TYPES.get(kind, "article"))
        key = re.sub(r"[^\w.:/+-]+", "_", record.source_id)
        count = seen[key] = seen.get(key, 0) + 1
        lines = [f"@{code}{{{key if count == 1 else f'{key}_{count}'},"]
        lines += [f"  {tag} = {{{value}}}," for tag, value in _pairs(record)]
        stream.write(("\n".join(lines) + "\n}\n\n").encode("utf-8"))


def _tex(text: str) -> str:
    """Text to LaTeX: the signs that mean something there are escaped, letters stay."""
    escaped_ = re.sub(r"([#$%&_{}])", r"\\\1", text.replace("\\", "\\textbackslash{}"))
    return escaped_.replace("\\textbackslash\\{\\}", "\\textbackslash{}")


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    journal, extra = record.journal, record.extra
    kind = next(iter(extra.get(KIND, ())), "")
    within = "booktitle" if kind in ("chapter", "paper-conference") else "journal"
    names = (
        f"{{{_tex(p.collective)}}}" if p.collective else _tex(people.inverted(p))
        for p in record.authors
    )
    words = [*(mesh_text(heading) for heading in record.mesh), *record.keywords]
    day = record.dates.printed
    single = (
        ("title", _tex(record.title)),
        ("author", " and ".join(names)),
        (within, _tex(journal.title or journal.abbreviation)),
        ("shortjournal", _tex(journal.abbreviation if journal.title else "")),
        ("year", str(record.year or "")),
        ("date", day if len(day) > 4 else ""),
        ("volume", _tex(journal.volume)),
        ("number", _tex(journal.issue)),
        ("pages", _tex(journal.pages.replace("-", "--"))),
        ("issn", "; ".join(n for n in (journal.issn, *values(record, "issn")) if n)),
        ("isbn", "; ".join(values(record, "isbn"))),
        ("doi", record.identifier("doi")),
        ("pmid", record.pmid),
        ("pmcid", record.identifier("pmc")),
        ("unique-id", record.identifier("accession")),
        ("abstract", _tex(abstracts.printed(record.abstract))),
        ("keywords", _tex("; ".join(words) + (";" if len(words) == 1 else ""))),
        ("type", _tex("; ".join(kind.name for kind in record.publication_types))),
        ("language", _tex("; ".join(record.languages))),
    )
    yield from ((tag, value) for tag, value in single if value)
    yield from (("note", _tex(note)) for note in (*record.notes, *notes_for_tools(record)))
    for word in SHARED:
        yield from ((NAMES[word][0], _tex(value)) for value in extra.get(word, ()) if word in NAMES)
    yield from ((tag, _tex(value)) for tag, value in own(record, name) if tag[0] != "\\")
    lost = [
        f"sinteza:{key}={escaped(value)}"
        for key, value in spread(record, "pmid", "doi", "pmc", "issn", "isbn", "accession")
    ]
    known = (KIND, "bibtex:\\type", *(word for word in SHARED if word in NAMES))
    if lines := [*lost, *carry(record, name, *known)]:
        yield _CARRIER, _tex("\n".join(lines))
