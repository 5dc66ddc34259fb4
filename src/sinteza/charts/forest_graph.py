"""The graph of a forest plot: squares, diamonds, intervals and the axis under them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sinteza.charts.forest_table import BIAS, SIZE, ForestRow, ForestTable, Line, Summary
from sinteza.charts.scale import Scale, draw_x_axis
from sinteza.charts.svg import BLACK, BLUE, GREY, ORANGE, Svg, text_width, wrap

_SMALL = 11.5


@dataclass
class ForestGraph:
    """Draws the marks of a table into a picture, at the pixels of a scale."""

    table: ForestTable
    svg: Svg
    scale: Scale

    def bar(
        self,
        y: float,
        low: float | None,
        high: float | None,
        **more: object,
    ) -> None:
        """An interval; an arrow head where it leaves the axis."""
        if low is None or high is None or math.isnan(low) or math.isnan(high) or low > high:
            return
        if high < self.scale.low or low > self.scale.high:
            # Wholly outside: only an arrow at the edge it lies beyond.
            ends = (
                (self.scale.start, self.scale.start + 14)
                if high < self.scale.low
                else (self.scale.end - 14, self.scale.end)
            )
        else:
            ends = (self.scale(low), self.scale(high))
        self.svg.line(ends[0], y, ends[1], y, **more)  # type: ignore[arg-type]  # attributes of a line
        self.arrows(y, low, high, str(more.get("stroke", BLACK)))

    def arrows(self, y: float, low: float, high: float, color: str) -> None:
        """Arrow heads where an interval leaves the axis."""
        for value, x, way in ((low, self.scale.start, -1), (high, self.scale.end, 1)):
            if (value < self.scale.low and way < 0) or (value > self.scale.high and way > 0):
                self.svg.polygon([(x + way * 6, y), (x, y - 4), (x, y + 4)], fill=color)

    def study(self, y: float, row: ForestRow) -> None:
        """The square, its area by weight, and the interval."""
        if row.estimate is None or math.isnan(row.estimate):
            return
        self.bar(y, row.ci_low, row.ci_high, stroke=BLACK, width=1.3)
        if not self.scale.holds(row.estimate):
            return
        heaviest = max((r.weight or 0.0 for r in self.table.rows), default=0.0)
        share = (row.weight or 0.0) / heaviest if heaviest > 0 else 0.35
        side = 4.0 + 9.0 * math.sqrt(min(1.0, max(0.0, share)))
        x = self.scale(row.estimate)
        self.svg.rect(x - side / 2, y - side / 2, side, side, fill=BLUE)

    def summary(self, y: float, summary: Summary, total: bool) -> None:
        """The diamond from the lower to the upper bound."""
        middle, low, high = summary.estimate, summary.ci_low, summary.ci_high
        if middle is None or math.isnan(middle):
            return
        left = self.scale(middle if low is None else low)
        right = self.scale(middle if high is None else high)
        half = 7.0 if total else 6.0
        at = min(max(self.scale(middle), left), right)
        left, right = min(left, at - 1.5), max(right, at + 1.5)
        if low is not None and high is not None:
            self.arrows(y, low, high, BLACK if total else GREY)
        self.svg.polygon(
            [(left, y), (at, y - half), (right, y), (at, y + half)],
            fill=BLACK if total else GREY,
        )

    def prediction(self, y: float, summary: Summary) -> None:
        """A flat bar with end marks, unlike any study's line."""
        low, high = summary.prediction_low, summary.prediction_high
        self.bar(y, low, high, stroke=ORANGE, width=4)
        for value in (low, high):
            if value is not None and self.scale.holds(value):
                self.svg.line(
                    self.scale(value), y - 5, self.scale(value), y + 5, stroke=ORANGE, width=2
                )

    def reference(self, top: float, bottom: float) -> None:
        """The line of no effect, and the dashed line of the pooled estimate."""
        if self.table.null is not None and self.scale.holds(self.table.null):
            self.svg.line(
                self.scale(self.table.null), top, self.scale(self.table.null), bottom, stroke=GREY
            )
        pooled = self.table.overall.estimate if self.table.overall else None
        if pooled is not None and self.scale.holds(pooled):
            x = self.scale(pooled)
            self.svg.line(x, top, x, bottom, stroke=GREY, dash="3 3", width=0.8)

    def line(self, y: float, line: Line) -> None:
        """What a line shows in the graph."""
        if line.kind == "study" and line.row is not None:
            self.study(y, line.row)
        elif line.kind == "summary" and line.summary is not None:
            self.summary(y, line.summary, line.total)
        elif line.kind == "prediction" and line.summary is not None:
            self.prediction(y, line.summary)

    def axis(self, y: float, left: float, right: float) -> float:
        """The axis, what lies on either side of no effect and the axis label; the bottom."""
        bottom = draw_x_axis(self.svg, self.scale, y, self.table.lang, size=_SMALL)
        if (
            self.table.favors is not None
            and self.table.null is not None
            and self.scale.holds(self.table.null)
        ):
            bottom = self._favors(
                self.scale(self.table.null), self.table.favors, bottom + 18, left, right
            )
        label = f"{self.table.measure_name}, {self.table.ci_name}"
        if self.table.log:
            label += f" ({self.table.lang.text('log scale')})"
        if self.table.model:
            label += f"; {self.table.model}"
        middle = (left + right) / 2
        return self.svg.lines(
            middle,
            bottom + 20,
            wrap(label, right - left, _SMALL),
            size=_SMALL,
            anchor="middle",
            fill=GREY,
        )

    def _favors(
        self, null: float, said: tuple[str, str], y: float, left: float, right: float
    ) -> float:
        """What lies on either side: beside no effect where both fit, else at the ends; bottom."""
        widths = [text_width(part, _SMALL) for part in said]
        if widths[0] <= null - left - 8 and widths[1] <= right - null - 8:
            self.svg.text(null - 8, y, said[0], size=_SMALL, anchor="end")
            self.svg.text(null + 8, y, said[1], size=_SMALL)
            return y
        half = (right - left) / 2 - 8
        before = wrap(f"←\u00a0{said[0]}", half, _SMALL)
        after = wrap(f"{said[1]}\u00a0→", half, _SMALL)
        self.svg.lines(left, y, before, size=_SMALL)
        self.svg.lines(right, y, after, size=_SMALL, anchor="end")
        return y + 1.25 * _SMALL * (max(len(before), len(after)) - 1)

    def bias(self, x: float, y: float, row: ForestRow) -> None:
        """A circle with a sign per domain."""
        for i, (domain, judgment) in enumerate(
            zip(self.table.domains, row.risk_of_bias, strict=False)
        ):
            if judgment not in BIAS:
                continue
            sign, color, ink, said = BIAS[judgment]
            at = x + 22 * i + 9
            self.svg.circle(at, y, 8, fill=color, tip=f"{domain}: {self.table.lang.text(said)}")
            self.svg.text(at, y + 4.5, sign, size=SIZE, anchor="middle", weight="bold", fill=ink)
