"""Cut a PubMed query into tokens with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sinteza.errors import QueryError
from sinteza.query.fields import subheading
from sinteza.query.tree import Note

TokenKind = Literal["word", "quoted", "tag", "op", "colon", "(", ")", "history", "end"]

CURLY_QUOTES = "“”„‟«»″"
_DASHES = "‐‑‒–—−"
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys(CURLY_QUOTES, '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys(_DASHES, "-"),
    }
)
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<paren>[()])
    | "(?P<quoted>[^"]*)"
    | (?P<quote>")
    | \[(?P<tag>[^\[\]"()]*)\]
    | (?P<bracket>[\[\]])
    | (?P<op>(?:AND|OR|NOT)(?=[\s()"\[:&|]|$))
    | (?P<sign>[&|])
    | (?P<history>\#\d+(?=[\s()\[\]":]|$))
    | (?P<colon>:)
    | (?P<word>[^\s()"\[\]:&|]+)""",
    re.VERBOSE,
)
_AND_NAME = re.compile(r"([A-Za-z]+)\s*&\s*([A-Za-z]+(?:\s+[A-Za-z]+)?)")


@dataclass(frozen=True)
class Token:
    """One token; ``text`` is its value (quotes, brackets and ``#`` taken off)."""

    kind: TokenKind
    text: str
    start: int
    end: int


def straighten(text: str) -> tuple[str, list[Note]]:
    """The query with straight quotes, plain dashes and plain spaces, of the same length."""
    plain = "".join(" " if _SPACES.fullmatch(char) else char for char in text)
    plain = plain.translate(_STRAIGHT)
    curly = [at for at, char in enumerate(text) if char in CURLY_QUOTES]
    if not curly:
        return plain, []
    note = Note(
        code="I-CURLY-QUOTES",
        message="Curly quotes are read as straight ones",
        start=curly[0],
        end=curly[0] + 1,
    )
    return plain, [note]


def _joins_subheading(text: str, at: int) -> bool:
    """Whether the ``&`` at this place is part of a subheading (``prevention & control``)."""
    begin = max(text.rfind(mark, 0, at) for mark in '/(["&|') + 1
    before = text[begin:at].split()
    after = re.match(r"\s*([A-Za-z]+(?:\s+[A-Za-z]+)?)", text[at + 1 :])
    if not before or not after:
        return False
    words = after.group(1).split()
    return any(
        subheading(f"{before[-1]} & {' '.join(words[:count])}") is not None
        for count in range(1, len(words) + 1)
    )


def tokens(text: str) -> tuple[list[Token], list[Note]]:
    """All tokens of a query already straightened, ended by one of kind ``end``.

    Raises QueryError (E-BRACKET) where a bracket opens or closes no tag.
    """
    found: list[Token] = []
    notes: list[Note] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None  # every character is in one alternative
        start, at = match.span()
        kind = match.lastgroup
        value = match.group(kind) if kind else ""
        if kind == "space":
            continue
        if kind == "paren":
            found.append(Token("(" if value == "(" else ")", value, start, at))
        elif kind == "bracket":
            raise QueryError(
                f"The bracket '{value}' does not enclose a field tag",
                query=text,
                position=start,
                code="E-BRACKET",
                hint="Write a tag right after its term, as in epilepsy[tiab].",
            )
        elif kind == "quote":
            notes.append(
                Note(
                    code="I-OUTPUT",
                    message="Unmatched double quote ignored.",
                    start=start,
                    end=at,
                    hint="Close the phrase with a second quote, or take this one away.",
                )
            )
        elif kind == "sign":
            if value == "&" and _joins_subheading(text, start):
                found.append(Token("word", value, start, at))
            else:
                found.append(Token("op", "AND" if value == "&" else "OR", start, at))
        elif kind == "history":
            found.append(Token("history", value[1:], start, at))
        elif kind in ("quoted", "tag", "op", "colon", "word"):
            found.append(Token(kind, value, start, at))  # type: ignore[arg-type] # narrowed above
    found.append(Token("end", "", len(text), len(text)))
    return found, notes
