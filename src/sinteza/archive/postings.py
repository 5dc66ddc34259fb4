"""Collect where each word of a segment's documents stands."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import count

import numpy as np

from sinteza.archive import pages
from sinteza.archive.places import DOCUMENT_AT, KIND_AT, MAX_VALUE, POSITION_BITS
from sinteza.archive.words import words

LONGEST = 1_000_000
"""Words kept of one value (no real one comes near): leaves a gap wider than any proximity."""
SHORT = 60
"""Characters up to which a value is remembered: names recur, sentences do not."""


class Collector:
    """Collects the terms of one segment's documents, in the order of the documents."""

    def __init__(self) -> None:
        self.numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self.short: dict[str, array[int]] = {}
        self.terms = array("i")
        self.bases = array("Q")
        self.sizes = array("i")
        self.document = -1
        self.base = 0

    def begin(self) -> None:
        """Go on to the next document."""
        self.document += 1
        self.base = self.document << DOCUMENT_AT

    def text(self, kind: int, value: int, text: str) -> None:
        """The words of one value."""
        found = self.short.get(text)
        if found is None:
            found = array("i", map(self.numbers.__getitem__, words(text)[:LONGEST]))
            if len(text) < SHORT:
                self.short[text] = found
        if found:
            self.terms.extend(found)
            value = value if value < MAX_VALUE else MAX_VALUE
            self.bases.append(self.base | kind << KIND_AT | value << POSITION_BITS)
            self.sizes.append(len(found))

    def key(self, key: str, kind: int, value: int, flags: int) -> None:
        """One whole name, with flags where a word has its position."""
        self.terms.append(self.numbers[key])
        value = value if value < MAX_VALUE else MAX_VALUE
        self.bases.append(self.base | kind << KIND_AT | value << POSITION_BITS | flags)
        self.sizes.append(1)

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """First term and bytes of every page, in the order of the terms."""
        names = list(self.numbers)
        if not names:
            return
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), np.int32)
        rank[order] = np.arange(len(names), dtype=np.int32)
        sizes = np.frombuffer(self.sizes, np.int32)
        starts = np.cumsum(sizes) - sizes
        bases = np.frombuffer(self.bases, np.uint64)
        by_place = np.argsort(bases)  # values in reading order, and with them their words
        sizes = sizes[by_place]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.repeat(bases[by_place], sizes) + within.astype(np.uint64)
        ranks = rank[
            np.frombuffer(self.terms, np.int32)[np.repeat(starts[by_place], sizes) + within]
        ]
        del within
        # one sort of plain numbers: by term, then in reading order
        keys = ranks.astype(np.uint64)
        keys <<= np.uint64(32)
        keys |= np.arange(len(ranks), dtype=np.uint64)
        del ranks
        keys.sort()
        by_term = (keys & np.uint64(0xFFFFFFFF)).astype(np.intp)
        ranks = (keys >> np.uint64(32)).astype(np.int32)
        del keys
        places = places[by_term]
        del by_term
        yield from pages.write([names[at] for at in order], ranks, places)
