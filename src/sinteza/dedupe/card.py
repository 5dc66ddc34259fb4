"""What a record is compared by: its fields in one spelling, worked out once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from sinteza.dedupe import vocabulary
from sinteza.model.record import Author, Record
from sinteza.text.normalize import fold

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,40}>|&(?:lt|gt|amp|quot|#\d+);")
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAGE = re.compile(r"([a-z]{0,3})[ .]?0*(\d+)([a-z]{0,2})")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Card:
    """One record as it is compared.

    ``titles`` holds the title as words and, after it, other readings of the same title (in the
    original language, without what it is about). ``numbers`` are its numbers and negations.
    ``first`` are the name words of the first author, ``initial`` the letter of the forename,
    ``names`` the last names and ``people`` all name words. ``page`` and ``last_page`` are digits
    with the letters before them. ``notice`` is true for errata, retraction notices, comments and
    replies, ``meeting`` for what was printed as a conference abstract.
    """

    id: str
    titles: tuple[str, ...]
    numbers: tuple[str, ...]
    generic: bool
    translated: bool
    first: frozenset[str]
    initial: str
    names: frozenset[str]
    people: frozenset[str]
    year: int | None
    journals: tuple[str, ...]
    issns: frozenset[str]
    volume: str
    issue: str
    page: str
    last_page: str
    abstract: str
    doi: str
    pmid: str
    registry: frozenset[str]
    notice: bool
    meeting: bool

    @property
    def title(self) -> str:
        """The title as words, one blank between them."""
        return self.titles[0] if self.titles else ""

    @property
    def one_page(self) -> bool:
        """True for what fills a page at most, as conference abstracts and notices do."""
        return bool(self.page) and self.page.lstrip(LETTERS) == self.last_page

    @property
    def author(self) -> str:
        """One word that stands for the first author."""
        return min(self.first, key=lambda word: (-len(word), word), default="")


def spelled(text: str) -> str:
    """Lower case, no marks, one alphabet: ``TNF-α`` and ``tnf-alpha``, ``Șt`` and ``st``."""
    text = fold(text)
    return text if text.isascii() and "&" not in text else text.translate(vocabulary.TRANSLITERATED)


def words(text: str) -> str:
    """The words of a text in one spelling, one blank between them."""
    return " ".join(_WORD.findall(spelled(text)))


def card(record: Record) -> Card:
    """Work out what a record is compared by."""
    raw = spelled(_MARKUP.sub(" ", record.title) if "<" in record.title or "&" in record.title
                  else record.title)  # fmt: skip
    titles, translated, refers = _titles(raw, record.vernacular_title)
    main = titles[0] if titles else ""
    first, names, people = _people(record.authors)
    journal = record.journal
    page, last = _pages(journal.pages)
    venue = fold(journal.title)
    kinds = " ".join(kind.name for kind in record.publication_types).lower()
    return Card(
        id=record.id,
        titles=titles,
        numbers=_numbers(main),
        generic=_is_generic(main),
        translated=translated or _foreign(record.languages),
        first=first,
        initial=_initial(record.authors),
        names=names,
        people=people,
        year=record.year,
        journals=tuple(
            dict.fromkeys(
                name for name in (_venue(journal.title), _venue(journal.abbreviation)) if name
            )
        ),
        issns=frozenset(
            value.upper()
            for value in (
                journal.issn,
                journal.issn_linking,
                *(i.value[:9] for i in record.identifiers if i.kind in ("issn", "isbn")),
            )
            if len(value) == 9 and value[4] == "-"
        ),
        volume=_number(journal.volume),
        issue=_number(journal.issue),
        page=page,
        last_page=last,
        abstract=words(record.abstract_text[:400])[:240],
        doi=_doi(record.doi),
        pmid=record.pmid,
        registry=frozenset(record.registry),
        notice=refers
        or any(word in kinds for word in ("erratum", "retraction of publication", "comment")),
        meeting=bool(
            "abstract" in kinds
            or "congress" in kinds
            or vocabulary.SUPPLEMENT.search(f"{journal.volume} {journal.issue}")
            or (page[:1] == "s" and page[1:].isdigit())
            or vocabulary.MEETING.search(venue)
        ),
    )


def _titles(raw: str, vernacular: str) -> tuple[tuple[str, ...], bool, bool]:
    """The readings of a title, whether it is a translation, and whether it is about another."""
    text = vocabulary.STATUS.sub("", raw)
    without = text.strip(" .")
    if "[" in text or "(" in text:
        without = vocabulary.TRANSLATED.sub(" ", vocabulary.LANGUAGE.sub(" ", text)).strip(" .")
    translated = without != text.strip(" .") or (without[:1] == "[" and without[-1:] == "]")
    inside = ""
    dressed = "[" in without or ".." in text or without[-1:] == ")"
    while dressed and (cut := vocabulary.ADDED.search(without)) and cut.start() >= 12:
        inside = without[cut.start() :] if without[cut.start() :].lstrip()[:1] == "[" else inside
        without = without[: cut.start()].rstrip(" .")
    bare = _without_reference(without) if without[-1:] == ")" else without
    refers = bare != without or bool(vocabulary.NOTICE.search(without))
    found = [" ".join(_WORD.findall(bare)), " ".join(_WORD.findall(inside))]
    if refers:
        found.append(" ".join(_WORD.findall(vocabulary.ABOUT.sub("", bare))))
    for sign in (" = ", " / "):
        if sign in bare:
            found += [" ".join(_WORD.findall(part)) for part in bare.split(sign)]
    if vernacular:
        found.append(words(vernacular))
    kept = [found[0]] + [text for text in found[1:] if text.count(" ") >= 3]
    return tuple(dict.fromkeys(text for text in kept if text)), translated, refers


def _without_reference(title: str) -> str:
    """A title without the article it is about: ``... (vol 360, pg 542, 2009)``."""
    depth = 0
    for place in range(len(title) - 1, -1, -1):
        depth += (title[place] == ")") - (title[place] == "(")
        if not depth:
            inside = title[place:]
            cites = _YEAR.search(inside) and len(re.findall(r"\d+", inside)) >= 3
            return title[:place].rstrip(" .") if cites and place >= 12 else title
    return title


def _is_generic(title: str) -> bool:
    """True for titles that many records bear: ``Editorial``, ``Reply to the letter``."""
    listed = title.split()
    return (
        len(listed) < 3
        or len(title) < 20
        or all(w in vocabulary.GENERIC or w.isdigit() for w in listed)
    )


def _numbers(title: str) -> tuple[str, ...]:
    """What turns a title into another one: its numbers (also Roman) and negations."""
    listed = title.split()
    telling = [word for word in listed[1:] if word in vocabulary.ROMAN]
    telling += [word for word in listed if word in vocabulary.NEGATIONS]
    return tuple(sorted(re.findall(r"\d+", title) + telling))


def _people(
    authors: tuple[Author, ...],
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Name words of the first author, last names of all, and every name word."""
    first: frozenset[str] = frozenset()
    names: set[str] = set()
    people: set[str] = set()
    for number, person in enumerate(authors):
        if not person.last or (number == 0 and fold(person.last) in vocabulary.NOBODY):
            continue
        # sources that glue names ("Adeli K.Lewis G") leave one initial between two of them
        last = _name_words(person.last)
        fore = [word for word in _name_words(person.fore) if len(word) > 2] if person.fore else []
        if not first:
            glued = "." in person.last
            first = frozenset(last[:1] if glued else (*last, *fore))
        names.update(last)
        people.update(last, fore)
    return first, frozenset(names), frozenset(people)


