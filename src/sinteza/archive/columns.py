"""What is kept of every document as a number: PMID, days, and where its bytes lie."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from sinteza.archive.content import DATE_FIELDS

Numbers = npt.NDArray[np.int32]

NAMES = ("pmid", "since", *DATE_FIELDS, "block", "offset", "length")
"""The columns of a segment, one number a document; days are ``date.toordinal()``."""


def dump(column: npt.NDArray[np.int64] | Numbers) -> bytes:
    """A column as bytes: each byte of the numbers by itself, which packs better."""
    numbers = np.ascontiguousarray(column, dtype="<i4").view(np.uint8).reshape(-1, 4)
    return zlib.compress(np.ascontiguousarray(numbers.T).tobytes(), 1)


def load(data: bytes) -> Numbers:
    """Read back what :func:`dump` wrote."""
    flat = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, -1)
    return np.ascontiguousarray(flat.T).view("<i4").ravel()
