"""JATS XML (NISO Z39.96), the full text of articles as PubMed Central and publishers give it.

An article becomes a record: front matter, abstract, and the body as sections whose labels are the
titles down to them (``Results / Seizure outcomes``), each label once. Citations, notes, figures and
formulas are left out of the text, paragraphs are parted by a line feed, and a table is a section of
its own: a line a row, cells parted by `` | ``, the first line the heads of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from sinteza.formats import dates, people
from sinteza.formats.fields import KIND, identifiers, or_refuse, source_name
from sinteza.formats.xml import below, children, elements, first, local, text
from sinteza.model.record import Author, Dates, Journal, Record, Section

name = "jats"
extensions = (".xml", ".nxml")

_ROOT = re.compile(rb"<(?:\w+:)?(?:article|pmc-articleset)[\s>]")
_HINT = "Download the article again as JATS XML, for example from PubMed Central."
_BLOCKS = {"sec", "table-wrap", "table-wrap-group", "fig", "fig-group", "title", "label"}
_LEFT_OUT = {
    "table-wrap", "table-wrap-group", "fig", "fig-group", "fn", "tex-math", "graphic", "media",
    "inline-graphic", "supplementary-material", "disp-formula", "object-id",
}  # fmt: skip
_CITED = {"bibr", "fn", "table-fn", "aff", "corresp", "author-notes"}
# the brackets and commas that citations leave behind
_HOLLOW = re.compile(r"\s?[\[(][\s,;\N{EN DASH}-]*[\])]")
_BEFORE = re.compile(r" +(?=[.,;])(?![.,;]\d)")
_PARTED = {"p", "list-item", "break", "title", "def", "term"}
# what NLM calls the parts of an abstract, by the titles of sections
_CATEGORIES = (
    ("RESULTS", re.compile(r"\bresults?\b|\bfindings\b", re.I)),
    ("METHODS", re.compile(r"\bmethods?\b|\bmaterials?\b|\bmethodology\b", re.I)),
    ("CONCLUSIONS", re.compile(r"\bdiscussions?\b|\bconclusions?\b|\bcomments?\b", re.I)),
    ("BACKGROUND", re.compile(r"\bbackground\b|\bintroduction\b|\bintro\b", re.I)),
    ("OBJECTIVE", re.compile(r"\bobjectives?\b|\baims?\b|\bpurpose\b", re.I)),
)


def sniff(head: bytes) -> bool:
    """True for XML with an ``article`` and what JATS has in it or says of it."""
    return (
        head[:1] == b"<"
        and _ROOT.search(head) is not None
        and any(word in head for word in (b"article-type", b"<front", b"JATS", b"<body", b":front"))
    )


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the articles of an open, uncompressed file: one, or a set.

    Ids are the PubMed number, the PMC number, the DOI or the place in the file, under ``source``
    (by default the file's stem). Raises :class:`~sinteza.errors.FormatError` with the line for
    damaged XML and for XML without an article.
    """
    source = source_name(source, path, "jats")
    found = elements(stream, "article", path=path, hint=_HINT)
    articles = (_record(element, source, number) for number, element in enumerate(found, 1))
    return or_refuse(articles, path=path, what="This is XML, but holds no article", hint=_HINT)


def _record(article: Any, source: str, number: int) -> Record:
    front = next(children(article, "front"), None)
    meta = next(below(article, "front", "article-meta"), None)
    meta = article if meta is None else meta
    ids = [(_kind(item), text(item)) for item in children(meta, "article-id")]
    held = dict(reversed(ids))
    at = next((held[kind] for kind in ("pmid", "pmc", "doi") if held.get(kind)), str(number))
    printed, electronic = _days(meta)
    kind = article.get("article-type", "")
    return Record(
        id=f"{source}:{at}",
        source=source,
        source_id=at,
        title=_plain(next(below(meta, "title-group", "article-title"), None)),
        abstract=_abstract(meta),
        body=_unique(_body(article)),
        authors=_authors(meta),
        year=dates.year(printed or electronic),
        dates=Dates(printed=printed, electronic=electronic),
        journal=_journal(front, meta),
        identifiers=identifiers(*((k, v) for k, v in ids if k in ("pmid", "pmc", "doi", "pii"))),
        keywords=tuple(text(word) for word in below(meta, "kwd-group", "kwd")),
        extra={KIND: ("article-journal",)} | ({"jats:article-type": (kind,)} if kind else {}),
    )


