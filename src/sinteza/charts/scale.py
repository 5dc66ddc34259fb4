"""From values to pixels: linear and logarithmic axes, and the range an axis should show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sinteza.charts import words
from sinteza.charts.svg import BLACK, GREY, LIGHT, Svg, log_ticks, text_width, ticks
from sinteza.i18n import Language


@dataclass(frozen=True)
class Scale:
    """An axis from ``low`` (at pixel ``start``) to ``high`` (at pixel ``end``)."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def _at(self, value: float) -> float:
        if not self.log:
            return value
        return math.log(value) if value > 0 else -math.inf

    def fraction(self, value: float) -> float:
        """Where a value lies: 0 at ``low``, 1 at ``high``; beyond them outside 0 to 1."""
        low, high, at = self._at(self.low), self._at(self.high), self._at(value)
        # Halved, so that a range near the largest float does not overflow.
        return (at / 2 - low / 2) / (high / 2 - low / 2)

    def __call__(self, value: float) -> float:
        """The pixel of a value, held at the ends."""
        share = self.fraction(value)
        share = 0.0 if math.isnan(share) else min(1.0, max(0.0, share))
        return self.start + share * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, most: int = 6) -> list[float]:
        """Round values on the axis."""
        if self.log:
            return log_ticks(self.low, self.high, most + 1)
        return ticks(self.low, self.high, most)


def usable(values: Iterable[float | None], *, log: bool = False) -> list[float]:
    """The values an axis can show: finite, and above zero for a logarithmic one."""
    return [v for v in values if v is not None and math.isfinite(v) and (not log or v > 0)]


def value_range(
    inner: Sequence[float],
    outer: Sequence[float] = (),
    *,
    log: bool = False,
    null: float | None = None,
    stretch: float = 2.2,
) -> tuple[float, float]:
    """The range of an axis: all ``inner`` values, and ``outer`` ones (bounds) as far as sensible.

    Bounds widen the range to at most ``stretch`` times the tenth and ninetieth percentile of their
    distance from the middle; one very wide interval is then clipped with an arrow and does not
    press the others together. Units are those of the values.
    """

    def to(v: float) -> float:
        return math.log(v) if log else v

    def back(v: float) -> float:
        return math.exp(min(700.0, max(-700.0, v))) if log else v

    seen = [to(v) for v in usable(inner, log=log)]
    bounds = [to(v) for v in usable(outer, log=log)]
    if null is not None and (not log or null > 0):
        seen.append(to(null))
    if not seen and not bounds:
        return (0.1, 10.0) if log else (-1.0, 1.0)
    middle = sorted(seen or bounds)[len(seen or bounds) // 2]
    reach = sorted(abs(b - middle) for b in bounds)
    cap = stretch * reach[int(0.8 * (len(reach) - 1))] if reach else 0.0
    if log:
        cap = min(cap, math.log(1000.0))
        seen = [min(middle + math.log(1e5), max(middle - math.log(1e5), v)) for v in seen]
    low = min([*seen, *(max(b, middle - cap) for b in bounds)])
    high = max([*seen, *(min(b, middle + cap) for b in bounds)])
    margin = 0.04 * (high / 2 - low / 2) * 2
    least = math.log(1.5) if log else max(abs(low), abs(high)) * 1e-6
    if high - low <= least:
        margin = least / 2 or 0.5
    low, high = low - margin, high + margin
    if not log:
        low, high = max(low, -1e300), min(high, 1e300)
    return back(low), back(high)


def draw_x_axis(
    svg: Svg,
    scale: Scale,
    y: float,
    lang: Language,
    *,
    label: str = "",
    size: float = 12,
    grid_top: float | None = None,
) -> float:
    """The horizontal axis at ``y`` with ticks that never touch; the baseline below the labels."""
    svg.line(scale.start, y, scale.end, y, stroke=GREY)
    shown = [v for v in scale.ticks(max(3, int((scale.end - scale.start) / 50))) if scale.holds(v)]
    taken = -math.inf
    for value in sorted(shown):
        written = words.tick_label(lang, value)
        x = scale(value)
        svg.line(x, y, x, y + 5, stroke=GREY)
        if grid_top is not None:
            svg.line(x, grid_top, x, y, stroke=LIGHT, width=0.7)
        half = text_width(written, size) / 2
        x = max(half + 2, min(x, svg.width - half - 2))  # never over the edge of the picture
        if x - half > taken + 4:
            svg.text(x, y + 6 + size, written, size=size, anchor="middle", fill=BLACK)
            taken = x + half
    bottom = y + 6 + size
    if label:
        bottom += 6 + size
        svg.text((scale.start + scale.end) / 2, bottom, label, size=size + 1, anchor="middle")
    return bottom


def draw_y_axis(
    svg: Svg, scale: Scale, x: float, lang: Language, *, label: str = "", size: float = 12
) -> None:
    """The vertical axis at ``x``; its label is turned, left of the ticks."""
    svg.line(x, scale.start, x, scale.end, stroke=GREY)
    far = 0.0
    taken = math.inf
    for value in sorted(scale.ticks(6), key=scale, reverse=True):
        if not min(scale.low, scale.high) <= value <= max(scale.low, scale.high):
            continue
        y = scale(value)
        written = words.tick_label(lang, value)
        svg.line(x - 5, y, x, y, stroke=GREY)
        if y + size < taken:
            svg.text(x - 8, y + 0.36 * size, written, size=size, anchor="end")
            taken = y
            far = max(far, text_width(written, size))
    if label:
        middle = (scale.start + scale.end) / 2
        at = x - 8 - far - 10
        svg.text(
            at,
            middle,
            label,
            size=size + 1,
            anchor="middle",
            transform=f"rotate(-90 {at:.2f} {middle:.2f})",
        )
