"""A small SVG builder: text stays text, every chart has a title and a description.

Colors are Okabe and Ito's, told apart by the colour-blind (Okabe M, Ito K. Color Universal
Design, 2008); shapes repeat what colour says.
"""

from __future__ import annotations

from html import escape

BLACK = "#1a1a1a"
GREY = "#5f6368"
LIGHT = "#d5d8dc"
BLUE = "#0072b2"
ORANGE = "#d55e00"
GREEN = "#007a5a"
SKY = "#56b4e9"
AMBER = "#e69f00"
PINK = "#b3588c"
PALETTE = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY, BLACK)

# Average width of a character in units of the font size: Arial/Helvetica-like sans serif.
_NARROW = set("iljtfrI.,:;'|!()[] ")
_WIDE = set("mwMWQGOD%@—")


def text_width(text: str, size: float) -> float:
    """Estimated width in pixels; within about 6 % of a sans serif of that size."""
    units = sum(0.32 if c in _NARROW else 0.86 if c in _WIDE else 0.56 for c in text)
    return units * size


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


class Svg:
    """Collects shapes; ``str()`` gives the document. Coordinates are pixels from the top left."""

    def __init__(
        self, width: float, height: float, *, title: str, description: str, name: str = "chart"
    ) -> None:
        self.width = width
        self.height = height
        self._title = title
        self._description = description
        self._id = name
        self._parts: list[str] = []

    @staticmethod
    def _attributes(values: dict[str, object]) -> str:
        out = []
        for key, value in values.items():
            if value is None:
                continue
            name = key.rstrip("_").replace("_", "-")
            shown = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
            out.append(f' {name}="{escape(str(shown))}"')
        return "".join(out)

    def add(self, tag: str, **attributes: object) -> None:
        """An element without content."""
        self._parts.append(f"<{tag}{self._attributes(attributes)}/>")

    def raw(self, markup: str) -> None:
        """Markup as it is."""
        self._parts.append(markup)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        anchor: str = "start",
        weight: str | None = None,
        fill: str = BLACK,
        href: str | None = None,
        **more: object,
    ) -> None:
        """A line of text; with ``href`` a link."""
        attributes = self._attributes(
            {
                "x": x,
                "y": y,
                "font-size": size,
                "text-anchor": None if anchor == "start" else anchor,
                "font-weight": weight,
                "fill": fill,
                **more,
            }
        )
        markup = f"<text{attributes}>{escape(text)}</text>"
        self._parts.append(f'<a href="{escape(href)}">{markup}</a>' if href else markup)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        stroke: str = BLACK,
        width: float = 1,
        dash: str | None = None,
        **more: object,
    ) -> None:
        """A straight line."""
        self.add(
            "line",
            x1=float(x1),
            y1=float(y1),
            x2=float(x2),
            y2=float(y2),
            stroke=stroke,
            stroke_width=width,
            stroke_dasharray=dash,
            **more,
        )

    def rect(self, x: float, y: float, width: float, height: float, **more: object) -> None:
        """A rectangle."""
        self.add("rect", x=float(x), y=float(y), width=float(width), height=float(height), **more)

    def circle(self, x: float, y: float, radius: float, **more: object) -> None:
        """A circle."""
        self.add("circle", cx=float(x), cy=float(y), r=float(radius), **more)

    def polygon(self, points: list[tuple[float, float]], **more: object) -> None:
        """A closed shape."""
        self.add("polygon", points=" ".join(f"{x:.2f},{y:.2f}" for x, y in points), **more)

    def path(self, d: str, **more: object) -> None:
        """A path."""
        self.add("path", d=d, **more)

    def __str__(self) -> str:
        title_id, description_id = f"{self._id}-title", f"{self._id}-desc"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img" '
            f'aria-labelledby="{title_id} {description_id}" '
            'font-family="Helvetica, Arial, sans-serif">'
            f'<title id="{title_id}">{escape(self._title)}</title>'
            f'<desc id="{description_id}">{escape(self._description)}</desc>'
            + "".join(self._parts)
            + "</svg>"
        )


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round positions on a linear axis that cover ``low`` to ``high``."""
    import math

    if not high > low:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Round positions on a ratio axis (both bounds above zero)."""
    import math

    for steps in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)):
        found = [
            m * 10.0**p
            for p in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for m in steps
            if low * (1 - 1e-9) <= m * 10.0**p <= high * (1 + 1e-9)
        ]
        if len(found) >= 4:
            return found
    return found or [low, high]
