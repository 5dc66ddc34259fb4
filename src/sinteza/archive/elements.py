"""The elements of many articles at once, as columns: where each stands and what path leads to it.

The bytes are looked through by numpy, never one element after another in Python. What has to hold
of them: they are well-formed, and written the way NLM's files are - every ``<`` begins the tag of
an element, every ``>`` ends one, attributes stand in double quotes. :meth:`Markup.odd` says which
articles are not written so; :func:`canonical` writes them that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sinteza.errors import FormatError

Numbers = npt.NDArray[np.int64]

ROOT = "PubmedArticle"
LETTERS = 16
"""Letters of a name that are compared: no two elements of NLM's DTD with one parent share them."""
_PADDING = b" " * LETTERS
_MIX = np.uint64(0x9E3779B97F4A7C15)  # any odd number with its bits well spread
_BELOW = np.uint64(0xD6E8FEB86659FD93)


class Elements(NamedTuple):
    """Elements of known paths, in the order of the bytes; one row each.

    ``path`` is a number of :class:`Paths`, ``article`` and ``parent`` (a row) are counted from 0;
    an article is its own parent.
    ``data[tag:start - 1]`` is an opening tag without its brackets, ``data[start:end]`` the content.
    """

    path: Numbers
    article: Numbers
    parent: Numbers
    tag: Numbers
    start: Numbers
    end: Numbers


class Paths:
    """The paths that are looked for, below the root, each with all that lead to it; numbers from 1.

    An element is known by a code of its name and its parent's path.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        whole = {"/".join(path.split("/")[:size]) for path in paths for size in range(1, 9)}
        self.names = ["", ROOT, *sorted(path for path in whole)]
        self.number = {name: number for number, name in enumerate(self.names)}
        self.depth = 1 + max(name.count("/") + 1 for name in self.names[2:])
        codes = [0]
        for name in self.names[1:]:
            above, _, last = name.rpartition("/")
            parent = 0 if name == ROOT else self.number[above or ROOT]
            words = eight_bytes(last.encode() + bytes(2 * LETTERS))
            start = np.zeros(1, np.int64)
            codes.append(int(_codes(words, start, _letters(words[start]), parent)[0]))
        self._order = np.argsort(np.array(codes, np.uint64))
        self._codes = np.array(codes, np.uint64)[self._order]
        assert len(set(codes)) == len(codes)

    def find(self, codes: npt.NDArray[np.uint64]) -> Numbers:
        """The path of each code, 0 where it is none of these."""
        at = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        found: Numbers = np.where(self._codes[at] == codes, self._order[at], 0)
        return found


def _codes(
    words: npt.NDArray[np.uint64], at: Numbers, first: npt.NDArray[np.uint64], parent: Any
) -> npt.NDArray[np.uint64]:
    """A number for each name that begins at some place, with these first letters, below a path."""
    second = _letters(words[at + 8])
    # what follows a name of less than eight letters does not belong to it
    second[first >> np.uint64(56) == 0] = 0
    return (first ^ second * _MIX) * _MIX + np.asarray(parent, np.uint64) * _BELOW


def eight_bytes(data: bytes) -> npt.NDArray[np.uint64]:
    """The eight bytes that begin at each byte, as one number (no copy)."""
    return np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))


def _letters(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Eight characters each as one number, cut at the first that is no letter.

    Letters have the bit 0x40; blanks, digits, quotes and ``>`` do not.
    """
    other = ~words & np.uint64(0x4040404040404040)
    lowest = other & (~other + np.uint64(1))
    return words & ((lowest >> np.uint64(6)) - np.uint64(1))


