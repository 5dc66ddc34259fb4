"""Spreadsheets (XLSX): the first sheet that names columns of references."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from sinteza.errors import FormatError
from sinteza.formats import table
from sinteza.model.record import Record

name = "xlsx"
extensions = (".xlsx",)


def sniff(head: bytes) -> bool:
    """True for a zip archive, which a spreadsheet is; other archives are unpacked before."""
    return head.startswith(b"PK\x03\x04")


def _openpyxl(path: str) -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise FormatError(
            "Spreadsheets need the package openpyxl, which is not installed",
            path=path,
            hint="Install sinteza[xlsx], or save the sheet as CSV.",
        ) from error
    return openpyxl


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the rows of an open spreadsheet.

    Raises :class:`~sinteza.errors.FormatError` for a damaged file and for one without columns of
    references.
    """
    openpyxl = _openpyxl(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(stream.read()), read_only=True, data_only=True)
    except Exception as error:
        raise FormatError(
            f"The spreadsheet cannot be opened: {error}",
            path=path,
            byte=0,
            hint="Open it in a spreadsheet program and save it again, or save it as CSV.",
        ) from error
    for sheet in book.worksheets:
        rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        start = table.header_row(rows)
        if start is not None:
            yield from table.rows_to_records(rows[start:], path=path, source=source)
            return
    raise FormatError(
        "No sheet names the columns of references (title, authors, abstract, DOI ...)",
        path=path,
        line=1,
        hint="Put the names of the columns into the first row, one of them 'title'.",
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write one sheet with the columns of the CSV; a cell holds at most 32,767 characters."""
    book = _openpyxl("").Workbook(write_only=True)
    sheet = book.create_sheet("records")
    for row in table.table(records):
        sheet.append([cell[:32767] for cell in row])
    book.save(stream)
