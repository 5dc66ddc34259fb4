"""From the named fields of any bibliographic entry to a record, and from a record to names.

A format says how its own names translate (``Names``: our word to its tags, best first); the
meaning of the words is the same for all of them and stands here once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from sinteza.formats import abstracts, dates, people
from sinteza.formats.decisions import lift
from sinteza.formats.fields import KIND, Fields, Identity, doi, identifiers, issns
from sinteza.model.record import (
    Author,
    Dates,
    Journal,
    PublicationType,
    Record,
)

Names = Mapping[str, tuple[str, ...]]
"""Our word (``title``, ``journal``, ``start_page`` ...) to the tags of a format, best first."""

SHARED = ("url", "publisher", "place", "database", "short_title", "edition", "editors",
          "affiliations")  # fmt: skip
"""Words kept in ``extra`` without a prefix, which several formats can carry."""

_PMID = re.compile(r"(?:PMID:? ?|MEDLINE:|PUBMED )?(\d{1,9})")
_NOTED = re.compile(r"(PMID|PMCID):? ?((?:PMC)?\d+)")
_LISTS = re.compile(r"\s*[;|\n]\s*")


def listed(text: str) -> list[str]:
    """The parts of a list divided by semicolons, bars or line ends."""
    return [part for part in _LISTS.split(text) if part]


def _of_one_person(text: str) -> bool:
    return re.fullmatch(r"\S+(?: \S+)* (?:[A-ZÀ-ÞĀ-Ž]{1,4}|(?:[A-Z]\. ?)+)\.?", text) is not None


def authors(text: str) -> list[Author]:
    """The people in one field: divided by ``;``, ``|``, `` and `` or, between full names, commas.

    ``Griffin DK, Larkin DM`` are two, ``Griffin, D.K.`` is one, ``Yang, Z., Jiang, B.`` are two.
    """
    text = text.strip()
    if _LISTS.search(text):
        parts = listed(text)
    elif re.search(r"\s(?:and|&)\s", text) and "," not in text.split(" and ")[0]:
        parts = re.split(r"\s*,\s*(?:and\s+|&\s+)?|\s+(?:and|&)\s+", text)
    elif re.search(r"\sand\s", text):
        parts = re.split(r"\s+and\s+", text)
    else:
        parts = _by_comma(text)
    bare = (re.sub(r"^(?:and|&)\s+", "", part.strip()) for part in parts)
    return [people.author(part) for part in bare if part]


def _by_comma(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    ended = [*parts[:-1], parts[-1].removesuffix(".")] if parts else []
    if len(parts) > 1 and all(_of_one_person(part) for part in ended):
        return ended
    short = [len(part) <= 8 and part[:1].isupper() and "." in part for part in parts]
    if len(parts) > 2 and len(parts) % 2 == 0 and all(short[1::2]):
        return [f"{last}, {fore}" for last, fore in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) > 2 and all(" " in part for part in parts):
        return parts
    return [text]


def _day(entry: Fields, names: Names) -> str:
    """The most precise of the dates that agree on the year; the others stay where they are."""
    best = ""
    for tag in (*names.get("year", ()), *names.get("date", ())):
        text = next((value for value in entry.peek(tag) if value), "")
        day = dates.parse(text)
        if not day and best and text and tag in names.get("date", ()):
            day = dates.parse(f"{text} {best[:4]}")
        if day and (not best or day[:4] == best[:4]):
            entry.one(tag)
            best = max(best, day, key=len)
    if len(best) == 4 and (month := entry.peek(next(iter(names.get("month", ())), ""))):
        number = dates.first_month(month[0]) or (month[0].zfill(2) if month[0].isdigit() else "")
        if number and 1 <= int(number) <= 12:
            entry.one(*names["month"])
            best = f"{best}-{number}"
    return best


def _pages(take: Callable[[str], str]) -> str:
    pages = take("pages").replace("--", "-").replace("\N{EN DASH}", "-")
    start, end = take("start_page"), take("end_page")
    if not pages and start and end and end != start:
        return f"{start}-{end}"
    return pages or start or end or take("article_number")


def _links(entry: Fields, names: Names, notes: list[str]) -> dict[str, str]:
    """DOI, PubMed and PMC numbers, wherever they are."""
    found = {"doi": "", "pmid": "", "pmc": ""}
    for kind in found:
        tags = names.get(kind, ())
        text = entry.one(*tags)
        value = doi(text) if kind == "doi" else text
        if kind == "pmid":
            numbers = _PMID.fullmatch(text.removesuffix(".0"))
            value = numbers[1] if numbers and int(numbers[1]) else ""
        if text and not value and text not in ("0", "0.0"):
            entry.put_back(tags[0], text)
        found[kind] = value
    for note in list(notes):
        if stated := _NOTED.fullmatch(note):
            kind = {"PMID": "pmid", "PMCID": "pmc"}[stated[1]]
            if found[kind] in ("", stated[2]):
                found[kind] = stated[2]
                notes.remove(note)
    if not found["doi"]:
        addresses = (v for tag in names.get("url", ()) for v in entry.peek(tag) if "doi.org" in v)
        found["doi"] = next((link for v in addresses if (link := doi(v))), "")
    return found


def assemble(
    entry: Fields,
    names: Names,
    *,
    form: str,
    source: str,
    identity: Identity,
    kind: str = "",
    extra: Mapping[str, tuple[str, ...]] | None = None,
    split: Callable[[str], Iterable[str]] = listed,
    who: tuple[Author, ...] | None = None,
    key: str = "",
) -> Record:
    """A record out of the fields of one entry; what has no place ends in ``extra`` as ``form:TAG``.

    ``kind`` is the type in the words of CSL, ``extra`` what the format found by itself (carried
    leftovers, decisions), ``split`` divides keywords, ``who`` are the authors if the format knows
    them one by one, ``key`` the file's own id of the entry.
    """

    def take(word: str) -> str:
        return entry.one(*names.get(word, ()))

    def take_all(word: str) -> list[str]:
        return entry.all(*names.get(word, ()))

    found = dict(extra or {})
    if kind:
        found.setdefault(KIND, (kind,))
    registry = found.pop("registry", ())
    named = [(key[3:], v) for key in list(found) if key.startswith("id-") for v in found.pop(key)]
    notes, decision = lift(take_all("notes"))
    link = _links(entry, names, notes)
    accession = take("accession")
    serials = [
        part for text in take_all("issn") for part in re.split(r"\s*[;,\n]\s*|\s+(?=\d)", text)
    ]
    numbers = [number for text in serials for number in issns(text)]
    books = take_all("isbn") + [text for text in serials if text and not issns(text)]
    title = " ".join(take("title").split())
    if who is None:
        # of several columns with the same people (short and full names) the first counts
        tag = next((tag for tag in names.get("authors", ()) if any(entry.peek(tag))), "")
        who = tuple(person for text in entry.all(tag) for person in authors(text))
    day, pages = _day(entry, names), _pages(take)
    journal, abbreviation = take("journal"), take("abbreviation")
    if not journal:
        journal, abbreviation = abbreviation, ""
    content = (title, *(person.last or person.collective for person in who), day[:4], pages)
    known = (key, take("id"), accession, link["doi"])
    source_id = identity.of(*known, content=content)
    for word in SHARED:
        if values := take_all(word):
            found[word] = tuple(values)
    return Record(
        id=f"{source}:{source_id}",
        source=source,
        source_id=source_id,
        title=title,
        abstract=abstracts.sections(take("abstract")),
        vernacular_title=take("vernacular_title"),
        authors=who,
        year=dates.year(day),
        dates=Dates(printed=day),
        journal=Journal(
            title=journal,
            abbreviation=abbreviation,
            issn=numbers[0] if numbers else "",
            volume=take("volume"),
            issue=take("issue"),
            pages=pages,
        ),
        identifiers=identifiers(
            *((kind_of, link[kind_of]) for kind_of in ("pmid", "doi", "pmc")),
            ("accession", accession),
            *(("issn", number) for number in numbers[1:]),
            *(("isbn", number) for number in books),
            *named,
        ),
        keywords=tuple(
            " ".join(word.split()) for text in take_all("keywords") for word in split(text)
        ),
        publication_types=tuple(
            PublicationType(name=part) for text in take_all("types") for part in listed(text)
        ),
        languages=tuple(part for text in take_all("language") for part in listed(text)),
        registry=registry,
        notes=tuple(notes),
        extra=found | decision | entry.rest(form),
    )


def spread(record: Record, *carried_kinds: str) -> Iterator[tuple[str, str]]:
    """What ``assemble`` would not find again without help: registry numbers, rare identifiers.

    As ``sinteza:word=value`` lines; ``carried_kinds`` are the identifiers the format has fields
    for.
    """
    for value in record.registry:
        yield "registry", value
    for item in record.identifiers:
        if item.kind not in carried_kinds:
            yield f"id-{item.kind}", item.value


def values(record: Record, kind: str) -> list[str]:
    """All identifiers of one kind."""
    return [item.value for item in record.identifiers if item.kind == kind]


__all__ = ["SHARED", "Names", "assemble", "authors", "listed", "spread", "values"]
