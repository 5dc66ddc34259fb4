"""The words of a text, equal to :func:`sinteza.query.tree.tokenize`, at indexing speed."""

from __future__ import annotations

import functools
import re
import unicodedata

_ascii_words = re.compile("[a-z0-9]+").findall
# \w is what str.isalnum accepts, and the underscore
_any_words = re.compile(r"[^\W_]+").findall
_beyond_ascii = re.compile(r"[^\x00-\x7f]").sub
_kept: dict[str, str] = {}


def _without_mark(found: re.Match[str]) -> str:
    char = found.group()
    kept = _kept.get(char)
    if kept is None:
        mark = unicodedata.combining(char) and not char.isalnum()
        kept = _kept[char] = "" if mark else char
    return kept


def words(text: str) -> list[str]:
    """Runs of letters and digits in lower case, marks taken off, in order."""
    if text.isascii():
        return _ascii_words(text.lower())
    folded = unicodedata.normalize("NFKD", text).casefold()
    return _any_words(_beyond_ascii(_without_mark, folded))


@functools.lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """The words joined by one space: how whole names and numbers are compared."""
    return " ".join(words(text))
