"""The typed tree of a search: frozen nodes that compare by value and turn into JSON.

Text is kept as typed (so that it prints back); ``words`` gives what is matched. Fields are the
short keys of :mod:`sinteza.query.fields` (``tiab``, ``mh`` ...).

Boolean nodes are n-ary: ``a OR b OR c`` is one node with three operands, and ``a NOT b NOT c``
means the first without the rest. Everything else is a leaf.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Literal, TypeAlias

import msgspec

MIN_WILDCARD = 4
"""Characters needed before the first ``*`` of a word (NLM Technical Bulletin 2024;458:e5)."""


@functools.lru_cache(maxsize=65536)
def tokenize(text: str, *, wildcards: bool = False) -> tuple[str, ...]:
    """The words of a text as PubMed indexes them: no marks, lower case, letters and digits only.

    ``covid-19`` is ``("covid", "19")``. With ``wildcards`` a ``*`` that has four characters of
    its word before it stays; any other ``*`` separates like the rest of the punctuation.
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    words: list[str] = []
    current: list[str] = []
    starred = False
    for char in folded:
        if char.isalnum():
            current.append(char)
        elif unicodedata.combining(char):
            continue
        elif char == "*" and wildcards and (starred or len(current) >= MIN_WILDCARD):
            current.append(char)
            starred = True
        else:
            if current:
                words.append("".join(current))
            current, starred = [], False
    if current:
        words.append("".join(current))
    return tuple(words)


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node"):
    pass


class Boolean(_Node, frozen=True, tag="boolean"):
    """Two or more operands joined by one operator; NOT takes the rest away from the first."""

    op: Literal["AND", "OR", "NOT"]
    operands: tuple[Node, ...]


class Text(_Node, frozen=True, tag="text"):
    """A word, phrase or wildcard in one text field; several words are a phrase."""

    field: str
    text: str
    quoted: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Folded words in order; a word may hold ``*`` (zero or more characters)."""
        return tokenize(self.text, wildcards=True)

    @property
    def wildcard(self) -> bool:
        """Whether any word has a ``*``."""
        return any("*" in word for word in self.words)


class Proximity(_Node, frozen=True, tag="proximity"):
    """All words in any order, with at most ``distance`` words between neighbors, in one field."""

    field: str
    text: str
    distance: int

    @property
    def words(self) -> tuple[str, ...]:
        """Folded words; stopwords and operators are ordinary words here."""
        return tokenize(self.text)


class Mesh(_Node, frozen=True, tag="mesh"):
    """A MeSH heading, perhaps with one subheading attached, perhaps only as a major topic.

    ``name`` as typed (heading, entry term or wildcard pattern); ``quoted`` turns the mapping to
    several headings off, never the explosion.
    """

    name: str
    qualifier: str | None = None
    major: bool = False
    explode: bool = True
    quoted: bool = False


class Concept(_Node, frozen=True, tag="concept"):
    """Another controlled name: ``sh`` subheading, ``pt`` publication type, ``nm`` substance,
    ``pa`` pharmacological action.
    """

    field: Literal["sh", "pt", "nm", "pa"]
    name: str
    explode: bool = True
    quoted: bool = False


class Author(_Node, frozen=True, tag="author"):
    """A personal name in one of the author fields; not exact means truncated on the initials."""

    field: str
    name: str
    exact: bool = False


class Journal(_Node, frozen=True, tag="journal"):
    """A journal by title, abbreviation or ISSN; exact means no mapping of aliases."""

    name: str
    exact: bool = False


class Language(_Node, frozen=True, tag="language"):
    """A language of publication, by name or code as typed."""

    name: str
    quoted: bool = False

    @property
    def code(self) -> str:
        """MEDLINE's three-letter code."""
        from sinteza.query.fields import language_code

        return language_code(self.name)


class Value(_Node, frozen=True, tag="value"):
    """A number or identifier matched whole in its field (``rn``, ``gr``, ``vi``, ``aid`` ...)."""

    field: str
    text: str
    quoted: bool = False


class DateRange(_Node, frozen=True, tag="date_range"):
    """From ``first`` to ``last``, both included; ``last`` None is open (PubMed's year 3000).

    For ``dp`` a record matches if its print or its electronic date lies inside.
    """

    field: str
    first: date
    last: date | None


class SingleDate(_Node, frozen=True, tag="date"):
    """One year, month or day. For ``dp``: the print date, or an electronic date not after it."""

    field: str
    year: int
    month: int | None = None
    day: int | None = None


class RelativeDate(_Node, frozen=True, tag="relative_date"):
    """The last ``count`` units up to the day of the search; ``dp`` includes dates to come."""

    field: str
    count: int
    unit: Literal["days", "months", "years"]


class PmidList(_Node, frozen=True, tag="pmids"):
    """Any of these PMIDs."""

    pmids: tuple[int, ...]


class PmidRange(_Node, frozen=True, tag="pmid_range"):
    """PMIDs from ``first`` to ``last``, both included."""

    first: int
    last: int


class Pmcid(_Node, frozen=True, tag="pmcid"):
    """The record of one PubMed Central article."""

    number: int


class Subset(_Node, frozen=True, tag="subset"):
    """A subset or filter by name (``systematic``, ``medline``, ``free full text``)."""

    name: str
    quoted: bool = False


class Special(_Node, frozen=True, tag="special"):
    """A word that selects by a property of the record (``hasabstract``)."""

    word: str


class History(_Node, frozen=True, tag="history"):
    """An earlier line of the same session: ``#1``; ``#0`` is the clipboard."""

    number: int


class Atm(_Node, frozen=True, tag="atm"):
    """Untagged words: one unit of Automatic Term Mapping (see :mod:`sinteza.query.translate`)."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """Folded words, stopwords included."""
        return tokenize(self.text)


Node: TypeAlias = (
    Boolean
    | Text
    | Proximity
    | Mesh
    | Concept
    | Author
    | Journal
    | Language
    | Value
    | DateRange
    | SingleDate
    | RelativeDate
    | PmidList
    | PmidRange
    | Pmcid
    | Subset
    | Special
    | History
    | Atm
)


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One remark on a query: ``W-...`` caution, ``I-...`` information (errors are raised).

    ``start`` and ``end`` count characters of the query from 0; ``hint`` is the fix.
    """

    code: str
    message: str
    start: int
    end: int
    hint: str = ""


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query as typed, its tree, and what the parser remarked."""

    text: str
    root: Node
    notes: tuple[Note, ...] = ()


def join(op: Literal["AND", "OR", "NOT"], left: Node, right: Node) -> Node:
    """``left op right``; a chain of one operator becomes one node (the result is the same set)."""
    if isinstance(left, Boolean) and left.op == op:
        return Boolean(op, (*left.operands, right))
    return Boolean(op, (left, right))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first, left to right."""
    pending = [node]
    while pending:
        here = pending.pop()
        yield here
        if isinstance(here, Boolean):
            pending.extend(reversed(here.operands))


def to_json(node: Node) -> bytes:
    """The tree as JSON."""
    return msgspec.json.encode(node)


def from_json(data: bytes) -> Node:
    """Read back what :func:`to_json` wrote; msgspec.ValidationError for anything else."""
    node: Node = msgspec.json.decode(data, type=Node)
    return node