@lru_cache(maxsize=65536)
def _name_words(name: str) -> tuple[str, ...]:
    found = _WORD.findall(spelled(name))
    # Müller, Mueller and Muller are one
    return tuple(
        word.replace("ue", "u").replace("oe", "o").replace("ae", "a")
        for word in found
        if len(word) > 1
    )


def _initial(authors: tuple[Author, ...]) -> str:
    """The first letter of the first author's forename; names that are glued have none."""
    if not authors or "." in authors[0].last:
        return ""
    return spelled(authors[0].fore or authors[0].initials)[:1]


def _foreign(languages: tuple[str, ...]) -> bool:
    return bool(languages) and not any(fold(name)[:3] in ("eng", "en") for name in languages)


@lru_cache(maxsize=16384)
def _venue(name: str) -> str:
    text = spelled(name)
    text = re.split(r"[.:]?\s*conference(?: start|publication)?[:(]|[:(\[=/]", text)[0] or text
    return " ".join(word for word in _WORD.findall(text) if word not in vocabulary.PASSED_OVER)


@lru_cache(maxsize=8192)
def _number(text: str) -> str:
    """The first number of ``4 (1)``, ``Pt 11``, ``SUPPL. 3``; of ``1)``, a rest, none."""
    found = re.search(r"\d+", text)
    rest = text.count(")") > text.count("(")
    return found.group().lstrip("0") if found and not rest else ""


def _pages(text: str) -> tuple[str, str]:
    """First and last page: ``1133-43`` gives 1133 and 1143, ``S131`` s131, ``Suppl-29`` only 29."""
    text = fold(text).replace("pp", " ").replace("article", " ")
    if text[-2:] == " p":  # the number of pages of a book
        return "", ""
    found = _PAGE.findall(text)
    if not found:
        return "", ""
    (letters, first, _), (_, last, _) = found[0], found[1] if len(found) > 1 else found[0]
    before, dash, _ = text.partition("-")
    if dash and not any(char.isdigit() for char in before):
        return "", first
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return letters + first, last


def _doi(doi: str) -> str:
    """A DOI worth comparing: one cut off after the publisher's part is none."""
    doi = unquote(doi).strip(" .,;")
    return doi if doi.startswith("10.") and len(doi.partition("/")[2]) >= 4 else ""
