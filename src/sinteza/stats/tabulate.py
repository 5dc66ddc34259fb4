"""Plain aligned tables for ``.summary()``."""

from __future__ import annotations

from collections.abc import Sequence


def number(value: object, digits: int = 4) -> str:
    """A number as read by people: fixed decimals, scientific when far from one, a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int):
        return str(value)
    x = float(value)  # type: ignore[arg-type]  # numpy scalars are floats here
    if x != x:
        return "-"
    if x != 0 and not 1e-4 <= abs(x) < 1e6:
        return f"{x:.{digits}g}"
    return f"{x:.{digits}f}"


def p_value(p: float) -> str:
    """A p value: ``< 0.0001`` below what four decimals show."""
    if p != p:
        return "-"
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns: the first to the left, the others to the right."""
    cells = [list(header)] + [[number(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
