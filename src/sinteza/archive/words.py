"""The words of a text, equal to :func:`sinteza.query.tree.tokenize`, at indexing speed."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_ascii_words = re.compile("[a-z0-9]+").findall
# \w is what str.isalnum accepts, and the underscore
_any_words = re.compile(r"[^\W_]+").findall
_no_words = re.compile(r"[\W_]").sub
_runs_beyond_ascii = re.compile(rb"[\x80-\xff]+").sub
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
    return _any_words(_beyond_ascii(_without_mark, _folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


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


def folded_all(texts: Sequence[bytes], names: npt.NDArray[np.bool_] | None = None) -> list[bytes]:
    """:func:`folded` of many texts in UTF-8; if not ``names``, with any number of blanks between.

    A text without words is empty in either case.
    """
    if not texts:
        return []
    plain = [text if text.isascii() else _runs_beyond_ascii(_blanked, text) for text in texts]
    whole = APART.join(plain).translate(_TABLE)
    found = whole.split(APART)
    # texts that begin or end with a blank, or hold two together
    byte = np.frombuffer(APART + whole + APART, np.uint8)
    space = byte <= ord(" ")
    ends = np.flatnonzero(byte[1:] == APART[0])
    loose = np.searchsorted(
        ends, np.flatnonzero(space[1:] & space[:-1] & (byte[1:] + byte[:-1] > 0))
    )
    for number in np.unique(loose).tolist():
        if names is None or names[number] or found[number].isspace():
            found[number] = b" ".join(found[number].split())
    return found


def _blanked(found: re.Match[bytes]) -> bytes:
    return _blanked_run(found.group())


@functools.lru_cache(maxsize=65536)
def _blanked_run(run: bytes) -> bytes:
    kept = _beyond_ascii(_without_mark, _folded(run.decode()))
    return _no_words(" ", kept).encode()
