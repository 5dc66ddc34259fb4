"""Reading a table of numbers for the statistical commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

#: the columns a user may name on the command line
COLUMN_OPTIONS = (
    "ai", "bi", "ci", "di", "n1i", "n2i", "m1i", "sd1i", "m2i", "sd2i", "x1i", "t1i", "x2i", "t2i",
    "xi", "mi", "ni", "ti", "sdi", "ri", "yi", "vi", "sei", "study",
)  # fmt: skip


def column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option a column, grouped under what the measures need."""
    for name in reversed(COLUMN_OPTIONS):
        command = click.option(f"--{name}", metavar="COLUMN", help=f"The column of {name}.")(
            command
        )
    return command


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a CSV, semicolon or tab separated file in UTF-8.

    Raises FormatError where the file is empty or a row has more fields than the header.
    """
    import csv

    from sinteza.errors import FormatError

    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            "the file is not UTF-8 text",
            path=str(path),
            byte=error.start,
            hint="save the table as CSV UTF-8",
        ) from error
    first = text.split("\n", 1)[0]
    if not first.strip():
        raise FormatError("the table is empty", path=str(path))
    delimiter = max("\t;,", key=first.count)
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    header = [name.strip() for name in rows[0]]
    made = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header):
            raise FormatError(
                f"{len(row)} fields under {len(header)} columns", path=str(path), line=number
            )
        made.append(dict(zip(header, [c.strip() for c in row], strict=False)))
    if not made:
        raise FormatError("the table has a header and no rows", path=str(path))
    return header, made


def numbers(path: Path, rows: Sequence[dict[str, str]], column: str) -> list[float]:
    """A column as floats: empty, NA and a dot are missing; a decimal comma is understood.

    Raises FormatError with the line of a cell that is no number.
    """
    from sinteza.errors import FormatError

    values = []
    for number, row in enumerate(rows, start=2):
        cell = row.get(column, "")
        if cell.lower() in ("", "na", "nan", "."):
            values.append(float("nan"))
            continue
        try:
            values.append(float(cell.replace(",", ".")))
        except ValueError as error:
            raise FormatError(
                f"{column} holds {cell!r}, which is no number", path=str(path), line=number
            ) from error
    return values


def read_columns(
    path: Path, measure: str, given: dict[str, str | None]
) -> tuple[dict[str, Any], list[str] | None, list[str], list[dict[str, str]]]:
    """The data of a measure, the study names, the header and the rows.

    What was guessed is said aloud on stderr.
    """
    from sinteza.stats.columns import guess_columns
    from sinteza.stats.measures import measure_kind

    header, rows = read_table(path)
    named = {name: column for name, column in given.items() if column}
    found = guess_columns(header, measure_kind(measure), named)
    guessed = [
        f"{ours} = {theirs}"
        for ours, theirs in found.items()
        if ours != theirs and ours not in named
    ]
    if guessed:
        click.echo(f"Columns guessed: {', '.join(guessed)}.", err=True)
    data: dict[str, Any] = {
        ours: numbers(path, rows, theirs) for ours, theirs in found.items() if ours != "study"
    }
    labels = [row.get(found["study"], "") for row in rows] if "study" in found else None
    return data, labels, header, rows
