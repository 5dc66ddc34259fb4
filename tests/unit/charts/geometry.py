"""Reads a chart back: its texts as boxes, in pixels, to see what is clipped or collides."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lxml import etree

from sinteza.charts.svg import text_width

NS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box, slack: float = 0.5) -> bool:
        return (
            self.left + slack < other.right
            and other.left + slack < self.right
            and self.top + slack < other.bottom
            and other.top + slack < self.bottom
        )


def parse(svg: str) -> etree._Element:
    root = etree.fromstring(svg.encode())
    assert root.tag == f"{NS}svg"
    assert root.findtext(f"{NS}title")
    assert root.findtext(f"{NS}desc")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = root.get("aria-labelledby").split()
    assert set(labelled) <= set(ids)
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "d"}:
                assert not re.search("nan|inf", value), (element.tag, name, value)
            if name == "points":
                assert not re.search("nan|inf", value)
            if name in {"width", "height", "r"}:
                assert float(value) >= 0, (element.tag, name, value)
    return root


def boxes(root: etree._Element) -> list[Box]:
    out = []
    for element in root.iter(f"{NS}text"):
        text = "".join(element.itertext())
        size = float(element.get("font-size"))
        width = text_width(text, size, bold=element.get("font-weight") == "bold")
        x, y = float(element.get("x")), float(element.get("y"))
        shift = {None: 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor")]
        left, right = x - shift * width, x + (1 - shift) * width
        top, bottom = y - 0.74 * size, y + 0.2 * size
        corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
        turned = re.match(r"rotate\((\S+) (\S+) (\S+)\)", element.get("transform", ""))
        if turned:
            angle, cx, cy = (float(part) for part in turned.groups())
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            corners = [
                (cx + (px - cx) * cos - (py - cy) * sin, cy + (px - cx) * sin + (py - cy) * cos)
                for px, py in corners
            ]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        out.append(Box(text, min(xs), min(ys), max(xs), max(ys)))
    return out


def check(svg: str) -> etree._Element:
    """Well formed, finite, nothing outside the picture, no text on another."""
    root = parse(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    found = boxes(root)
    for box in found:
        assert box.left >= -1, f"clipped left: {box}"
        assert box.top >= -1, f"clipped above: {box}"
        assert box.right <= width + 1, f"clipped right: {box} of {width}"
        assert box.bottom <= height + 1, f"clipped below: {box} of {height}"
    found.sort(key=lambda box: box.top)
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            if other.top > one.bottom:
                break
            assert not one.overlaps(other), f"{one} on {other}"
    return root


def texts(root: etree._Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{NS}text")]


def links(root: etree._Element) -> list[str]:
    return [element.get("href") for element in root.iter(f"{NS}a")]
