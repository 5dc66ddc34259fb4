"""Texts made comparable without losing their places.

Folding lowers case and strips marks (so that ``s`` with a comma, with a cedilla and without either
are equal), and writes the many dashes, blanks and quotes of publishers as one each. A
:class:`Folded` text knows where each of its characters came from, so that what is found in it can
be quoted from the stored text.
"""

from __future__ import annotations

import unicodedata
from array import array
from dataclasses import dataclass

_PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
    **dict.fromkeys("\u200a\u202f\u205f\u3000\t\n\r", " "),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    "\u00b7": ".",  # The Lancet's decimal point
    "\u2219": ".",
    "\u2044": "/",
    "\u00ad": "",  # soft hyphen
    "\u200b": "",
    "\ufeff": "",
}


class _Table(dict[int, str]):
    """One character to its folded form, worked out once."""

    def __init__(self, *, lower: bool) -> None:
        super().__init__()
        self.lower = lower

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = _PLAIN.get(char)
        if plain is None:
            parts = unicodedata.normalize("NFD", char)
            plain = "".join(part for part in parts if not unicodedata.combining(part))
            if self.lower:
                plain = plain.lower()
        self[code] = plain
        return plain


_LOWER = _Table(lower=True)
_CASED = _Table(lower=False)


def fold(text: str) -> str:
    """Lower case, no marks, plain dashes, blanks and quotes: ``Rețea`` and ``retea`` are equal."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def plain(text: str) -> str:
    """As :func:`fold`, with upper and lower case kept."""
    return text if text.isascii() else text.translate(_CASED)


@dataclass(frozen=True)
class Folded:
    """A folded ``text`` with the way back to the source it was made from.

    ``origin`` is empty where every character stands at its own place (the usual case); otherwise it
    gives, for each folded character and for the end, the index in the source.
    """

    text: str
    origin: array[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the source behind ``start`` to ``end`` of the folded text."""
        if not self.origin:
            return start, end
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


def fold_with_offsets(text: str, *, lower: bool = True) -> Folded:
    """Fold a text and keep the way back; ``lower=False`` keeps the case."""
    table = _LOWER if lower else _CASED
    if text.isascii():
        # blanks other than the space have the same length, so only their look changes
        clean = text.translate(table) if not text.isprintable() else text
        return Folded(clean.lower() if lower else clean, array("q"))
    folded = text.translate(table)
    if len(folded) == len(text) and all(len(table[ord(char)]) == 1 for char in set(text)):
        return Folded(folded, array("q"))
    origin = array("q")
    for index, char in enumerate(text):
        origin.extend([index] * len(table[ord(char)]))
    origin.append(len(text))
    return Folded(folded, origin)