def canonical(article: bytes, *, path: str = "") -> bytes:
    """The same written so, without comments or CDATA sections; FormatError if it is damaged."""
    from lxml import etree

    parser = etree.XMLParser(
        remove_comments=True, remove_pis=True, no_network=True, load_dtd=False,
        resolve_entities=False, huge_tree=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(article, parser)
        for element in root.iter():
            for name, value in element.attrib.items():
                element.set(name, str(value).replace(">", " "))  # none of these is looked at
        return etree.tostring(root, method="c14n")
    except etree.LxmlError as error:
        raise FormatError(
            f"The XML of a record is damaged: {error}", path=path, hint="Download the file again."
        ) from error


class Markup:
    """The tags of some articles, end to end."""

    def __init__(self, articles: Sequence[bytes]) -> None:
        self.starts = np.cumsum([0, *map(len, articles)])[:-1]
        self.data = b"".join((*articles, _PADDING))
        self.buffer = np.frombuffer(self.data, np.uint8)
        # where each tag's name begins, and where each tag ends
        self.tags = np.flatnonzero(self.buffer == ord("<")) + 1
        self.ends = np.flatnonzero(self.buffer == ord(">"))

    def odd(self) -> Numbers:
        """Which articles are not written as NLM's files are."""
        buffer, tags, ends, starts = self.buffer, self.tags, self.ends, self.starts
        tags_each = np.diff(np.searchsorted(tags, starts), append=len(tags))
        ends_each = np.diff(np.searchsorted(ends, starts), append=len(ends))
        if (tags_each != ends_each).any():  # a ">" in a text or an attribute
            return np.flatnonzero(tags_each != ends_each)
        first, last = buffer[tags], buffer[ends - 1]
        strange = (first == ord("!")) | (first == ord("?")) | (last == ord("'"))
        return np.unique(np.searchsorted(starts, tags[strange], "right") - 1)

    def elements(self, paths: Paths) -> Elements:
        """The elements of the paths; ValueError if tags do not close each other."""
        tags, ends = self.tags, self.ends
        if len(tags) != len(ends) or (ends < tags).any():
            raise ValueError("brackets that do not close each other")
        # the end of an empty-element tag is its closing tag, too
        empty = np.flatnonzero(self.buffer[ends - 1] == ord("/"))
        if len(empty):
            tags = np.insert(tags, empty + 1, ends[empty] - 1)
            ends = np.insert(ends, empty, ends[empty])
        closing = self.buffer[tags] == ord("/")
        depth = np.cumsum(np.where(closing, -1, 1))
        level = depth + closing
        # on each level opening and closing tags take turns
        by_level = np.argsort(level.astype(np.int16), kind="stable")
        opening, closed = by_level[::2], by_level[1::2]
        if level.min() < 1 or depth[-1] != 0 or closing[opening].any() or not closing[closed].all():
            raise ValueError("tags that do not close each other")
        words = eight_bytes(self.data)
        name = _letters(words[tags + closing])
        if ((name[opening] != name[closed]) & (name[closed] > 0)).any():
            raise ValueError("tags that close those of another name")
        path = np.zeros(len(tags), np.int64)
        parent = np.zeros(len(tags), np.int64)
        close = np.zeros(len(tags), np.int64)
        close[opening] = closed
        bounds = np.searchsorted(level[opening], np.arange(1, paths.depth + 2))
        above = opening[:0]
        for low, high in pairwise(bounds.tolist()):
            here = opening[low:high]
            if low:
                parent[here] = above[np.searchsorted(above, here) - 1]
                known = here[path[parent[here]] > 0]
                path[known] = paths.find(
                    _codes(words, tags[known], name[known], path[parent[known]])
                )
            else:
                parent[here] = here
                path[here] = paths.find(_codes(words, tags[here], name[here], 0))
            above = here
        rows = np.flatnonzero(path)
        row = np.zeros(len(tags), np.int64)
        row[rows] = np.arange(len(rows))
        path = path[rows]
        return Elements(
            path,
            np.cumsum(path == paths.number[ROOT]) - 1,
            row[parent[rows]],
            tags[rows],
            ends[rows] + 1,
            tags[close[rows]] - 1,
        )
