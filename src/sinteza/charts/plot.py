"""A framed area with two axes, marks, labels that do not collide, and a legend under it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sinteza.charts import words
from sinteza.charts.scale import Scale, draw_x_axis, draw_y_axis, usable, value_range
from sinteza.charts.svg import BLACK, BLUE, GREY, WHITE, Svg, text_width, wrap
from sinteza.i18n import Language

_SMALL = 11.5


@dataclass(frozen=True)
class Axis:
    """The range of an axis and what it shows; ``flipped`` puts the low end at the far side."""

    low: float
    high: float
    label: str = ""
    log: bool = False
    flipped: bool = False


@dataclass(frozen=True)
class Key:
    """An entry of the legend: a mark (``shape``), a line (``dash``) or an area (``area``)."""

    label: str
    color: str = BLACK
    shape: int | None = None
    hollow: bool = False
    dash: str | None = None
    area: bool = False


def axis_over(
    values: Sequence[float | None],
    label: str,
    *,
    log: bool = False,
    include: float | None = None,
    bounds: Sequence[float | None] = (),
) -> Axis:
    """An axis that holds all values, and ``include`` with them."""
    low, high = value_range(usable(values, log=log), usable(bounds, log=log), log=log, null=include)
    return Axis(low, high, label, log=log)


class Plot:
    """A chart with an x and a y axis: draw with data coordinates, then ``finish()``.

    ``width`` and ``height`` are those of the framed area in pixels. What lies beyond the axes is
    drawn at their ends by :meth:`at`; use ``holds`` to leave it out.
    """

    def __init__(
        self,
        x: Axis,
        y: Axis,
        *,
        lang: Language,
        title: str,
        description: str,
        width: float = 480,
        height: float = 340,
        name: str | None = None,
    ) -> None:
        self.lang = lang
        self.x_axis, self.y_axis = x, y
        y_scale = Scale(y.low, y.high, 1, 0, log=y.log)
        written = [words.tick_label(lang, v) for v in y_scale.ticks(6)]
        self.left = 12 + max([text_width(w, _SMALL) for w in written] + [10]) + 16
        self.left += 20 if y.label else 0
        self.right = self.left + width
        whole = self.right + 30
        titles = wrap(title, whole - 24, 15, bold=True)
        self.top = 22 + 18.75 * len(titles)
        self.bottom = self.top + height
        self.svg = Svg(whole, 0, title=title, description=description, name=name)
        self.svg.lines(12, 26, titles, size=15, weight="bold")
        self.x = Scale(x.low, x.high, *self._ends(self.left, self.right, x.flipped), log=x.log)
        self.y = Scale(y.low, y.high, *self._ends(self.bottom, self.top, y.flipped), log=y.log)
        self._labels: list[tuple[float, float, str, float]] = []
        self._taken: list[tuple[float, float, float, float]] = []
        self._keys: list[Key] = []

    @staticmethod
    def _ends(start: float, end: float, flipped: bool) -> tuple[float, float]:
        return (end, start) if flipped else (start, end)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a pair of values."""
        return self.x(x), self.y(y)

    def holds(self, x: float, y: float) -> bool:
        """Whether a pair lies inside the frame."""
        return self.x.holds(x) and self.y.holds(y)

    def point(
        self,
        x: float,
        y: float,
        *,
        radius: float = 4.5,
        shape: int = 0,
        color: str = BLUE,
        hollow: bool = False,
        tip: str = "",
        href: str | None = None,
        label: str = "",
        opacity: float | None = None,
    ) -> None:
        """A mark; ``label`` is written beside it where there is room, ``tip`` on hovering."""
        if not self.holds(x, y):
            return
        px, py = self.at(x, y)
        self.svg.open_link(href, tip)
        self.svg.mark(
            shape,
            px,
            py,
            radius,
            fill=WHITE if hollow else color,
            stroke=color if hollow else WHITE,
            stroke_width=1.6 if hollow else 0.7,
            fill_opacity=opacity,
            tip=tip or None,
        )
        self.svg.close_link(href)
        self._taken.append((px - radius, py - radius, px + radius, py + radius))
        if label:
            self._labels.append((px, py, label, radius))

    def curve(
        self,
        points: Sequence[tuple[float, float]],
        *,
        color: str = BLACK,
        width: float = 1.5,
        dash: str | None = None,
        opacity: float | None = None,
    ) -> None:
        """A line through pairs of values, cut where it leaves the frame."""
        run: list[tuple[float, float]] = []
        before: tuple[float, float] | None = None
        for pair in points:
            inside = self.holds(*pair)
            if inside and not run and before is not None:
                run.append(self.at(*before))
            if inside:
                run.append(self.at(*pair))
            elif run:
                run.append(self.at(*pair))
                self._stroke(run, color, width, dash, opacity)
                run = []
            before = pair if all(math.isfinite(v) for v in pair) else None
        self._stroke(run, color, width, dash, opacity)

    def _stroke(
        self,
        run: list[tuple[float, float]],
        color: str,
        width: float,
        dash: str | None,
        opacity: float | None,
    ) -> None:
        if len(run) > 1:
            self.svg.polyline(run, stroke=color, width=width, dash=dash, stroke_opacity=opacity)

    def area(self, points: Sequence[tuple[float, float]], **more: object) -> None:
        """A filled shape in values; corners beyond the axes lie on their ends."""
        self.svg.polygon([self.at(*pair) for pair in points], **more)

    def vertical(self, x: float, *, color: str = GREY, dash: str | None = None) -> None:
        """A line at one x."""
        if self.x.holds(x):
            self.svg.line(self.x(x), self.top, self.x(x), self.bottom, stroke=color, dash=dash)

    def horizontal(self, y: float, *, color: str = GREY, dash: str | None = None) -> None:
        """A line at one y."""
        if self.y.holds(y):
            self.svg.line(self.left, self.y(y), self.right, self.y(y), stroke=color, dash=dash)

    def key(self, entry: Key) -> None:
        """Add to the legend."""
        self._keys.append(entry)

    def _write_labels(self) -> None:
        """Each label where it touches no other label and as little as possible of the marks."""
        placed: list[tuple[float, float, float, float]] = []

        def clash(box: tuple[float, float, float, float], others: list[tuple[float, ...]]) -> bool:
            return any(
                box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others
            )

        for px, py, label, radius in self._labels:
            wide, high = text_width(label, _SMALL), _SMALL
            gap = radius + 3
            spots = [
                (px + gap, py + 4),
                (px - gap - wide, py + 4),
                (px - wide / 2, py - gap),
                (px - wide / 2, py + gap + high - 2),
                (px + gap, py - gap),
                (px - gap - wide, py + gap + high - 4),
            ]
            for x, y in spots:
                box = (x - 1, y - high + 1, x + wide + 1, y + 3)
                inside = self.left < box[0] and box[2] < self.right
                inside = inside and self.top < box[1] and box[3] < self.bottom
                marks = [m for m in self._taken if abs((m[0] + m[2]) / 2 - px) > 0.1]
                if inside and not clash(box, [*placed, *marks]):
                    placed.append(box)
                    self.svg.text(x, y, label, size=_SMALL)
                    break

    def finish(self) -> str:
        """Labels, axes and legend; the document."""
        self._write_labels()
        svg = self.svg
        svg.line(self.left, self.bottom, self.left, self.top, stroke=GREY)
        y = draw_x_axis(svg, self.x, self.bottom, self.lang, label=self.x_axis.label, size=_SMALL)
        draw_y_axis(svg, self.y, self.left, self.lang, label=self.y_axis.label, size=_SMALL)
        svg.height = draw_legend(svg, self._keys, 12, y + 12, svg.width - 24) + 4
        return str(svg)


def draw_legend(svg: Svg, keys: Sequence[Key], x: float, y: float, width: float) -> float:
    """Entries beside each other, as many to a line as fit; the bottom."""
    at, base = x, y + 14
    if not keys:
        return y
    for entry in keys:
        lines = wrap(entry.label, width - 30, _SMALL)
        need = 30 + max((text_width(line, _SMALL) for line in lines), default=0) + 18
        if at > x and at + need - 18 > x + width:
            at, base = x, base + 18
        middle = base - 4
        if entry.area:
            svg.rect(at, middle - 6, 20, 12, fill=entry.color, stroke=GREY, stroke_width=0.6)
        elif entry.shape is not None:
            svg.mark(
                entry.shape,
                at + 10,
                middle,
                5,
                fill=WHITE if entry.hollow else entry.color,
                stroke=entry.color,
                stroke_width=1.5,
            )
        else:
            svg.line(at, middle, at + 22, middle, stroke=entry.color, width=1.8, dash=entry.dash)
        bottom = svg.lines(at + 28, base, lines, size=_SMALL)
        if len(lines) > 1:
            at, base = x, bottom + 4
        else:
            at += need
    return base + 6 if at > x else base - 12
