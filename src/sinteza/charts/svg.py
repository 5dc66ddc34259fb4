"""A small SVG builder: text stays text, every chart has a title and a description.

Colors are Okabe and Ito's, told apart by the color-blind (Okabe M, Ito K. Color Universal
Design, 2008); shapes repeat what color says. A chart that holds links is a ``graphics-document``
(its rows can be reached by keyboard), one that holds none is an ``img``.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable
from html import escape

BLACK = "#1a1a1a"
GREY = "#5f6368"
LIGHT = "#d5d8dc"
PALE = "#f1f3f4"
WHITE = "#ffffff"
BLUE = "#0072b2"
ORANGE = "#d55e00"
GREEN = "#007a5a"
SKY = "#56b4e9"
AMBER = "#e69f00"
PINK = "#b3588c"
LINK = "#004c78"
PALETTE = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY, BLACK)
DASHES = (None, "7 3", "2 3", "9 3 2 3", "1 2", "12 4", "4 4")

# Advance widths in units of the font size, measured in a browser with DejaVu Sans: the widest of
# the sans serifs a reader may have, so that a layout made for it holds with Arial and Helvetica.
_WIDTHS = {
    character: width
    for width, characters in {
        0.28: "ijlîí",
        0.32: " ,.·’'\u00a0IJÎ",
        0.36: "/:;\\|f",
        0.40: "-()[]tț",
        0.42: "!r²³⁰¹⁴⁵⁶⁷⁸⁹",
        0.50: '"*_`–“”„',
        0.56: "?szș⁻Lcç",
        0.60: "Fkχvxy",
        0.62: "PTYaeoăâȚéöáóτ",
        0.64: "$0123456789ESbdghnpqu{}Șüñúµ",
        0.70: "KαABCRVXZĂÂ",
        0.78: "UHN&DG",
        0.82: "OQw",
        0.84: "#+<=>^~−≥≤≠∞×±→←",
        0.88: "M",
        1.00: "%m½@W—…",
    }.items()
    for character in characters
}
_OTHER = 1.0
_WORD = re.compile(r"[^ \t\n\r\f\v\x1c-\x1f\u2028\u2029]+")
_BOLD = 1.12
# What XML 1.0 cannot hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels that a text needs at most, in a common sans serif of that size."""
    units = sum(
        _WIDTHS.get(
            c,
            0.64 if (c.isascii() and c.isprintable()) or (c.isalpha() and c < "\u1000") else _OTHER,
        )
        for c in text
    )
    return units * size * (_BOLD if bold else 1)


def widest(texts: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Width of the widest of several texts; 0 when there is none."""
    return max((text_width(text, size, bold=bold) for text in texts), default=0.0)


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """A word too long for a line, cut; after a hyphen, slash or colon where there is one."""
    pieces: list[str] = []
    while text_width(word, size, bold=bold) > width and len(word) > 1:
        room = 1
        while room < len(word) and text_width(word[: room + 1], size, bold=bold) <= width:
            room += 1
        natural = max(word.rfind(mark, 0, room) for mark in "-/_:") + 1
        if natural > 1:
            pieces.append(word[:natural])
            word = word[natural:]
        elif room > 3:
            room -= 1
            while room > 1 and text_width(word[:room] + "-", size, bold=bold) > width:
                room -= 1
            pieces.append(word[:room] + "-")
            word = word[room:]
        else:
            pieces.append(word[:room])
            word = word[room:]
    return [*pieces, word]


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit; a word wider than a line is cut.

    A no-break space keeps its neighbors together.
    """
    lines: list[str] = []
    line = ""
    for word in _WORD.findall(text):
        longer = f"{line} {word}".strip()
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width, size, bold=bold)
        lines.extend(full)
    return [*lines, line] if line else lines


def clean(text: str) -> str:
    """A text as XML can hold it: escaped, without control characters."""
    return escape(_NOT_XML.sub("\ufffd", text))


