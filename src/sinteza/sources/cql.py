"""CQL, the query language of library catalogues, from our query tree.

What a catalogue has no index for is left out where that only widens the search (below AND), and
said in a note; elsewhere it is refused. Source: "CQL: the Contextual Query Language", version 1.2
(Library of Congress); index names are those of the Dublin Core context set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sinteza.errors import QueryError
from sinteza.query import tree

INDEXES: Mapping[str, str] = {
    "": "cql.serverChoice",
    "all": "cql.serverChoice",
    "tw": "cql.serverChoice",
    "tiab": "cql.serverChoice",
    "ti": "dc.title",
    "tt": "dc.title",
    "ab": "dc.description",
    "ot": "dc.subject",
    "mh": "dc.subject",
    "majr": "dc.subject",
    "sh": "dc.subject",
    "nm": "dc.subject",
    "pt": "dc.type",
    "au": "dc.creator",
    "1au": "dc.creator",
    "fau": "dc.creator",
    "lastau": "dc.creator",
    "cn": "dc.creator",
    "ta": "dc.source",
    "la": "dc.language",
    "dp": "dc.date",
    "pdat": "dc.date",
    "aid": "dc.identifier",
    "isbn": "dc.identifier",
    "pubn": "dc.publisher",
}
"""Our fields and the indexes most catalogues have; a source's mapping overrides them."""

Span = tree.DateRange | tree.SingleDate


@dataclass(frozen=True)
class Cql:
    """A query for a catalogue, and what could not be said in it."""

    text: str
    notes: tuple[str, ...] = ()


def to_cql(query: tree.Query, *, indexes: Mapping[str, str] | None = None) -> Cql:
    """The query in CQL.

    ``indexes`` maps our field keys (``ti``, ``au``, ``mh`` ...) to the catalogue's indexes; an
    empty index says it has none. Raises :class:`~sinteza.errors.QueryError` if nothing of the
    query can be asked, or if leaving a part out would lose records.
    """
    writer = _Writer({**INDEXES, **(indexes or {})})
    text = writer.write(query.root, may_widen=True)
    if text is None:
        raise QueryError(
            "Nothing of this query can be asked of a library catalogue",
            query=query.text,
            hint="Search for words, authors or subjects.",
        )
    return Cql(text, tuple(writer.notes))


def quoted(words: str) -> str:
    """A term in quotation marks, its own escaped."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Writer:
    def __init__(self, indexes: Mapping[str, str]) -> None:
        self.indexes = indexes
        self.notes: list[str] = []

    def write(self, node: tree.Node, *, may_widen: bool) -> str | None:
        """CQL of a node; None if it is left out."""
        match node:
            case tree.Boolean():
                return self._boolean(node, may_widen)
            case tree.Text(field=field, text=words, quoted=is_phrase):
                return self._words(field, words, is_phrase, may_widen)
            case tree.Proximity(field=field, text=words):
                self.notes.append(f'the distance between the words of "{words}" is not asked for')
                return self._words(field, words, False, may_widen)
            case tree.Mesh(name=name):
                return self._words("mh", name, True, may_widen)
            case tree.Concept(field=field, name=name):
                return self._words(field, name, True, may_widen)
            case tree.Author(field=field, name=name):
                return self._words(field, name, False, may_widen)
            case tree.Journal(name=name):
                return self._words("ta", name, True, may_widen)
            case tree.Language(name=name):
                return self._words("la", name, True, may_widen)
            case tree.Value(field=field, text=words):
                return self._words(field, words, True, may_widen)
            case tree.Atm(text=words):
                return self._words("all", words, False, may_widen)
            case tree.DateRange(field=field, first=first, last=last):
                return self._years(field, first.year, last.year if last else None, may_widen)
            case tree.SingleDate(field=field, year=year):
                return self._years(field, year, year, may_widen)
            case _:
                self._left_out(str(node), may_widen)
                return None

    def _left_out(self, what: str, may_widen: bool) -> None:
        if not may_widen:
            raise QueryError(
                f"A library catalogue cannot be asked for {what}, and leaving it out would lose "
                "records",
                hint="Write a query of its own for this source.",
            )
        self.notes.append(f"left out, the catalogue has no such index: {what}")

    def _boolean(self, node: tree.Boolean, may_widen: bool) -> str | None:
        parts: list[str] = []
        for number, operand in enumerate(node.operands):
            # below AND, and left of NOT, a part left out only adds records
            widens = may_widen and (node.op == "AND" or (node.op == "NOT" and number == 0))
            if node.op == "NOT" and number:
                part = self._excluded(operand)
            else:
                part = self.write(operand, may_widen=widens)
            if part is None and node.op == "NOT" and not number:
                return None
            if part is not None:
                parts.append(part)
        if not parts:
            return None
        if len(parts) == 1:
            return parts[0]
        return "(" + f" {node.op.lower()} ".join(parts) + ")"

    def _excluded(self, operand: tree.Node) -> str | None:
        """What is taken away: if it cannot be said exactly, nothing is taken away."""
        before = len(self.notes)
        try:
            return self.write(operand, may_widen=False)
        except QueryError:
            del self.notes[before:]
            self.notes.append(f"not excluded, the catalogue has no such index: {operand}")
            return None

    def _words(self, field: str, words: str, phrase: bool, may_widen: bool) -> str | None:
        index = self.indexes.get(field, "")
        if not index:
            self._left_out(f"{words} [{field}]", may_widen)
            return None
        # "=" with several words is a phrase to the catalogues' servers; many refuse "adj"
        relation = "all" if " " in words.strip() and not phrase else "="
        if index == "cql.serverChoice" and relation == "=":
            return quoted(words)
        return f"{index} {relation} {quoted(words)}"

    def _years(self, field: str, first: int, last: int | None, may_widen: bool) -> str | None:
        index = self.indexes.get(field, "")
        if not index:
            self._left_out(f"{first} to {last or 'now'} [{field}]", may_widen)
            return None
        if first == last:
            return f'{index} = "{first}"'
        parts = [f'{index} >= "{first}"'] + ([f'{index} <= "{last}"'] if last else [])
        return "(" + " and ".join(parts) + ")" if len(parts) > 1 else parts[0]
