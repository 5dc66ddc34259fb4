"""Regular expressions that are tried only where one of their words stands.

Searching a text for a word is some hundred times cheaper than for a pattern of alternatives, and
most patterns find nothing in most texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

# many patterns are asked of one text in turn
_lower = lru_cache(maxsize=8)(str.lower)


_CAPITAL = re.compile(r"\\.|\(\?P[<=]\w+[>)]|[A-Z]")
#: A text in lower case, place by place: other letters may become two, and places would move.
LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def lowered(pattern: str) -> re.Pattern[str]:
    """The pattern for texts in lower case, where it is found twice as fast as without regard to
    case: its letters in lower case, classes (``\\W``) and names of groups as they are."""
    return re.compile(_CAPITAL.sub(lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), pattern))


class Guarded:
    """A pattern without regard to case, and words (lower case) of which each match holds one.

    With ``low`` it is for texts in lower case. The words are proved to be right from the pattern
    itself, in the tests.
    """

    __slots__ = ("pattern", "words")

    def __init__(self, pattern: str, *words: str, low: bool = False) -> None:
        self.pattern = lowered(pattern) if low else re.compile(pattern, re.I)
        self.words = words

    def _may(self, text: str) -> bool:
        low = _lower(text)
        for word in self.words:  # noqa: SIM110 - a generator costs as much as the search
            if word in low:
                return True
        return False

    def search(self, text: str) -> re.Match[str] | None:
        """See :meth:`re.Pattern.search`."""
        return self.pattern.search(text) if self._may(text) else None

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """See :meth:`re.Pattern.finditer`."""
        return self.pattern.finditer(text) if self._may(text) else ()


def standing(words: Iterable[str], text: str) -> frozenset[str]:
    """Those of the words (lower case) that stand in the text."""
    low = _lower(text)
    return frozenset(word for word in words if word in low)
