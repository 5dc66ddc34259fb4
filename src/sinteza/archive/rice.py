"""Rice's codes of many short lists of numbers at once.

A number ``x`` of a list with ``k`` low bits is ``x >> k`` zeros and a one in one run of bits, and
its low bits in another; written and read a run at a time by array operations. Within half a bit of
the entropy of geometric gaps, which distances between documents are nearly (R. F. Rice 1979;
S. W. Golomb 1966).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

ABSENT = 255
"""In place of ``k``: every number of the list is 0, and none is written."""


class Runs(NamedTuple):
    """Zeros and ones; low bits; and ``k`` of each list."""

    unary: bytes
    low: bytes
    bits: Bytes


def encode(numbers: npt.NDArray[np.uint64], counts: npt.NDArray[np.intp]) -> Runs:
    """Write lists end to end; ``counts`` says how many numbers each has (none may be empty)."""
    starts = np.cumsum(counts) - counts
    means = np.add.reduceat(numbers, starts) / counts
    # ln 2 of the mean is the best power of two for geometric numbers
    bits = np.log2(np.maximum(means * 0.6931, 1)).astype(np.uint8)
    bits[means == 0] = ABSENT
    here = bits != ABSENT
    if not here.any():
        return Runs(b"", b"", bits)
    if not here.all():
        numbers = numbers[np.repeat(here, counts)]
    k = np.repeat(bits[here].astype(np.uint64), counts[here])
    ends = np.cumsum((numbers >> k) + np.uint64(1)).astype(np.intp)
    ones = np.zeros(int(ends[-1]), np.uint8)
    ones[ends - 1] = 1
    return Runs(np.packbits(ones, bitorder="little").tobytes(), _low(numbers, k), bits)


def _low(numbers: npt.NDArray[np.uint64], k: npt.NDArray[np.uint64]) -> bytes:
    """The ``k`` low bits of each number, end to end."""
    at = np.cumsum(k) - k
    total = int(at[-1] + k[-1])
    low = numbers & ((np.uint64(1) << k) - np.uint64(1))
    word = (at >> np.uint64(6)).astype(np.intp)
    shift = at & np.uint64(63)
    packed = np.zeros(total // 64 + 2, np.uint64)
    firsts = np.flatnonzero(np.diff(word, prepend=-1))
    packed[word[firsts]] = np.bitwise_or.reduceat(low << shift, firsts)
    over = np.flatnonzero(shift + k > 64)  # at most one number reaches into each next word
    packed[word[over] + 1] |= low[over] >> (np.uint64(64) - shift[over])
    return packed.astype("<u8").tobytes()[: (total + 7) // 8]


def decode(
    unary: Bytes,
    low: Bytes,
    bits: Bytes,
    counts: npt.NDArray[np.intp],
    lists: slice,
    pick: npt.NDArray[np.intp] | None = None,
) -> Numbers | None:
    """Read neighboring lists of what :func:`encode` wrote; None if all their numbers are 0.

    Of a single list, ``pick`` says which of its numbers are wanted. ValueError if the runs hold
    another number of numbers.
    """
    here = bits != ABSENT
    sizes = np.where(here, counts, 0)
    ends = np.cumsum(sizes)
    ones = np.flatnonzero(np.unpackbits(unary, bitorder="little").view(bool))
    if len(ones) != ends[-1]:
        raise ValueError("a run of numbers is longer or shorter than its page says")
    begin = int(ends[lists.start] - sizes[lists.start])
    end = int(ends[lists.stop - 1])
    if begin == end:
        return None
    before = ones[begin - 1] if begin else -1
    ones = ones[begin:end]
    if pick is None:
        numbers = np.empty(end - begin, np.uint32)
        numbers[0] = ones[0] - before
        np.subtract(ones[1:], ones[:-1], out=numbers[1:], casting="unsafe")
    else:
        ones = np.append(before, ones)
        numbers = (ones[pick + 1] - ones[pick]).astype(np.uint32)
    numbers -= np.uint32(1)
    asked = np.where(here, bits, 0).astype(np.uint32)[lists]
    if asked.any():
        if len(asked) == 1:
            k: Numbers | np.uint32 = asked[0]
            at = np.arange(end - begin, dtype=np.uint32) if pick is None else pick.astype(np.uint32)
            at *= k
        else:
            k = np.repeat(asked, sizes[lists])
            at = np.cumsum(k, dtype=np.uint32) - k
        at += np.uint32((sizes[: lists.start] * bits[: lists.start]).sum())
        padded = np.append(low, np.zeros(8, np.uint8))
        # four bytes from any byte on; k and the bits before it are at most 31
        words = np.ndarray((len(low) + 4,), "<u4", padded, strides=(1,))
        part = words[at >> np.uint32(3)]
        part >>= at & np.uint32(7)
        part &= (np.uint32(1) << k) - np.uint32(1)
        numbers <<= k
        numbers |= part
    if here[lists].all():
        return numbers
    whole = np.zeros(int(counts[lists].sum()), np.uint32)
    whole[np.repeat(here[lists], counts[lists])] = numbers
    return whole
