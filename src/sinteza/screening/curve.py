"""The recall curve of a screening as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sinteza.charts.svg import BLUE, GREY, LIGHT, ORANGE, Svg
from sinteza.i18n import Language
from sinteza.screening.simulate import Curve


@dataclass(frozen=True)
class Mark:
    """A vertical line: after so many records a rule would have stopped."""

    label: str
    read: int


def draw(curve: Curve, *, marks: Sequence[Mark] = (), language: Language | None = None) -> str:
    """Recall against the share of records read, beside reading at random and reading perfectly."""
    lang = language or Language()
    left, top, width, height = 64.0, 24.0, 520.0, 320.0
    n, r = max(1, curve.records), max(1, curve.relevant)

    def x(read: float) -> float:
        return left + width * read / n

    def y(recall: float) -> float:
        return top + height * (1 - recall)

    half = lang.percent(curve.recall(0.1))
    svg = Svg(
        left + width + 150,
        top + height + 60,
        title=lang.text("Recall against records read"),
        description=lang.text(
            "{relevant} relevant among {records} records; {share} of them within the first tenth.",
            relevant=lang.integer(curve.relevant),
            records=lang.integer(curve.records),
            share=half,
        ),
        name="recall",
    )
    for step in range(0, 101, 20):
        share = step / 100
        svg.line(left, y(share), left + width, y(share), stroke=LIGHT)
        svg.text(left - 8, y(share) + 4, lang.percent(share), anchor="end", size=12, fill=GREY)
        svg.text(
            x(share * n),
            top + height + 18,
            lang.percent(share),
            anchor="middle",
            size=12,
            fill=GREY,
        )
    svg.line(x(0), y(0), x(n), y(1), stroke=GREY, dash="4 4")
    svg.path(
        f"M{x(0):.1f},{y(0):.1f}L{x(r):.1f},{y(1):.1f}L{x(n):.1f},{y(1):.1f}",
        fill="none",
        stroke=GREY,
        stroke_dasharray="1 3",
    )
    steps = [f"M{x(0):.1f},{y(0):.1f}"]
    for found, rank in enumerate(curve.ranks, 1):
        steps.append(f"H{x(rank):.1f}V{y(found / r):.1f}")
    steps.append(f"H{x(n):.1f}")
    svg.path("".join(steps), fill="none", stroke=BLUE, stroke_width=2)
    for i, mark in enumerate(sorted(marks, key=lambda mark: mark.read)):
        svg.line(x(mark.read), top, x(mark.read), top + height, stroke=ORANGE, dash="6 3")
        level = top + 14 + 18 * i
        svg.text(left + width + 10, level, f"{i + 1}  {mark.label}", size=11, fill=ORANGE)
        svg.text(x(mark.read) + 3, level, str(i + 1), size=11, fill=ORANGE)
    svg.text(
        left + width / 2,
        top + height + 42,
        lang.text("Records read"),
        anchor="middle",
    )
    svg.text(left, top - 8, lang.text("Recall"))
    return str(svg)