def _kind(item: Any) -> str:
    kind = str(item.get("pub-id-type", ""))
    return {"pmcid": "pmc", "pmcaid": "pmc"}.get(kind, kind)


def _authors(meta: Any) -> tuple[Author, ...]:
    found = []
    for person in below(meta, "contrib-group", "contrib"):
        if person.get("contrib-type", "author") != "author":
            continue
        last, fore = first(person, "name", "surname"), first(person, "name", "given-names")
        orcid = next((text(i) for i in children(person, "contrib-id") if "orcid" in text(i)), "")
        who = Author(
            last=last,
            fore=fore,
            initials=people.initials(fore),
            suffix=first(person, "name", "suffix"),
            collective="" if last else first(person, "collab"),
            orcid=orcid.rsplit("/", 1)[-1],
        )
        if who.short:
            found.append(who)
    return tuple(found)


def _days(meta: Any) -> tuple[str, str]:
    """The day of the issue and the day of the electronic version."""
    days: dict[str, str] = {}
    for date in children(meta, "pub-date"):
        kind = date.get("pub-type") or date.get("publication-format") or date.get("date-type") or ""
        parts = [first(date, part) for part in ("year", "month", "day")]
        day = dates.parse("-".join(part for part in parts if part)) if parts[0].isdigit() else ""
        days.setdefault("electronic" if kind.startswith(("epub", "electronic")) else "printed", day)
    return days.get("printed", ""), days.get("electronic", "")


def _journal(front: Any, meta: Any) -> Journal:
    about = next(below(front, "journal-meta"), None) if front is not None else None
    pages = [first(meta, "fpage"), first(meta, "lpage")]
    held = {}
    if about is not None:
        short = next(
            (
                text(item)
                for item in children(about, "journal-id")
                if item.get("journal-id-type") in ("nlm-ta", "iso-abbrev")
            ),
            "",
        )
        full = first(about, "journal-title-group", "journal-title") or first(about, "journal-title")
        held = {"title": full, "abbreviation": short, "issn": first(about, "issn")}
    return Journal(
        volume=first(meta, "volume"),
        issue=first(meta, "issue"),
        pages="-".join(page for page in pages if page) or first(meta, "elocation-id"),
        **held,
    )


# text ------------------------------------------------------------------------------------------


def _plain(element: Any) -> str:
    """The text of an element without citations, notes, figures and formulas, on one line."""
    if element is None:
        return ""
    pieces: list[str] = []
    _gather(element, pieces)
    return _BEFORE.sub("", _HOLLOW.sub("", " ".join("".join(pieces).split()))).strip()


def _gather(root: Any, pieces: list[str]) -> None:
    """Depth first without recursion: markup may be nested as deep as a file likes."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, left = stack.pop()
        if left:
            if local(element) in _PARTED:
                pieces.append(" ")
            if element is not root:
                pieces.append(element.tail or "")
            continue
        out = (
            not local(element)
            or local(element) in _LEFT_OUT
            or (local(element) == "xref" and element.get("ref-type") in _CITED)
        )
        if out and element is not root:
            pieces.append(element.tail or "")
            continue
        pieces.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))


def _abstract(meta: Any) -> tuple[Section, ...]:
    """The article's own abstract: the one without a type, else the first."""
    held = list(children(meta, "abstract"))
    chosen = next(
        (item for item in held if not item.get("abstract-type")), held[0] if held else None
    )
    if chosen is None:
        return ()
    parts = []
    loose = " ".join(_plain(p) for p in chosen if local(p) in ("p", "list"))
    if loose.strip():
        parts.append(Section(text=loose.strip()))
    for section in children(chosen, "sec"):
        label = _plain(next(children(section, "title"), None)).rstrip(":. ")
        words = " ".join(
            _plain(item)
            for item in section
            if local(item) and local(item) not in ("title", "label")
        ).strip()
        if words:
            parts.append(Section(text=words, label=label.upper(), category=_category("", label)))
    return tuple(parts)


