"""The evidence map: what was studied and what was not, as a grid of counts.

A cell holds its number of reports; its circle grows (by area) with the participants or, where
these are not known, with the reports. A pair nobody studied is an open, dashed cell: a gap is
shown, not left out. Each cell and heading may link to its studies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sinteza.charts.svg import (
    BLACK,
    BLUE,
    GREY,
    PALE,
    WHITE,
    Svg,
    widest,
    wrap,
)
from sinteza.i18n import Language

_SIZE = 12.5
_LEAD = 15.5
_CELL = 54.0
# Certainty by glyph, as GRADE draws it, and by depth of blue.
_CERTAINTY = {
    "high": ("⊕⊕⊕⊕", "#08519c", WHITE, "high certainty"),
    "moderate": ("⊕⊕⊕○", "#2f7fbf", WHITE, "moderate certainty"),
    "low": ("⊕⊕○○", "#93c4e5", BLACK, "low certainty"),
    "very low": ("⊕○○○", "#dcebf6", BLACK, "very low certainty"),
}


@dataclass(frozen=True)
class MapAxis:
    """A row or a column: its key, what it is called, and where it leads."""

    key: str
    label: str
    href: str | None = None


@dataclass(frozen=True)
class MapCell:
    """What is known of one pair: reports, participants, certainty (high ... very low)."""

    row: str
    column: str
    reports: int
    participants: int | None = None
    certainty: str | None = None
    href: str | None = None


def evidence_map(
    rows: Sequence[MapAxis],
    columns: Sequence[MapAxis],
    cells: Sequence[MapCell],
    *,
    lang: Language,
    title: str = "",
    corner: tuple[str, str] = ("", ""),
    style: str = "bubble",
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """The grid as SVG.

    ``corner`` names what rows and columns are; ``style`` is ``bubble`` (circles) or ``heat``
    (shaded cells, for many columns); ``layout`` is ``wide`` or ``narrow`` (360 pixels: one row
    after the other, only what was studied, and how many gaps). Cells of unknown rows or columns
    are left out; two cells of one pair are not expected (the last one is shown).
    """
    known_rows, known_columns = {r.key for r in rows}, {c.key for c in columns}
    grid = {
        (c.row, c.column): c
        for c in cells
        if c.reports > 0 and c.row in known_rows and c.column in known_columns
    }
    said = map_sentence(rows, columns, list(grid.values()), lang=lang)
    heading = title or lang.text("Evidence map")
    drawing = _Map(rows, columns, grid, lang, corner, style)
    if layout == "narrow":
        return drawing.draw_narrow(heading, said, name)
    return drawing.draw_wide(heading, said, name)


def _reports(lang: Language, n: int) -> str:
    return lang.plural("{n} report", "{n} reports", n)


def map_sentence(
    rows: Sequence[MapAxis], columns: Sequence[MapAxis], cells: Sequence[MapCell], *, lang: Language
) -> str:
    """The map in one sentence: how many pairs have studies, and which has most."""
    pairs = len(rows) * len(columns)
    filled = len({(c.row, c.column) for c in cells if c.reports > 0})
    have = lang.plural(
        "{filled} of {n} pair has reports",
        "{filled} of {n} pairs have reports",
        pairs,
        filled=lang.integer(filled),
    )
    said = f"{have}, {lang.plural('{n} is a gap', '{n} are gaps', pairs - filled)}"
    if filled:
        best = max(cells, key=lambda c: c.reports)
        row = next((r.label for r in rows if r.key == best.row), best.row)
        column = next((c.label for c in columns if c.key == best.column), best.column)
        most = lang.text(
            "most: {row} with {column} ({reports})",
            row=row,
            column=column,
            reports=_reports(lang, best.reports),
        )
        said = f"{said}; {most}"
    return said


class _Map:
    """One evidence map, drawn in either layout."""

    def __init__(
        self,
        rows: Sequence[MapAxis],
        columns: Sequence[MapAxis],
        grid: dict[tuple[str, str], MapCell],
        lang: Language,
        corner: tuple[str, str],
        style: str,
    ) -> None:
        self.rows = rows
        self.columns = columns
        self.grid = grid
        self.lang = lang
        self.corner = corner
        self.heat = style == "heat"
        self.by_participants = any(c.participants for c in grid.values())
        self.largest = max((self.size(c) for c in grid.values()), default=1) or 1
        self.certain = any(c.certainty in _CERTAINTY for c in grid.values())

    def size(self, cell: MapCell) -> int:
        """What the area of a circle stands for."""
        return (cell.participants or 0) if self.by_participants else cell.reports

    def look(self, cell: MapCell) -> tuple[str, str]:
        """Fill of a cell and the ink on it."""
        if self.certain:
            if cell.certainty in _CERTAINTY:
                _, fill, ink, _ = _CERTAINTY[cell.certainty]
                return fill, ink
            return WHITE, BLACK
        if not self.heat:
            return "#93c4e5", BLACK
        share = math.sqrt(self.size(cell) / self.largest)
        steps = ("#dcebf6", "#b9d8ee", "#93c4e5", "#2f7fbf", "#08519c")
        at = min(4, int(share * 5))
        return steps[at], WHITE if at >= 3 else BLACK

    def tip(self, row: MapAxis, column: MapAxis, cell: MapCell | None) -> str:
        """A cell in words."""
        pair = f"{row.label} × {column.label}"
        if cell is None:
            return f"{pair}: {self.lang.text('no report')}"
        parts = [_reports(self.lang, cell.reports)]
        if cell.participants:
            parts.append(self.people(cell.participants))
        if cell.certainty in _CERTAINTY:
            parts.append(self.lang.text(_CERTAINTY[cell.certainty][3]))
        return f"{pair}: {', '.join(parts)}"

    def short(self, cell: MapCell) -> str:
        """The count and the certainty's glyph."""
        sign = _CERTAINTY[cell.certainty][0] if cell.certainty in _CERTAINTY else ""
        return f"{self.lang.integer(cell.reports)} {sign}".strip()

    def people(self, n: int) -> str:
        """``120 participants``."""
        return self.lang.plural("{n} participant", "{n} participants", n)

    def draw_wide(self, title: str, said: str, name: str | None) -> str:
        """The whole grid."""
        label_width = min(max(widest([r.label for r in self.rows], _SIZE), 90.0), 220.0)
        left = 12 + label_width + 10
        pitches = []
        for column in self.columns:
            word = widest(column.label.split(), _SIZE, bold=True) + 8.5
            counts = [
                self.lang.integer(cell.reports)
                for cell in self.grid.values()
                if cell.column == column.key
            ]
            figures = widest(counts, _SIZE, bold=True) + 8
            pitches.append(max(_CELL, min(136.0, word), figures))
        heads = [
            wrap(c.label, p - 8, _SIZE, bold=True)
            for c, p in zip(self.columns, pitches, strict=True)
        ]
        width = max(left + sum(pitches) + 12, 420.0)
        titles = wrap(title, width - 24, 15, bold=True)
        y = 26 + 18.75 * len(titles)
        corner_rows = wrap(self.corner[0], label_width, _SIZE)
        corner_columns = wrap(self.corner[1], sum(pitches) or 100, _SIZE)
        tall = max([len(h) for h in heads] + [len(corner_rows), 1])
        svg = Svg(width, 0, title=title, description=said, name=name)
        svg.lines(12, 26, titles, size=15, weight="bold")
        y = svg.lines(left + 4, y, corner_columns, size=_SIZE, fill=GREY) if corner_columns else y
        top = y + _LEAD * tall - 4
        base = top - 7
        svg.lines(
            12,
            base - _LEAD * (len(corner_rows) - 1),
            corner_rows,
            size=_SIZE,
            leading=_LEAD / _SIZE,
            fill=GREY,
        )
        x = left
        for column, head, pitch in zip(self.columns, heads, pitches, strict=True):
            self.draw_head(
                svg, x + pitch / 2, base - _LEAD * (len(head) - 1), column, head, "middle"
            )
            x += pitch
        y = top
        for row in self.rows:
            label = wrap(row.label, label_width, _SIZE, bold=True)
            least = 34.0 if self.heat else _CELL + 12.0 if self.certain else _CELL
            height = max(least, _LEAD * len(label) + 8)
            self.draw_head(svg, 12, y + height / 2 - _LEAD * (len(label) - 1) / 2 + 4.5, row, label)
            x = left
            for column, pitch in zip(self.columns, pitches, strict=True):
                self.draw_cell(svg, x, y, pitch, height, row, column)
                x += pitch
            y += height
        svg.height = self.draw_legend(svg, 12, y + 14, width - 24) + 8
        return str(svg)

    def draw_head(
        self, svg: Svg, x: float, y: float, axis: MapAxis, lines: list[str], anchor: str = "start"
    ) -> float:
        """The name of a row or column; the next baseline."""
        svg.open_link(axis.href, axis.label)
        y = svg.lines(
            x,
            y,
            lines,
            size=_SIZE,
            leading=_LEAD / _SIZE,
            weight="bold",
            anchor=anchor,
            linked=bool(axis.href),
        )
        svg.close_link(axis.href)
        return y

    def draw_cell(
        self,
        svg: Svg,
        x: float,
        y: float,
        width: float,
        height: float,
        row: MapAxis,
        column: MapAxis,
    ) -> None:
        """A circle or shade with its count; an open dashed cell for a gap."""
        cell = self.grid.get((row.key, column.key))
        tip = self.tip(row, column, cell)
        if cell is None:
            svg.rect(
                x + 3,
                y + 3,
                width - 6,
                height - 6,
                fill=WHITE,
                stroke="#9aa0a6",
                stroke_dasharray="3 3",
                rx=3,
                tip=tip,
            )
            return
        svg.open_link(cell.href, tip)
        fill, ink = self.look(cell)
        cx, cy = x + width / 2, y + height / 2
        cy -= 6 if self.certain and not self.heat else 0
        if self.heat:
            svg.rect(x + 1.5, y + 1.5, width - 3, height - 3, fill=fill, stroke=GREY, rx=2, tip=tip)
        else:
            svg.rect(x + 3, y + 3, width - 6, height - 6, fill=PALE, rx=3, tip=tip)
            most = _CELL / 2 - 6
            radius = max(10.0, most * math.sqrt(self.size(cell) / self.largest))
            svg.circle(cx, cy, radius, fill=fill, stroke=BLUE, tip=tip)
        sign = _CERTAINTY[cell.certainty][0] if cell.certainty in _CERTAINTY else ""
        shown = self.lang.integer(cell.reports)
        svg.text(cx, cy + 4.5, shown, size=_SIZE, weight="bold", anchor="middle", fill=ink)
        if sign and not self.heat:
            svg.text(cx, y + height - 5, sign, size=9, anchor="middle")
        svg.close_link(cell.href)

    def draw_legend(self, svg: Svg, x: float, y: float, width: float) -> float:
        """What circles, shades and dashed cells mean; the bottom."""
        text = self.lang.text
        svg.rect(x, y, 18, 14, fill=WHITE, stroke="#9aa0a6", stroke_dasharray="3 3", rx=2)
        y = svg.lines(
            x + 26, y + 11.5, wrap(text("gap: no report found"), width - 26, 11.5), size=11.5
        )
        number = text("number: reports")
        if self.heat:
            grows = text("shade: participants") if self.by_participants else text("shade: reports")
        else:
            grows = (
                text("area of the circle: participants")
                if self.by_participants
                else text("area of the circle: reports")
            )
        if self.certain:
            grows = "" if self.heat else grows
        shown = "; ".join(part for part in (number, grows) if part)
        if self.by_participants and not (self.heat and self.certain):
            shown += f" ({text('largest: {n}', n=self.people(self.largest))})"
        y = svg.lines(x, y + 4, wrap(shown, width, 11.5), size=11.5)
        if self.certain:
            at = x
            for sign, fill, _, said in _CERTAINTY.values():
                written = f"{sign} {text(said)}"
                need = 20 + widest([written], 11.5) + 16
                if at > x and at + need > x + width:
                    at, y = x, y + 18
                svg.rect(at, y - 7, 14, 13, fill=fill, stroke=GREY)
                svg.text(at + 20, y + 4, written, size=11.5)
                at += need
            y += 18
        return y

    def draw_narrow(self, title: str, said: str, name: str | None) -> str:
        """360 pixels: each row with bars for what was studied."""
        left, right = 10.0, 350.0
        svg = Svg(360, 0, title=title, description=said, name=name)
        y = svg.lines(left, 26, wrap(title, right - left, 15, bold=True), size=15, weight="bold")
        corner = " × ".join(part for part in self.corner if part)
        y = svg.lines(left, y, wrap(corner, right - left, 11.5), size=11.5, fill=GREY) - 6
        most = max((c.reports for c in self.grid.values()), default=1)
        longest = 350 - 204 - widest([self.short(c) for c in self.grid.values()], 11.5, bold=True)
        studied = {row for row, _ in self.grid}
        for row in self.rows:
            if row.key not in studied:
                continue
            label = wrap(row.label, right - left, _SIZE, bold=True)
            svg.rect(left - 4, y, right - left + 8, _LEAD * len(label) + 8, fill=PALE)
            y = self.draw_head(svg, left, y + 16, row, label) + 2
            gaps = 0
            for column in self.columns:
                cell = self.grid.get((row.key, column.key))
                if cell is None:
                    gaps += 1
                    continue
                y = self.draw_bar(svg, y, row, column, cell, max(3.0, longest) / most)
            if gaps:
                dashed = self.lang.plural("{n} gap (no report)", "{n} gaps (no report)", gaps)
                svg.rect(left, y - 4, 14, 11, fill=WHITE, stroke="#9aa0a6", stroke_dasharray="3 3")
                svg.text(left + 20, y + 6, dashed, size=11.5, fill=GREY)
                y += 14
            y += 4
        empty = [row for row in self.rows if row.key not in studied]
        svg.height = self.draw_unstudied(svg, empty, left, right, y) + 4
        return str(svg)

    def draw_unstudied(
        self, svg: Svg, rows: Sequence[MapAxis], left: float, right: float, y: float
    ) -> float:
        """The rows nobody studied, listed under one heading; the bottom."""
        if not rows:
            return y
        heading = wrap(self.lang.text("No report at all"), right - left, _SIZE, bold=True)
        svg.rect(
            left - 4,
            y + 1,
            right - left + 8,
            _LEAD * len(heading) + 6,
            fill=WHITE,
            stroke="#9aa0a6",
            stroke_dasharray="3 3",
        )
        y = svg.lines(left, y + 16, heading, size=_SIZE, leading=_LEAD / _SIZE, weight="bold")
        for row in rows:
            label = wrap(row.label, right - left - 8, 11.5)
            svg.open_link(row.href, row.label)
            y = svg.lines(left + 4, y + 5, label, size=11.5, linked=bool(row.href))
            svg.close_link(row.href)
            y += 4 if row.href else -3
        return y

    def draw_bar(
        self, svg: Svg, y: float, row: MapAxis, column: MapAxis, cell: MapCell, scale: float
    ) -> float:
        """One pair of the narrow layout; the next baseline."""
        tip = self.tip(row, column, cell)
        svg.open_link(cell.href, tip)
        label = wrap(column.label, 170, 11.5)
        svg.lines(
            14,
            y + 5,
            label,
            size=11.5,
            linked=bool(cell.href),
        )
        long = max(3.0, scale * cell.reports)
        fill, _ = self.look(cell)
        svg.rect(196, y - 5, long, 13, fill=fill, stroke=GREY, tip=tip)
        svg.text(200 + long, y + 5, self.short(cell), size=11.5, weight="bold")
        svg.close_link(cell.href)
        return y + max(14.4 * len(label) + 6, 24)
