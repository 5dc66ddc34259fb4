"""What is kept of every document as a number: PMID, days, and where its bytes lie."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sinteza.archive.content import DATE_FIELDS

Numbers = npt.NDArray[np.int32]

NAMES = ("pmid", "since", *DATE_FIELDS, "block", "offset", "length")


@dataclass(frozen=True)
class Columns:
    """The columns of one segment, one number a document; days are ``date.toordinal()``."""

    table: Numbers

    @staticmethod
    def dump(table: npt.NDArray[np.int64]) -> bytes:
        """Columns (documents x :data:`NAMES`) as bytes."""
        return zlib.compress(np.ascontiguousarray(table.T, dtype="<i4").tobytes(), 3)

    @classmethod
    def load(cls, data: bytes) -> Columns:
        """Read back what :meth:`dump` wrote."""
        flat = np.frombuffer(zlib.decompress(data), "<i4")
        return cls(flat.reshape(len(NAMES), -1))

    def __getitem__(self, name: str) -> Numbers:
        column: Numbers = self.table[NAMES.index(name)]
        return column
