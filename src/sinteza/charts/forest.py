"""Forest plots, laid out as readers of Cochrane reviews know them.

Columns: study, events and totals (or mean, SD, total) of each arm, weight, estimate with interval,
graph, risk of bias. Subgroups have a heading and a diamond of their own. Intervals that leave the
axis end in an arrow. ``layout="narrow"`` puts the graph under each study's name, for phones.
"""

from __future__ import annotations

from collections.abc import Sequence

from sinteza.charts import words
from sinteza.charts.forest_graph import ForestGraph
from sinteza.charts.forest_table import (
    SIZE,
    ArmData,
    EffectTest,
    ForestGroup,
    ForestRow,
    ForestTable,
    Heterogeneity,
    Line,
    Summary,
    forest_sentence,
)
from sinteza.charts.scale import Scale
from sinteza.charts.svg import GREY, LIGHT, PALE, Svg, text_width, widest, wrap
from sinteza.i18n import Language

__all__ = [
    "ArmData",
    "EffectTest",
    "ForestGroup",
    "ForestRow",
    "Heterogeneity",
    "Summary",
    "forest",
    "forest_sentence",
]

_SMALL = 11.5
_GAP = 14.0


def forest(
    groups: Sequence[ForestGroup],
    *,
    lang: Language,
    measure: str,
    overall: Summary | None = None,
    title: str = "",
    heading: str = "",
    arms: tuple[str, str] | None = None,
    favors: tuple[str, str] | None = None,
    level: float = 0.95,
    model: str = "",
    subgroup_test: EffectTest | None = None,
    bias_domains: Sequence[str] = (),
    axis: tuple[float, float] | None = None,
    ratio: bool | None = None,
    digits: int = 2,
    layout: str = "wide",
    description: str = "",
    name: str | None = None,
) -> str:
    """A forest plot as SVG.

    ``measure`` is metafor's code (RR, OR, RD, MD, ...); ratios get a logarithmic axis unless
    ``ratio`` says otherwise. ``heading`` names the rows ("Study"), ``arms`` the two arms,
    ``favors`` what lies left and right of no effect; ``model`` is added to the axis label
    ("random effects, REML"), ``level`` is the level of the intervals, ``axis`` the range shown
    (in units of the measure; made from the data when left out). ``layout`` is ``wide`` or
    ``narrow`` (360 pixels). ``description`` replaces the sentence made from the numbers, ``name``
    prefixes the ids.
    """
    table = ForestTable(
        groups=groups,
        lang=lang,
        measure=measure,
        overall=overall,
        heading=heading or lang.text("Study"),
        arms=arms or (lang.text("Treatment"), lang.text("Control")),
        favors=favors,
        level=level,
        model=model,
        subgroup_test=subgroup_test,
        domains=tuple(bias_domains),
        log=words.is_ratio(measure) if ratio is None else ratio,
        digits=digits,
        axis=axis,
    )
    full_title = title or lang.text("Forest plot: {measure}", measure=table.measure_name)
    said = description or forest_sentence(groups, overall, lang=lang, measure=measure)
    width = 360.0 if layout == "narrow" else 0.0
    svg = Svg(width, 0, title=full_title, description=said, name=name)
    return _draw_narrow(svg, table, full_title) if width else _Wide(table).draw(svg, full_title)


