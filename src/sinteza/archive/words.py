"""The words of a text, equal to :func:`sinteza.query.tree.tokenize`, at indexing speed."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

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


APART = b"\0"
"""Stands in no XML, so it can stand between texts."""
_TABLE = bytes(
    code if code >= 128 or chr(code).islower() or chr(code).isdigit() or code == APART[0]
    else code + 32 if chr(code).isupper()
    else ord(" ")
    for code in range(256)
)  # fmt: skip


def numbers_of(texts: Sequence[bytes], wanted: bytes) -> list[int]:
    """Which of the texts hold any of some bytes."""
    table = np.zeros(256, bool)
    table[list(wanted)] = True
    at = np.flatnonzero(table[np.frombuffer(b"".join(texts), np.uint8)])
    ends = np.cumsum([len(text) for text in texts])
    return np.unique(np.searchsorted(ends, at, "right")).tolist()  # type: ignore[no-any-return]


def folded_all(texts: Sequence[bytes]) -> list[bytes]:
    """:func:`folded` of many texts in UTF-8 at once."""
    texts = list(texts)
    if not texts:
        return []
    for number in numbers_of(texts, bytes(range(128, 256))):
        texts[number] = " ".join(words(texts[number].decode())).encode()
    whole = APART.join(texts).translate(_TABLE)
    while b"  " in whole:
        whole = whole.replace(b"  ", b" ")
    whole = whole.strip(b" ").replace(b" " + APART, APART).replace(APART + b" ", APART)
    return whole.split(APART)
