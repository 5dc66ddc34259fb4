"""The league table: every treatment against every other, as a picture and as a real table.

Cell (row, column) is the effect of the row's treatment against the column's. With
``direct`` the upper triangle shows what was compared head to head, and the lower the network's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sinteza.charts import words
from sinteza.charts.svg import BLACK, GREY, PALE, WHITE, Svg, clean, widest, wrap
from sinteza.i18n import Language

_SIZE = 12.0


@dataclass(frozen=True)
class LeagueCell:
    """An effect as shown (a ratio, not its logarithm) with its interval and link."""

    estimate: float
    ci_low: float
    ci_high: float
    href: str | None = None


Cells = Mapping[tuple[str, str], LeagueCell]


def _clear(cell: LeagueCell, null: float) -> int:
    """1 above no effect, -1 below, 0 when the interval holds it."""
    if cell.ci_low > null:
        return 1
    return -1 if cell.ci_high < null else 0


def _flip(cell: LeagueCell, log: bool) -> LeagueCell:
    """The same effect the other way round."""
    if log:

        def turn(v: float) -> float:
            return math.inf if v == 0 else 0.0 if math.isinf(v) else 1 / v

        return LeagueCell(turn(cell.estimate), turn(cell.ci_high), turn(cell.ci_low), cell.href)
    return LeagueCell(-cell.estimate, -cell.ci_high, -cell.ci_low, cell.href)


def _look_up(cells: Cells, row: str, column: str, log: bool) -> LeagueCell | None:
    if (row, column) in cells:
        return cells[row, column]
    if (column, row) in cells:
        return _flip(cells[column, row], log)
    return None


def _grid(
    treatments: Sequence[str], network: Cells, direct: Cells | None, log: bool
) -> list[list[LeagueCell | None]]:
    """The cells row by row; with ``direct``, above the diagonal those."""
    return [
        [
            None
            if i == j
            else _look_up(network if direct is None or j < i else direct, row, column, log)
            for j, column in enumerate(treatments)
        ]
        for i, row in enumerate(treatments)
    ]


def _said(cell: LeagueCell, lang: Language, null: float) -> tuple[str, str]:
    """Estimate (with a sign when the interval excludes no effect) and bounds."""
    mark = {1: " ▲", -1: " ▼", 0: ""}[_clear(cell, null)]
    estimate = f"{words.figure(lang, cell.estimate)}{mark}"
    return estimate, words.bracket(lang, cell.ci_low, cell.ci_high)


def _notes(lang: Language, measure: str, direct: bool) -> str:
    parts = [
        lang.text("{measure} of the row's treatment against the column's", measure=measure),
        lang.text("▲ ▼ interval above or below no effect"),
    ]
    if direct:
        parts.append(lang.text("above the diagonal: direct comparisons only"))
    return "; ".join(parts)


def league_svg(
    treatments: Sequence[str],
    network: Cells,
    *,
    lang: Language,
    measure: str,
    direct: Cells | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """The league table as SVG, treatments in the order given (best first)."""
    log = words.is_ratio(measure)
    null = words.null_value(measure) or 0.0
    grid = _grid(treatments, network, direct, log)
    written = [[_said(c, lang, null) if c else ("", "") for c in row] for row in grid]
    widths = []
    for j, treatment in enumerate(treatments):
        inner = widest([part for row in written for part in row[j]], _SIZE)
        word = widest(treatment.split(), _SIZE, bold=True)
        widths.append(max(inner, min(word, 130.0), 56.0) + 14)
    names = [wrap(t, w - 12, _SIZE, bold=True) for t, w in zip(treatments, widths, strict=True)]
    heading = title or lang.text(
        "League table: {measure}", measure=words.measure_name(lang, measure)
    )
    whole = max(24 + sum(widths), 380.0)
    said = lang.plural("{n} treatment", "{n} treatments", len(treatments))
    clear = sum(c is not None and _clear(c, null) != 0 for row in grid for c in row) // 2
    pairs = lang.plural(
        "{n} pair whose interval excludes no effect",
        "{n} pairs whose interval excludes no effect",
        clear,
    )
    description = said if direct else f"{said}, {pairs}"
    svg = Svg(whole, 0, title=heading, description=description, name=name)
    y = svg.lines(12, 26, wrap(heading, whole - 24, 15, bold=True), size=15, weight="bold") - 8
    for i, row in enumerate(grid):
        high = max(40.0, 15 * len(names[i]) + 12)
        x = 12.0
        for j, cell in enumerate(row):
            wide = widths[j]
            middle = x + wide / 2
            if i == j:
                svg.rect(x, y, wide, high, fill="#cfe3f1", stroke=WHITE, stroke_width=2)
                first = y + high / 2 + 4.5 - 7.5 * (len(names[i]) - 1)
                svg.lines(
                    middle,
                    first,
                    names[i],
                    size=_SIZE,
                    leading=15 / _SIZE,
                    weight="bold",
                    anchor="middle",
                )
            elif cell is None:
                svg.rect(
                    x + 2,
                    y + 2,
                    wide - 4,
                    high - 4,
                    fill=WHITE,
                    stroke="#9aa0a6",
                    stroke_dasharray="3 3",
                )
            else:
                strong = _clear(cell, null) != 0
                estimate, bounds = written[i][j]
                tip = f"{treatments[i]} × {treatments[j]}: {measure} {estimate} {bounds}"
                svg.open_link(cell.href, tip)
                svg.rect(
                    x,
                    y,
                    wide,
                    high,
                    fill=PALE if j < i or direct is None else WHITE,
                    stroke=WHITE,
                    stroke_width=2,
                    tip=tip,
                )
                svg.text(
                    middle,
                    y + high / 2 - 3,
                    estimate,
                    size=_SIZE,
                    anchor="middle",
                    weight="bold" if strong else None,
                    linked=bool(cell.href),
                )
                svg.text(
                    middle, y + high / 2 + 12, bounds, size=_SIZE - 1, anchor="middle", fill=BLACK
                )
                svg.close_link(cell.href)
            x += wide
        y += high
    note = wrap(_notes(lang, measure, direct is not None), whole - 24, 11.5)
    svg.height = svg.lines(12, y + 18, note, size=11.5, fill=GREY)
    return str(svg)


def league_html(
    treatments: Sequence[str],
    network: Cells,
    *,
    lang: Language,
    measure: str,
    direct: Cells | None = None,
    title: str = "",
) -> str:
    """The league table as an HTML ``<table>``: headings with scope, figures as text.

    Each cell carries ``data-sort`` (the plain number) so that a page can sort by a column; cells
    whose interval excludes no effect have the class ``above`` or ``below``.
    """
    log = words.is_ratio(measure)
    null = words.null_value(measure) or 0.0
    heading = title or lang.text(
        "League table: {measure}", measure=words.measure_name(lang, measure)
    )
    note = _notes(lang, measure, direct is not None)
    out = [
        f'<table class="league"><caption>{clean(heading)}. {clean(note)}</caption>',
        f'<thead><tr><th scope="col">{clean(lang.text("Treatment"))}</th>',
        *(f'<th scope="col">{clean(t)}</th>' for t in treatments),
        "</tr></thead><tbody>",
    ]
    for treatment, row in zip(treatments, _grid(treatments, network, direct, log), strict=True):
        out.append(f'<tr><th scope="row">{clean(treatment)}</th>')
        for other, cell in zip(treatments, row, strict=True):
            if cell is None:
                out.append(f"<td>{'—' if other == treatment else ''}</td>")
                continue
            estimate, bounds = _said(cell, lang, null)
            shown = f"{clean(estimate)}<br><small>{clean(bounds)}</small>"
            if cell.href:
                shown = f'<a href="{clean(cell.href)}">{shown}</a>'
            kind = {1: ' class="above"', -1: ' class="below"', 0: ""}[_clear(cell, null)]
            out.append(f'<td data-sort="{cell.estimate:.12g}"{kind}>{shown}</td>')
        out.append("</tr>")
    out.append("</tbody></table>")
    return "".join(out)
