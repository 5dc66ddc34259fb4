"""Collect where each word of a segment's documents stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from sinteza.archive import pages
from sinteza.archive.content import KINDS
from sinteza.archive.elements import Numbers
from sinteza.archive.indexing import Contents, Rows
from sinteza.archive.numbering import Numbering, Terms
from sinteza.archive.places import DOCUMENT_AT, KIND_AT, MAX_VALUE, POSITION_BITS, Places

LONGEST = 1_000_000
"""Words kept of one value (no real one comes near): leaves a gap wider than any proximity."""


class Collector:
    """Collects the terms of one segment's documents, batch by batch, in their order."""

    def __init__(self) -> None:
        self.numbering = Numbering()
        # by kind, since the places of a term stand kind by kind
        self.terms: list[list[npt.NDArray[np.int32]]] = [[] for _ in range(KINDS)]
        self.places: list[list[Places]] = [[] for _ in range(KINDS)]
        self.documents = 0
        self.size = 0

    def add(self, documents: int, contents: Contents) -> None:
        """The next documents."""
        texts, values, keys, key_rows = contents
        # every text once, then every key; of each text where it begins and how long it is
        used = np.flatnonzero(np.bincount(values.what, minlength=len(texts)))
        words, starts, sizes = self._words([texts[number] for number in used.tolist()])
        terms = np.concatenate((words, self.numbering.of(keys)))
        start, size = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
        start[used], size[used] = starts, np.minimum(sizes, LONGEST)

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
        places = np.repeat(base, sizes) + at.astype(np.uint64)
        terms = terms[np.repeat(begin, sizes) + at]
        bounds = np.searchsorted(
            places, np.arange(KINDS + 1, dtype=np.uint64) << np.uint64(KIND_AT)
        )
        for kind, (low, high) in enumerate(pairwise(bounds.tolist())):
            if low < high:
                self.terms[kind].append(terms[low:high])
                self.places[kind].append(places[low:high])
        self.documents += documents
        self.size += len(at)

    def _words(self, texts: list[bytes]) -> tuple[Terms, Numbers, Numbers]:
        """The words of all texts, where those of each begin, and how many they are."""
        whole = b" " + b" ".join(texts) + b" "
        is_word = np.frombuffer(whole, np.uint8) != ord(" ")
        edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
        begins, ends = edges[::2], edges[1::2]
        lengths = np.array([len(text) for text in texts], np.int64) + 1
        bounds = np.searchsorted(begins, np.concatenate(([0], np.cumsum(lengths))))
        return self.numbering.of_words(whole, begins, ends), bounds[:-1], np.diff(bounds)

    def _bases(self, rows: Rows) -> Places:
        place = rows.kind << KIND_AT | (rows.article + self.documents) << DOCUMENT_AT
        place |= np.minimum(rows.number, MAX_VALUE) << POSITION_BITS | rows.flags
        return place.astype(np.uint64)

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """First term and bytes of every page, in the order of the terms."""
        if not self.size:
            return
        from scipy.sparse import csr_array

        terms = np.concatenate(list(chain.from_iterable(self.terms)))
        places = np.concatenate(list(chain.from_iterable(self.places)))
        self.terms.clear()
        self.places.clear()
        names = b"\n".join(self.numbering.numbers).decode().split("\n")
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        # one row with a column for each term: stored by columns, the places stand term by term,
        # those of a term in their order - a sort that needs no comparing
        row = csr_array((places, rank[terms], [0, len(places)]), shape=(1, len(order)))
        del terms, places
        columns = row.tocsc()
        ranks = np.repeat(np.arange(len(order), dtype=np.int32), np.diff(columns.indptr))
        places = columns.data
        del row, columns
        yield from pages.write([names[at] for at in order], ranks, places)
