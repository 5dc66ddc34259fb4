"""Numbers for terms: a dictionary, and before it a cache that is asked for many words at once."""

from __future__ import annotations

from collections import defaultdict
from itertools import count

import numpy as np
import numpy.typing as npt

from sinteza.archive.elements import Numbers, eight_bytes

Terms = npt.NDArray[np.int32]

SLOTS = 19
"""Bits of a slot's number: room for the words of a segment, in 10 MB."""
CACHED = 16
"""Bytes of the longest word that is cached: two numbers of 64 bits."""
# odd numbers with their bits well spread (fractions of the golden ratio and of pi)
_SPREAD, _SPREAD_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x243F6A8885A308D3)
_KEPT = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
"""The bits of the first so many bytes."""


class Numbering:
    """Terms, which hold no zero byte, and their numbers from 0, in the order they are met."""

    def __init__(self) -> None:
        self.numbers: defaultdict[bytes, int] = defaultdict(count().__next__)
        self._first = np.zeros(1 << SLOTS, np.uint64)
        self._second = np.zeros(1 << SLOTS, np.uint64)
        self._number = np.zeros(1 << SLOTS, np.int32)

    def of(self, terms: list[bytes]) -> Terms:
        """The number of each term."""
        return np.fromiter(map(self.numbers.__getitem__, terms), np.int32, len(terms))

    def of_words(self, text: bytes, starts: Numbers, ends: Numbers) -> Terms:
        """The numbers of the words that stand in a text from ``starts`` to ``ends``.

        A word's bytes, as two numbers, are compared with those in its slot; only what is not there
        goes through the dictionary, and takes the slot.
        """
        sizes = ends - starts
        bytes_at = eight_bytes(text + bytes(CACHED))
        first = bytes_at[starts] & _KEPT[np.minimum(sizes, 8)]
        second = bytes_at[starts + 8] & _KEPT[np.clip(sizes - 8, 0, 8)]
        mixed = first * _SPREAD ^ second * _SPREAD_2
        slot = ((mixed ^ mixed >> np.uint64(29)) * _SPREAD >> np.uint64(64 - SLOTS)).astype(np.intp)
        found = self._number[slot]
        other = (self._first[slot] != first) | (self._second[slot] != second) | (sizes > CACHED)
        missed = np.flatnonzero(other)
        found[missed] = self.of(
            [
                text[start:end]
                for start, end in zip(starts[missed].tolist(), ends[missed].tolist(), strict=True)
            ]
        )
        kept = missed[sizes[missed] <= CACHED]
        self._first[slot[kept]] = first[kept]
        self._second[slot[kept]] = second[kept]
        self._number[slot[kept]] = found[kept]
        numbers: Terms = found
        return numbers
