"""Check a query before it is sent: what PubMed would misread is refused, with the fix."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from sinteza.errors import QueryError
from sinteza.query.mesh import Thesaurus
from sinteza.query.syntax import parse
from sinteza.query.translate import translate
from sinteza.query.tree import Note, Query, Text, walk

REFUSED = frozenset({"W-MIXED-OPS", "W-LOWERCASE-OP", "W-FOREIGN-SYNTAX", "W-PAREN", "I-OUTPUT"})
"""Notes that stop a query from being sent unless they are allowed by name."""

_OVID_TEXT = (
    (re.compile(r"(?m)^\s*\d{1,3}[.)]?\s+\S.*\n\s*\d{1,3}[.)]?\s"), "numbered lines"),
    (re.compile(r"(?i)\bexp\s+[^\[\]\n]*?/"), "'exp .../'"),
    (re.compile(r"(?i)\b(?:or|and)/\d+-\d+"), "'or/1-4'"),
)


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome of a check: the query if it parses, the error if not, and all notes."""

    query: Query | None
    error: Note | None
    notes: tuple[Note, ...]

    @property
    def sendable(self) -> bool:
        """Whether it parses and nothing in it would be misread."""
        return self.error is None and not any(note.code in REFUSED for note in self.notes)


def check(text: str, *, thesaurus: Thesaurus | None = None, local: bool = False) -> Report:
    """Everything there is to say of a query; never raises for what is typed."""
    notes = _foreign(text)
    try:
        query = parse(text, local=local)
    except QueryError as error:
        at = error.position or 0
        failure = Note(
            code=error.code or "",
            message=error.what,
            start=at,
            end=min(at + 1, len(text)) if text else 0,
            hint=error.hint or "",
        )
        return Report(query=None, error=failure, notes=notes)
    notes += query.notes
    notes += _unquoted(query)
    if thesaurus is not None:
        found = translate(query, thesaurus).notes
        notes += tuple(note for note in found if note.code == "W-TERM-NOT-FOUND")
    return Report(query=query, error=None, notes=notes)


def ensure_sendable(text: str, *, allow: Collection[str] = ()) -> Query:
    """The parsed query, or QueryError for the first thing PubMed would misread.

    ``allow`` names note codes accepted on purpose.
    """
    query = parse(text)
    for note in (*_foreign(text), *query.notes):
        if note.code in REFUSED and note.code not in allow:
            raise QueryError(
                note.message,
                query=text,
                position=note.start,
                code=note.code,
                hint=note.hint or None,
            )
    return query


def _foreign(text: str) -> tuple[Note, ...]:
    return tuple(
        Note(
            code="W-FOREIGN-SYNTAX",
            message=f"{name} is Ovid's syntax, not PubMed's",
            start=match.start(),
            end=match.end(),
            hint="Translate it: sinteza query translate --from ovid --to pubmed",
        )
        for pattern, name in _OVID_TEXT
        if (match := pattern.search(text))
    )


def _unquoted(query: Query) -> tuple[Note, ...]:
    """Phrases that rely on PubMed's phrase index because they have no quotes."""
    notes = []
    for node in walk(query.root):
        if isinstance(node, Text) and not node.quoted and len(node.text.split()) > 1:
            start = max(query.text.find(node.text), 0)
            notes.append(
                Note(
                    code="I-UNQUOTED",
                    message=f"'{node.text}' is a phrase without quotes: PubMed splits it into "
                    "words when its phrase index does not have it",
                    start=start,
                    end=start + len(node.text),
                    hint=f'Write "{node.text}", or join the words with AND.',
                )
            )
    return tuple(notes)
