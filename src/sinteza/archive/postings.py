"""Where each word stands: numbers of 64 bits, packed by segment and term.

A *place* is ``document | kind | value | position`` (24, 5, 15 and 20 bits): sorted places are in
reading order, the next word of a phrase is place + 1, and no arithmetic within a value leaves it.
On disk the terms of a segment are cut into pages; a page holds its terms, their counts, and three
runs of variable-length bytes: distances of documents, kind and value, position.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sinteza.archive.indexing import Contents, Rows
from sinteza.archive.words import APART

Places = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

POSITION_BITS, VALUE_BITS, KIND_BITS = 20, 15, 5
KIND_AT = POSITION_BITS + VALUE_BITS
DOCUMENT_AT = KIND_AT + KIND_BITS
MAX_POSITION = (1 << POSITION_BITS) - 1
MAX_VALUE = (1 << VALUE_BITS) - 1
LONGEST = 1_000_000
"""Words kept of one value (no real one comes near): leaves a gap wider than any proximity."""
_NEW_LINE = b"\n"
TERMS_A_PAGE = 128
BYTES_A_PAGE = 1 << 16


def pack(values: npt.NDArray[np.uint64]) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Seven bits a byte, the last byte of a number below 128; and the bytes each number took."""
    sizes = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28, 35, 42, 49, 56, 63):
        longer = values >= np.uint64(1 << bits)
        if not longer.any():
            break
        sizes += longer
    starts = np.cumsum(sizes) - sizes
    packed = np.zeros(int(sizes.sum()), np.uint8)
    rest = values.copy()
    for at in range(int(sizes.max(initial=1))):
        here = np.flatnonzero(sizes > at)
        more = (sizes[here] > at + 1).astype(np.uint8) << 7
        packed[starts[here] + at] = (rest[here] & np.uint64(127)).astype(np.uint8) | more
        rest >>= np.uint64(7)
    return packed, sizes


def unpack(packed: Bytes) -> npt.NDArray[np.uint64]:
    """Read back what :func:`pack` wrote."""
    ends = np.flatnonzero(packed < 128)
    if len(ends) == len(packed):
        return packed.astype(np.uint64)
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    sizes = ends - starts
    values = (packed[starts] & 127).astype(np.uint64)
    for at in range(1, int(sizes.max(initial=0)) + 1):
        here = np.flatnonzero(sizes >= at)
        part = (packed[starts[here] + at] & 127).astype(np.uint64)
        values[here] |= part << np.uint64(7 * at)
    return values


