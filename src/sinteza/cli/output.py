"""What every command shares: JSON, tables and progress, each on its right stream."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sinteza.query.explain import Line

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """Write a value as indented JSON with sorted keys left as they are, in UTF-8."""
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(encoded + b"\n")
    sys.stdout.buffer.flush()


def print_jsonl(values: Iterable[Any]) -> None:
    """Write one JSON value a line."""
    import msgspec

    for value in values:
        sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write aligned columns; numbers to the right."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *body]) for i in range(len(header))]

    def is_number(text: str) -> bool:
        return text.replace(",", "").replace(".", "").replace("-", "").isdigit()

    right = [
        bool(body) and all(is_number(r[i]) or not r[i] for r in body) for i in range(len(header))
    ]
    for line in [list(header), *body]:
        cells = (
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def print_tree(lines: Iterable[Line]) -> None:
    """Write the parts of a query, one a line, each with its hits where they are known."""
    for line in lines:
        hits = "" if line.hits is None else f"{line.hits:>9,}  "
        click.echo(f"{hits}{'  ' * line.depth}{line.text}")


Progress = Callable[[str, int, int | None], None]


def progress() -> Progress:
    """A callback ``(what, done, total)`` that draws a line on stderr when it is a terminal."""
    if not sys.stderr.isatty():
        return lambda what, done, total: None

    def draw(what: str, done: int, total: int | None) -> None:
        share = f"{done:,}/{total:,}" if total else f"{done:,}"
        click.echo(f"\r\x1b[2K{what} {share}", nl=bool(total and done >= total), err=True)

    return draw
