"""The pages of a segment: the places of its terms, written small and read in one go.

A *list* is the places of one term in one kind of content; its name is the term, a tabulator and a
letter for the kind. A page holds lists in the order of their names: the names with a few numbers of
each, compressed, and four runs of numbers in :mod:`Rice's codes <sinteza.archive.rice>`: gaps
between documents, places a document less one, value, position. So the documents of a list are read
without its places. A list longer than a page goes on in the next.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sinteza.archive import rice
from sinteza.archive.places import (
    DOCUMENT_AT,
    DOCUMENT_BITS,
    KIND_AT,
    MAX_POSITION,
    MAX_VALUE,
    POSITION_BITS,
    Mask,
    Places,
)

PLACES_A_PAGE = 1 << 15
NAMES_A_PAGE = 1 << 10
_HEAD = struct.Struct("<11I")
_RUNS = 4
_LETTER = ord("A")
"""Of kind 0."""

Counts = npt.NDArray[np.intp]
Bytes = npt.NDArray[np.uint8]


def kind_letters(kinds: Collection[int] | None) -> str:
    """What the names of the lists of some kinds, or of all, end with."""
    return "".join(chr(_LETTER + kind) for kind in (range(32) if kinds is None else kinds))


def write(
    names: Sequence[str], ranks: npt.NDArray[np.int32], places: Places
) -> Iterator[tuple[str, bytes]]:
    """The pages of terms and their places, with the name of each page's first list.

    ``names`` are sorted; ``ranks`` (index of a name) and ``places`` are as long as each other and
    sorted, by rank first. The same place twice counts once.
    """
    if not len(places):
        return
    shift = np.uint64(KIND_AT)
    fresh = np.empty(len(places), bool)
    fresh[0] = True
    fresh[1:] = (ranks[1:] != ranks[:-1]) | (places[1:] != places[:-1])
    if not fresh.all():
        ranks, places = ranks[fresh], places[fresh]
    lists = np.empty(len(places), bool)
    lists[0] = True
    lists[1:] = (ranks[1:] != ranks[:-1]) | (places[1:] >> shift != places[:-1] >> shift)
    firsts = np.append(np.flatnonzero(lists), len(places))
    list_ranks = ranks[firsts[:-1]].tolist()
    list_kinds = (places[firsts[:-1]] >> shift).tolist()
    at = 0
    while at < len(places):
        one = int(np.searchsorted(firsts, at, side="right")) - 1
        to = int(firsts[min(one + NAMES_A_PAGE, len(firsts) - 1)])
        if to > at + PLACES_A_PAGE:
            to = at + PLACES_A_PAGE
            # a list is cut only if a page is too small for it
            whole = int(firsts[int(np.searchsorted(firsts, to, side="right")) - 1])
            to = whole if whole > at else to
        last = int(np.searchsorted(firsts, to))
        bounds = firsts[one : last + 1].copy()
        bounds[0], bounds[-1] = at, to
        page_names = [
            f"{names[rank]}\t{chr(_LETTER + kind)}"
            for rank, kind in zip(list_ranks[one:last], list_kinds[one:last], strict=True)
        ]
        yield page_names[0], _write(page_names, bounds - at, places[at:to])
        at = to


def _write(names: list[str], bounds: Counts, places: Places) -> bytes:
    from isal import isal_zlib

    counts = np.diff(bounds)
    numbers = (places >> np.uint64(DOCUMENT_AT)) & np.uint64((1 << DOCUMENT_BITS) - 1)
    base = int(numbers.min())
    new = np.empty(len(places), bool)
    new[1:] = numbers[1:] != numbers[:-1]
    new[bounds[:-1]] = True
    units = np.add.reduceat(new, bounds[:-1], dtype=np.intp)
    at = np.flatnonzero(new)
    gaps = numbers[at]
    gaps[1:] -= gaps[:-1].copy() + np.uint64(1)
    first_units = np.cumsum(units) - units
    gaps[first_units] = numbers[bounds[:-1]] - np.uint64(base)
    repeats = np.diff(np.append(at, len(places))).astype(np.uint64) - np.uint64(1)
    values = (places >> np.uint64(POSITION_BITS)) & np.uint64(MAX_VALUE)
    runs = [
        rice.encode(gaps, units),
        rice.encode(repeats, units),
        rice.encode(values, counts),
        rice.encode(places & np.uint64(MAX_POSITION), counts),
    ]
    columns = [units.astype("<u4"), (counts - units).astype("<u4"), *(run.bits for run in runs)]
    table = isal_zlib.compress(
        b"".join(column.tobytes() for column in columns) + "\n".join(names).encode(), 3
    )
    parts = [part for run in runs for part in (run.unary, run.low)]
    head = _HEAD.pack(len(names), base, len(table), *map(len, parts))
    return b"".join((head, table, *parts))


class Page:
    """One page; what is not asked for is not read."""

    def __init__(self, data: bytes) -> None:
        """ValueError for bytes that :func:`write` cannot have written."""
        try:
            count, self.base, size, *sizes = _HEAD.unpack_from(data)
            table = zlib.decompress(data[_HEAD.size : _HEAD.size + size])
        except (struct.error, zlib.error) as error:
            raise ValueError(f"a page cannot be read ({error})") from error
        numbers = np.frombuffer(table, "<u4", 2 * count).astype(np.intp)
        self.units: Counts = numbers[:count]
        """Documents of each list."""
        self.counts: Counts = self.units + numbers[count:]
        """Places of each list."""
        bits = np.frombuffer(table, np.uint8, _RUNS * count, 8 * count).reshape(_RUNS, count)
        self.names = table[(8 + _RUNS) * count :].decode().split("\n")
        if len(self.names) != count:
            raise ValueError("a page has more or fewer lists than it says")
        whole = np.frombuffer(data, np.uint8)
        ends = np.cumsum([_HEAD.size + size, *sizes]).tolist()
        if ends[-1] != len(data):
            raise ValueError("a page is longer or shorter than it says")
        parts = [whole[low:high] for low, high in pairwise(ends)]
        self._runs = list(zip(parts[::2], parts[1::2], bits, strict=True))

    def _numbers(
        self, run: int, counts: Counts, lists: slice, pick: Counts | None = None
    ) -> rice.Numbers | np.uint32:
        found = rice.decode(*self._runs[run], counts, lists, pick)
        return np.uint32(0) if found is None else found

    @functools.cached_property
    def _documents(self) -> rice.Numbers:
        """The documents of every list, end to end."""
        steps = np.ones(int(self.units.sum()), np.uint32)
        steps += self._numbers(0, self.units, slice(0, len(self.units)))
        found = np.cumsum(steps, dtype=np.uint32)
        starts = np.cumsum(self.units) - self.units
        # each list begins anew: what was summed up before it is taken off, and the first step
        before = found[starts] - steps[starts] + np.uint32(1)
        before -= np.uint32(self.base)  # below 0 it wraps around, and back again
        found -= np.repeat(before, self.units) if len(starts) > 1 else before
        return found

    @functools.cached_property
    def kinds(self) -> Bytes:
        """The kind of each list."""
        letters = np.frombuffer("".join(name[-1] for name in self.names).encode(), np.uint8)
        return letters - np.uint8(_LETTER)

    def _between(self, counts: Counts, lists: slice) -> slice:
        ends = np.cumsum(counts)
        return slice(int(ends[lists.start] - counts[lists.start]), int(ends[lists.stop - 1]))

    def documents(self, lists: Counts) -> rice.Numbers:
        """The documents of some lists (their numbers, ascending), one list after another."""
        span = slice(int(lists[0]), int(lists[-1]) + 1)
        found = self._documents[self._between(self.units, span)]
        if len(lists) == span.stop - span.start:
            return found
        chosen = np.zeros(span.stop - span.start, bool)
        chosen[lists - span.start] = True
        asked: rice.Numbers = found[np.repeat(chosen, self.units[span])]
        return asked

    def places(self, lists: Counts, within: Mask | None = None) -> Places:
        """The places of some lists (their numbers, ascending), one list after another.

        ``within`` keeps those in some documents.
        """
        span = slice(int(lists[0]), int(lists[-1]) + 1)
        units = self._documents[self._between(self.units, span)]
        repeats = self._numbers(1, self.units, span)
        found = units.astype(np.uint64)
        several = repeats.astype(np.intp) + 1 if isinstance(repeats, np.ndarray) else None
        if several is not None:
            found = np.repeat(found, several)
        if len(found) != self.counts[span].sum():
            raise ValueError("a page has not as many places as it says")
        found <<= np.uint64(DOCUMENT_AT)
        pick = None
        if within is not None:
            kept = within[units]
            if several is not None:
                kept = np.repeat(kept, several)
            if len(lists) == 1 and not kept.all():
                pick = np.flatnonzero(kept)
                found = found[pick]
        values = self._numbers(2, self.counts, span, pick)
        if values.ndim:
            found |= values.astype(np.uint64) << np.uint64(POSITION_BITS)
        found |= self._numbers(3, self.counts, span, pick)
        kinds = self.kinds[span].astype(np.uint64) << np.uint64(KIND_AT)
        if len(lists) == 1:
            return found | kinds
        found |= np.repeat(kinds, self.counts[span])
        chosen = np.zeros(span.stop - span.start, bool)
        chosen[lists - span.start] = True
        asked = np.repeat(chosen, self.counts[span])
        return found[asked if within is None else asked & kept]