class Svg:
    """Collects shapes; ``str()`` gives the document. Coordinates are pixels from the top left.

    ``title`` and ``description`` are read aloud by screen readers. ``name`` is the prefix of the
    ids, which must differ within one page; left out, it is made from the content.
    """

    def __init__(
        self,
        width: float,
        height: float,
        *,
        title: str,
        description: str,
        name: str | None = None,
    ) -> None:
        self.width = width
        self.height = height
        self._title = title
        self._description = description
        self._id = name
        self._parts: list[str] = []
        self._linked = False

    @staticmethod
    def _attributes(values: dict[str, object]) -> str:
        out = []
        for key, value in values.items():
            if value is None:
                continue
            name = key.rstrip("_").replace("_", "-")
            if isinstance(value, float):
                if not math.isfinite(value):
                    raise ValueError(f"{name} of a shape must be finite, not {value}")
                shown = f"{value:.2f}".rstrip("0").rstrip(".")
                shown = "0" if shown == "-0" else shown
            else:
                shown = str(value)
            out.append(f' {name}="{clean(shown)}"')
        return "".join(out)

    def add(self, tag: str, *, tip: str | None = None, **attributes: object) -> None:
        """An element without content; ``tip`` is shown under the pointer."""
        if tip:
            self._parts.append(
                f"<{tag}{self._attributes(attributes)}><title>{clean(tip)}</title></{tag}>"
            )
        else:
            self._parts.append(f"<{tag}{self._attributes(attributes)}/>")

    def raw(self, markup: str) -> None:
        """Markup as it is."""
        self._parts.append(markup)

    def open(self, tag: str = "g", **attributes: object) -> None:
        """Begin a group, ended by :meth:`close`."""
        self._parts.append(f"<{tag}{self._attributes(attributes)}>")

    def close(self, tag: str = "g") -> None:
        """End a group."""
        self._parts.append(f"</{tag}>")

    def open_link(self, href: str | None, label: str = "") -> None:
        """Begin what a link covers; without ``href`` a plain group. Ended by ``close_link``."""
        if href:
            self._linked = True
            self.open("a", href=href, aria_label=label or None)
        else:
            self.open()

    def close_link(self, href: str | None) -> None:
        """End what :meth:`open_link` began with the same ``href``."""
        self.close("a" if href else "g")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        anchor: str = "start",
        weight: str | None = None,
        fill: str | None = None,
        href: str | None = None,
        linked: bool = False,
        **more: object,
    ) -> None:
        """A line of text; with ``href`` a link; ``linked`` only looks like one (underlined)."""
        if not text:
            return
        attributes = self._attributes(
            {
                "x": float(x),
                "y": float(y),
                "font-size": size,
                "text-anchor": None if anchor == "start" else anchor,
                "font-weight": weight,
                "fill": fill or (LINK if href or linked else BLACK),
                "text-decoration": "underline" if href or linked else None,
                **more,
            }
        )
        markup = f"<text{attributes}>{clean(text)}</text>"
        if href:
            self._linked = True
            markup = f'<a href="{clean(href)}">{markup}</a>'
        self._parts.append(markup)

    def lines(
        self,
        x: float,
        y: float,
        lines: Iterable[str],
        *,
        size: float = 13,
        leading: float = 1.25,
        **more: object,
    ) -> float:
        """Lines of text under each other; the baseline of the next one."""
        for line in lines:
            self.text(x, y, line, size=size, **more)  # type: ignore[arg-type]  # text's own keywords
            y += leading * size
        return y

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
            **more,  # type: ignore[arg-type]  # attributes
        )

    def rect(self, x: float, y: float, width: float, height: float, **more: object) -> None:
        """A rectangle."""
        self.add("rect", x=float(x), y=float(y), width=float(width), height=float(height), **more)  # type: ignore[arg-type]  # attributes

    def circle(self, x: float, y: float, radius: float, **more: object) -> None:
        """A circle."""
        self.add("circle", cx=float(x), cy=float(y), r=float(radius), **more)  # type: ignore[arg-type]  # attributes

    def polygon(self, points: Iterable[tuple[float, float]], **more: object) -> None:
        """A closed shape."""
        self.add("polygon", points=_points(points), **more)  # type: ignore[arg-type]  # attributes

    def polyline(
        self,
        points: Iterable[tuple[float, float]],
        *,
        stroke: str = BLACK,
        width: float = 1.5,
        dash: str | None = None,
        **more: object,
    ) -> None:
        """A line through points."""
        self.add(
            "polyline",
            points=_points(points),
            fill="none",
            stroke=stroke,
            stroke_width=width,
            stroke_dasharray=dash,
            **more,  # type: ignore[arg-type]  # attributes
        )

    def path(self, d: str, **more: object) -> None:
        """A path."""
        self.add("path", d=d, **more)  # type: ignore[arg-type]  # attributes

    def mark(self, shape: int, x: float, y: float, radius: float, **more: object) -> None:
        """One of seven shapes of about the same area, so that color never speaks alone."""
        r = radius
        kind = shape % 7
        if kind == 0:
            self.circle(x, y, r, **more)
        elif kind == 1:
            self.rect(x - 0.89 * r, y - 0.89 * r, 1.78 * r, 1.78 * r, **more)
        else:
            corners = {
                2: [(0, -1.35), (1.17, 0.68), (-1.17, 0.68)],
                3: [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
                4: [(0, 1.35), (1.17, -0.68), (-1.17, -0.68)],
                5: [(0, -1.15), (1.09, -0.36), (0.68, 0.93), (-0.68, 0.93), (-1.09, -0.36)],
                6: [(0.5, -1.1), (-0.5, -1.1), (-1.1, 0), (-0.5, 1.1), (0.5, 1.1), (1.1, 0)],
            }[kind]
            self.polygon([(x + dx * r, y + dy * r) for dx, dy in corners], **more)

    def __str__(self) -> str:
        body = "".join(self._parts)
        name = self._id or f"c{zlib.crc32((self._title + self._description + body).encode()):08x}"
        title_id, description_id = f"{name}-title", f"{name}-desc"
        role = "graphics-document document" if self._linked else "img"
        style = (
            f"<style>#{name} a:hover text{{text-decoration:underline}}"
            f"#{name} a:focus-visible{{outline:3px solid {AMBER}}}</style>"
            if self._linked
            else ""
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" '
            f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" '
            f'width="{self.width:.0f}" height="{self.height:.0f}" role="{role}" '
            f'aria-labelledby="{title_id} {description_id}" '
            'font-family="Helvetica, Arial, sans-serif">'
            f'<title id="{title_id}">{clean(self._title)}</title>'
            f'<desc id="{description_id}">{clean(self._description)}</desc>{style}'
            f'<rect width="{self.width:.0f}" height="{self.height:.0f}" fill="{WHITE}"/>'
            f"{body}</svg>"
        )


def _points(points: Iterable[tuple[float, float]]) -> str:
    listed = list(points)
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in listed):
        raise ValueError("the points of a shape must be finite")
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in listed)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round positions on a linear axis that lie within ``low`` to ``high``."""
    raw = (high - low) / most
    if not raw > 0 or not math.isfinite(raw):
        return [low]
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9)), raw)
    if not step > 0 or max(abs(low), abs(high)) / step > 1e12:
        return [low, high]
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round positions on a ratio axis (both bounds above zero)."""
    bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))

    def within(value: float) -> bool:
        return low * (1 - 1e-9) <= value <= high * (1 + 1e-9)

    # Whole decades only, every second, third, ... of them, always through 1.
    every = math.ceil((top - bottom + 1) / most)
    best = [10.0**p for p in range(bottom, top + 1) if p % every == 0 and within(10.0**p)]
    for steps in ((1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        found = [m * 10.0**p for p in range(bottom, top + 1) for m in steps if within(m * 10.0**p)]
        if len(best) < len(found) <= most:
            best = found
    if len(best) < 3:
        best = ticks(low, high, min(most, 5))
    return [float(f"{value:.6g}") for value in best] or [low, high]