class _Wide:
    """All columns beside each other: where each begins and ends, and how it is drawn."""

    def __init__(self, table: ForestTable) -> None:
        self.table = table
        self.heads, self.per_arm = table.heads()
        lines = table.lines(250.0)
        labels = [
            widest(line.label, SIZE, bold=line.kind == "summary")
            for line in lines
            if line.kind not in {"note", "heading"}
        ]
        label_width = max([120.0, *labels])
        self.arm_heads: list[list[str]] = []
        if self.per_arm:
            named = table.arms[: 1 if table.one_arm else 2]
            self.arm_heads = [wrap(arm, 120.0, _SMALL, bold=True) for arm in named]
        self.widths = self._widths(lines)
        x = 12 + label_width + _GAP
        self.ends: list[float] = []
        for width in self.widths:
            x += width
            self.ends.append(x)
            x += _GAP
        self.estimate_head = [
            part
            for whole in (table.measure_name, f"[{table.ci_name}]")
            for part in wrap(whole, 150, _SMALL, bold=True)
        ]
        self.shown_end = x + max(
            widest([line.shown for line in lines], SIZE, bold=True),
            widest(self.estimate_head, _SMALL, bold=True),
        )
        self.start = self.shown_end + _GAP + 12
        self.end = self.start + 280
        self.bias_x = self.end + 24
        domains = len(table.domains)
        self.width = self.bias_x + (22 * domains + 8 if domains else -4)
        # Notes keep to the left of the graph.
        self.lines = table.lines(label_width, self.start - 30)

    def _widths(self, lines: Sequence[Line]) -> list[float]:
        """The width of each column between the label and the estimate."""
        bold = any(line.kind == "summary" for line in lines)
        widths = []
        for i, head in enumerate(self.heads):
            cells = [line.cells[i] for line in lines if len(line.cells) > i]
            widths.append(max(text_width(head, _SMALL, bold=True), widest(cells, SIZE, bold=bold)))
        for i, name in enumerate(self.arm_heads):
            span = range(i * self.per_arm, (i + 1) * self.per_arm)
            short = widest(name, _SMALL, bold=True) - sum(widths[j] for j in span)
            short -= _GAP * (self.per_arm - 1)
            for j in span:
                widths[j] += max(0.0, short / self.per_arm)
        return widths

    def draw(self, svg: Svg, title: str) -> str:
        """The plot from top to bottom."""
        svg.width = self.width
        lines, table = self.lines, self.table
        titles = wrap(title, self.width - 24, 15, bold=True)
        svg.lines(12, 26, titles, size=15, weight="bold")
        tallest = 1 + max((len(head) for head in self.arm_heads), default=0)
        base = 16.0 + 19 * len(titles) + 15 * max(len(self.estimate_head), tallest)
        self._draw_heads(svg, base)
        top = base + 10
        svg.line(12, top - 2, self.width - 12, top - 2, stroke=GREY)
        low, high = table.axis_range()
        graph = ForestGraph(table, svg, Scale(low, high, self.start, self.end, log=table.log))
        y = graphic = top
        for line in lines:
            if line.kind == "summary":
                svg.rect(12, y + 1, self.width - 24, line.height - 2, fill=PALE)
            y += line.height
            if line.kind != "note":
                graphic = y
        graph.reference(top, graphic)
        y = top
        for line in lines:
            self._draw_line(svg, graph, y, line)
            if line.row is not None and table.domains:
                graph.bias(self.bias_x, y + line.height / 2, line.row)
            y += line.height
        bottom = graph.axis(y + 4, self.start - 24, self.end + 20)
        legend = wrap(table.bias_legend(), self.width - 24, _SMALL)
        svg.height = svg.lines(12, bottom + 4, legend, size=_SMALL)
        return str(svg)

    def _draw_heads(self, svg: Svg, base: float) -> None:
        """The headings of the columns, the last line of each on ``base``."""
        bold = {"size": _SMALL, "leading": 15 / _SMALL}
        svg.text(12, base, self.table.heading, size=_SMALL, weight="bold")
        for at, head in zip(self.ends, self.heads, strict=True):
            svg.text(at, base, head, size=_SMALL, weight="bold", anchor="end")
        for i, name in enumerate(self.arm_heads):
            left = self.ends[i * self.per_arm] - self.widths[i * self.per_arm]
            right = self.ends[(i + 1) * self.per_arm - 1]
            middle, first = (left + right) / 2, base - 15 * len(name)
            svg.lines(middle, first, name, weight="bold", anchor="middle", **bold)
            svg.line(left, base - 11.5, right, base - 11.5, stroke=LIGHT)
        first = base - 15 * (len(self.estimate_head) - 1)
        svg.lines(self.shown_end, first, self.estimate_head, weight="bold", anchor="end", **bold)
        for i in range(len(self.table.domains)):
            at = self.bias_x + 22 * i + 9
            svg.text(at, base, chr(65 + i % 26), size=_SMALL, weight="bold", anchor="middle")

    def _draw_line(self, svg: Svg, graph: ForestGraph, y: float, line: Line) -> None:
        """One line: its label, its cells and its mark."""
        middle = y + line.height / 2
        base = middle + 0.36 * SIZE
        bold = "bold" if line.kind in {"heading", "summary"} else None
        if line.kind == "note":
            first = base - 7.2 * (len(line.label) - 1)
            svg.lines(12, first, line.label, size=_SMALL, fill=GREY)
            return
        svg.open_link(line.href, self.table.tip(line) if line.href else "")
        first = base - 1.25 * SIZE * (len(line.label) - 1) / 2
        svg.lines(12, first, line.label, size=SIZE, weight=bold, linked=bool(line.href))
        for at, cell in zip(self.ends, line.cells, strict=False):
            svg.text(at, base, cell, size=SIZE, anchor="end", weight=bold)
        grey = GREY if line.row is not None and line.row.estimate is None else None
        svg.text(self.shown_end, base, line.shown, size=SIZE, anchor="end", weight=bold, fill=grey)
        graph.line(middle, line)
        svg.close_link(line.href)


