"""Tab-separated tables: read as CSV is (the divider is told from the file), written with tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from sinteza.formats.table import read, sniff, write_divided
from sinteza.model.record import Record

name = "tsv"
extensions = (".tsv", ".tab")

__all__ = ["extensions", "name", "read", "sniff", "write"]


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write the table with tabs, in UTF-8."""
    write_divided(records, stream, "\t")