def _category(kind: str, title: str) -> str:
    for words in (kind.replace("|", " "), title):
        for category, pattern in _CATEGORIES:
            if pattern.search(words):
                return category
    return ""


def _body(article: Any) -> Iterator[Section]:
    """Every section in its order, subsections behind their section, tables behind their text."""
    for part in ("body", "floats-group", "floats-wrap"):
        for element in children(article, part):
            stack: list[tuple[Any, tuple[str, ...], str]] = [(element, (), "UNASSIGNED")]
            while stack:
                section, path, category = stack.pop()
                yield from _section(section, path, category)
                below_it = []
                for child in children(section, "sec"):
                    title = _plain(next(children(child, "title"), None)).rstrip(":. ")
                    named = category
                    if category == "UNASSIGNED":
                        named = _category(child.get("sec-type", ""), title) or category
                    below_it.append((child, (*path, title) if title else path, named))
                stack.extend(reversed(below_it))


def _section(section: Any, path: tuple[str, ...], category: str) -> Iterator[Section]:
    words = [_plain(item) for item in section if local(item) and local(item) not in _BLOCKS]
    prose = "\n".join(word for word in words if word)
    label = " / ".join(path)
    if prose:
        yield Section(text=prose, label=label or "Body", category=category)
    for item in section:
        if local(item) == "sec":
            continue
        for wrap in item.iter("{*}table-wrap"):
            if lines := _table(wrap):
                caption = _plain(next(children(wrap, "caption"), None))
                number = first(wrap, "label").rstrip(":. ") or "Table"
                head = f"{number}. {caption}" if caption else number
                yield Section(text="\n".join(lines), label=head[:200].strip(), category="TABLE")


def _table(wrap: Any) -> list[str]:
    """The rows as lines, the heads of a column joined; a spanning head stands over each column."""
    heads: list[list[str]] = []
    rows: list[list[str]] = []
    for row in wrap.iter("{*}tr"):
        parent = row.getparent()
        cells: list[str] = []
        for cell in row:
            if local(cell) not in ("td", "th"):
                continue
            words = _plain(cell).replace(" | ", " ")
            span = str(cell.get("colspan", "1"))
            width = min(int(span), 100) if span.isdigit() else 1
            cells += [words] + [words if local(parent) == "thead" else ""] * (max(width, 1) - 1)
        (heads if local(parent) == "thead" else rows).append(cells)
    if not heads and rows:
        heads, rows = rows[:1], rows[1:]
    if not rows:
        return []
    width = max(map(len, heads), default=0)
    joined = [
        " ".join(dict.fromkeys(row[i] for row in heads if i < len(row) and row[i]))
        for i in range(width)
    ]
    return [" | ".join(joined), *(" | ".join(row) for row in rows if any(row))]


def _unique(sections: Iterator[Section]) -> tuple[Section, ...]:
    """The sections with labels that name one each: a repeated one gets its number."""
    import msgspec

    seen: dict[str, int] = {}
    taken: set[str] = set()
    found = []
    for section in sections:
        label = section.label
        while label in taken or label == "abstract":
            seen[section.label] = seen.get(section.label, 1) + 1
            label = f"{section.label} ({seen[section.label]})"
        taken.add(label)
        found.append(msgspec.structs.replace(section, label=label))
    return tuple(found)