class Collector:
    """Collects the terms of one segment's documents, batch by batch, in their order."""

    def __init__(self) -> None:
        # the mark between texts is the term 0, which has no places
        self.numbers: defaultdict[bytes, int] = defaultdict(count(1).__next__)
        self.numbers[APART] = 0
        self.terms: list[npt.NDArray[np.int32]] = []
        self.places: list[Places] = []
        self.documents = 0
        self.size = 0

    def add(self, documents: int, contents: Contents) -> None:
        """The next documents."""
        texts, values, keys, key_rows = contents
        # every text once, then every key; of each term where it begins and how long it is
        used = np.flatnonzero(np.bincount(values.what, minlength=len(texts)))
        words = (b" " + APART + b" ").join([texts[number] for number in used.tolist()]).split()
        words.append(APART)
        terms = self._numbers([*words, *keys])
        ends = np.flatnonzero(terms == 0)
        starts = np.concatenate(([0], ends[:-1] + 1))
        start, size = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
        start[used], size[used] = starts, np.minimum(ends - starts, LONGEST)

        value_base = self._bases(values)
        order = np.argsort(value_base, kind="stable")
        value_base, what = value_base[order], values.what[order]
        value_size = size[what]
        # parts of one value run on
        before = np.cumsum(value_size) - value_size
        first = np.flatnonzero(np.append(True, value_base[1:] != value_base[:-1]))
        offset = before - np.repeat(before[first], np.diff(first, append=len(what)))

        key_base = self._bases(key_rows)
        base = np.concatenate((value_base + offset.astype(np.uint64), key_base))
        sizes = np.concatenate((value_size, np.ones(len(key_base), np.int64)))
        begin = np.concatenate((start[what], len(words) + key_rows.what))
        order = np.argsort(base, kind="stable")
        base, sizes, begin = base[order], sizes[order], begin[order]
        at = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self.places.append(np.repeat(base, sizes) + at.astype(np.uint64))
        self.terms.append(terms[np.repeat(begin, sizes) + at])
        self.documents += documents
        self.size += len(at)

    def _numbers(self, terms: list[bytes]) -> npt.NDArray[np.int32]:
        return np.fromiter(map(self.numbers.__getitem__, terms), np.int32, len(terms))

    def _bases(self, rows: Rows) -> Places:
        place = (rows.article + self.documents) << DOCUMENT_AT | rows.kind << KIND_AT
        place |= np.minimum(rows.number, MAX_VALUE) << POSITION_BITS | rows.flags
        return place.astype(np.uint64)

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """First term and bytes of every page, in the order of the terms."""
        if not self.size:
            return
        from scipy.sparse import csr_array

        terms, places = np.concatenate(self.terms), np.concatenate(self.places)
        self.terms.clear()
        self.places.clear()
        names = _NEW_LINE.join(self.numbers).decode().split("\n")
        counts = np.bincount(terms, minlength=len(names))
        order = sorted(np.flatnonzero(counts).tolist(), key=names.__getitem__)
        rank = np.empty(len(names), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        # one row with a column for each term: stored by columns, the places stand term by term,
        # those of a term in their order - a sort that needs no comparing
        row = csr_array((places, rank[terms], [0, len(places)]), shape=(1, len(order)))
        del terms, places
        places = row.tocsc().data
        ranks = np.repeat(np.arange(len(order), dtype=np.int32), counts[order])
        yield from _pages([names[at] for at in order], ranks, places)


def _pages(
    names: list[str], ranks: npt.NDArray[np.int32], places: Places
) -> Iterator[tuple[str, bytes]]:
    fresh = np.empty(len(places), bool)
    fresh[0] = True
    fresh[1:] = (ranks[1:] != ranks[:-1]) | (places[1:] != places[:-1])
    ranks, places = ranks[fresh], places[fresh]  # the same key twice in one record counts once
    firsts = np.searchsorted(ranks, np.arange(len(names)))
    counts = np.diff(np.append(firsts, len(places)))
    low = np.uint64((1 << DOCUMENT_AT) - 1)
    bare = np.maximum.reduceat(places & low, firsts) == 0
    kept = ~np.repeat(bare, counts)

    def distances() -> Places:
        documents = places >> np.uint64(DOCUMENT_AT)
        found = documents.copy()
        found[1:] -= documents[:-1]
        found[firsts] = documents[firsts]
        return found

    def kinds() -> Places:
        # the kind in the low bits, so that the first values of a kind take one byte
        middle = (places[kept] & low) >> np.uint64(POSITION_BITS)
        value = middle & np.uint64(MAX_VALUE)
        swapped: Places = value << np.uint64(KIND_BITS) | middle >> np.uint64(VALUE_BITS)
        return swapped

    def positions() -> Places:
        low_bits: Places = places[kept] & np.uint64(MAX_POSITION)
        return low_bits

    runs = []
    # one run after another, each let go when it is packed: together they are what takes memory
    for run, mask in ((distances, np.ones(len(places), bool)), (kinds, kept), (positions, kept)):
        packed, sizes = pack(run())
        taken = np.zeros(len(places), np.int64)
        taken[mask] = sizes
        runs.append((packed, np.add.reduceat(taken, firsts)))
    yield from _cut(names, counts, runs)


def _cut(
    names: list[str],
    counts: npt.NDArray[np.int64],
    runs: list[tuple[Bytes, npt.NDArray[np.int64]]],
) -> Iterator[tuple[str, bytes]]:
    ends = [np.concatenate(([0], np.cumsum(lengths))) for _, lengths in runs]
    total = ends[0] + ends[1] + ends[2]
    at = 0
    while at < len(names):
        full = int(np.searchsorted(total, total[at] + BYTES_A_PAGE))
        to = max(at + 1, min(at + TERMS_A_PAGE, full - 1, len(names)))
        table = np.column_stack([counts[at:to], *(lengths[at:to] for _, lengths in runs)])
        head, _ = pack(table.astype(np.uint64).ravel())
        words_part = "\n".join(names[at:to]).encode()
        sizes, _ = pack(np.array([len(words_part), len(head)], np.uint64))
        parts = [bytes([len(sizes)]), sizes.tobytes(), words_part, head.tobytes()]
        parts += [
            packed[end[at] : end[to]].tobytes() for (packed, _), end in zip(runs, ends, strict=True)
        ]
        yield names[at], b"".join(parts)
        at = to


class Page(NamedTuple):
    """One page as read: its terms, and where the bytes of each stand."""

    terms: list[str]
    counts: npt.NDArray[np.int64]
    runs: tuple[tuple[Bytes, npt.NDArray[np.int64]], ...]

    @classmethod
    def read(cls, data: bytes) -> Page:
        """Take a page apart; the places of its terms are read by :meth:`places`."""
        whole = np.frombuffer(data, np.uint8)
        at = 1 + data[0]
        text, head = (int(size) for size in unpack(whole[1:at]))
        terms = data[at : at + text].decode().split("\n")
        at += text
        table = unpack(whole[at : at + head]).astype(np.int64).reshape(len(terms), 4)
        at += head
        runs: list[tuple[Bytes, npt.NDArray[np.int64]]] = []
        for column in (1, 2, 3):
            ends = np.concatenate(([0], np.cumsum(table[:, column])))
            runs.append((whole[at : at + int(ends[-1])], ends))
            at += int(ends[-1])
        if at != len(data):
            raise ValueError("the page is longer or shorter than it says")
        return cls(terms, table[:, 0], tuple(runs))

    def find(self, term: str) -> int | None:
        """The number of a term in the page."""
        at = bisect_left(self.terms, term)
        return at if at < len(self.terms) and self.terms[at] == term else None

    def places(self, at: int) -> Places:
        """All places of a term, sorted."""
        distances, kinds, positions = (
            unpack(packed[ends[at] : ends[at + 1]]) for packed, ends in self.runs
        )
        places = np.cumsum(distances, dtype=np.uint64) << np.uint64(DOCUMENT_AT)
        if len(kinds):
            kind = kinds & np.uint64((1 << KIND_BITS) - 1)
            places |= kind << np.uint64(KIND_AT)
            places |= kinds >> np.uint64(KIND_BITS) << np.uint64(POSITION_BITS)
            places |= positions
        if len(places) != self.counts[at]:
            raise ValueError(f"'{self.terms[at]}' has not as many places as its page says")
        return places


def digest(pages: Any) -> str:
    """SHA-256 of the pages of a segment in their order."""
    whole = hashlib.sha256()
    for first, data in pages:
        whole.update(first.encode() + b"\0" + data)
    return whole.hexdigest()
