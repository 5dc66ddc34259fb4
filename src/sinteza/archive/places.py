"""How a place is written: one number of 64 bits, ``kind | document | value | position``.

Sorted places of a term stand kind by kind, so that a field is a few runs of them; the next word of
a phrase is place + 1, and no arithmetic within a value leaves it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

POSITION_BITS, VALUE_BITS, DOCUMENT_BITS = 20, 15, 24
DOCUMENT_AT = POSITION_BITS + VALUE_BITS
KIND_AT = DOCUMENT_AT + DOCUMENT_BITS
MAX_POSITION = (1 << POSITION_BITS) - 1
MAX_VALUE = (1 << VALUE_BITS) - 1


def documents(places: Places) -> npt.NDArray[np.intp]:
    """The document of each place."""
    numbers = (places >> np.uint64(DOCUMENT_AT)) & np.uint64((1 << DOCUMENT_BITS) - 1)
    return numbers.astype(np.intp)


def once(places: Places) -> Places:
    """Sorted places without repetition."""
    fresh = places[1:] != places[:-1]
    return places if fresh.all() else places[np.append(True, fresh)]


def joined(parts: list[Places]) -> Places:
    """Several runs of sorted places as one, sorted and without repetition."""
    if not parts:
        return np.empty(0, np.uint64)
    places = np.concatenate(parts)
    if (places[1:] < places[:-1]).any():
        places.sort(kind="stable")  # which merges runs that are sorted
    return once(places)