def _draw_narrow(svg: Svg, table: ForestTable, title: str) -> str:
    """360 pixels wide: name and figures above, the graph below."""
    left, right = 10.0, 350.0
    y = svg.lines(left, 26, wrap(title, right - left, 15, bold=True), size=15, weight="bold")
    heading = f"{table.measure_name} [{table.ci_name}]"
    if not table.one_arm and (table.binary or table.continuous):
        heading = f"{table.arms[0]} {table.lang.text('vs')} {table.arms[1]}; {heading}"
    y = svg.lines(left, y, wrap(heading, right - left, _SMALL), size=_SMALL, fill=GREY) - 6
    low, high = table.axis_range()
    graph = ForestGraph(table, svg, Scale(low, high, left + 14, right - 14, log=table.log))
    for line in table.lines(right - left):
        y = _draw_narrow_line(graph, y, line, left, right)
    svg.height = graph.axis(y + 4, left, right)
    return str(svg)


def _draw_narrow_line(graph: ForestGraph, y: float, line: Line, left: float, right: float) -> float:
    """One line of the narrow layout; the top of the next."""
    svg, table = graph.svg, graph.table
    bold = line.kind in {"heading", "summary"}
    if line.kind == "note":
        lines = wrap(" ".join(line.label), right - left, _SMALL)
        return svg.lines(left, y + 14, lines, size=_SMALL, fill=GREY) - 10
    shown = text_width(line.shown, SIZE, bold=bold)
    room = right - left - (shown + 10 if shown else 0)
    labels = wrap(" ".join(line.label), max(room, 110), SIZE, bold=bold)
    under = room < 110
    figures = wrap(table.narrow_figures(line), right - left, _SMALL) if line.cells else []
    height = 8 + 16.25 * (len(labels) + under) + 14.4 * len(figures)
    nothing = line.kind == "heading" or (line.row is not None and line.row.estimate is None)
    space = 4.0 if nothing else 20.0
    if bold:
        svg.rect(left - 4, y + 1, right - left + 8, height + space - 2, fill=PALE)
    svg.open_link(line.href, table.tip(line) if line.href else "")
    weight = "bold" if bold else None
    base = svg.lines(left, y + 17, labels, size=SIZE, weight=weight, linked=bool(line.href))
    at = base if under else y + 17
    svg.text(right, at, line.shown, size=SIZE, anchor="end", weight=weight)
    base += 16.25 * under
    svg.lines(left, base - 1, figures, size=_SMALL, fill=GREY)
    if not nothing:
        graph.reference(y + height - 2, y + height + space - 2)
    graph.line(y + height + space / 2 - 2, line)
    svg.close_link(line.href)
    return y + height + space
