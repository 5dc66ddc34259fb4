"""Diagnostic accuracy in ROC space: studies, the summary curve, the summary point's regions.

Reitsma JB, Glas AS, Rutjes AWS, Scholten RJPM, Bossuyt PM, Zwinderman AH. J Clin Epidemiol
2005;58:982-90. Curve and regions come as points, computed by the statistics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sinteza.charts import words
from sinteza.charts.plot import Axis, Key, Plot
from sinteza.charts.svg import BLACK, BLUE, DASHES, GREY, ORANGE
from sinteza.i18n import Language


@dataclass(frozen=True)
class AccuracyPoint:
    """A study: its sensitivity and specificity (fractions of one), ``size`` its participants."""

    label: str
    sensitivity: float
    specificity: float
    size: float = 1.0
    href: str | None = None


def sroc(
    points: Sequence[AccuracyPoint],
    *,
    lang: Language,
    summary: AccuracyPoint | None = None,
    curve: Sequence[tuple[float, float]] = (),
    confidence: Sequence[tuple[float, float]] = (),
    prediction: Sequence[tuple[float, float]] = (),
    level: float = 0.95,
    title: str = "",
    name: str | None = None,
) -> str:
    """A summary ROC plot as SVG.

    ``curve`` and the outlines of the ``confidence`` and ``prediction`` regions are pairs of
    (1 - specificity, sensitivity).
    """
    shown = [p for p in points if 0 <= p.sensitivity <= 1 and 0 <= p.specificity <= 1]
    description = words.studies(lang, len(shown))
    if summary is not None:
        said = lang.text(
            "sensitivity {sensitivity}, specificity {specificity}",
            sensitivity=lang.percent(summary.sensitivity, 1),
            specificity=lang.percent(summary.specificity, 1),
        )
        description = f"{description}, {said}"
    plot = Plot(
        Axis(0.0, 1.0, lang.text("1 − specificity")),
        Axis(0.0, 1.0, lang.text("Sensitivity")),
        lang=lang,
        title=title or lang.text("Summary ROC curve"),
        description=description,
        width=380,
        height=380,
        name=name,
    )
    plot.curve([(0, 0), (1, 1)], color=GREY, width=0.8, dash=DASHES[2])
    percent = lang.percent(level)
    for outline, dash, said in (
        (prediction, DASHES[2], lang.text("{level} prediction region", level=percent)),
        (confidence, DASHES[1], lang.text("{level} confidence region", level=percent)),
    ):
        if len(outline) > 2:
            plot.curve([*outline, outline[0]], color=ORANGE, dash=dash)
            plot.key(Key(said, ORANGE, dash=dash))
    if len(curve) > 1:
        plot.curve(curve, color=BLACK, width=2)
        plot.key(Key(lang.text("summary curve"), BLACK))
    largest = max([p.size for p in shown if math.isfinite(p.size)], default=1.0) or 1.0
    for p in sorted(shown, key=lambda p: (-p.size, p.label)):
        share = min(1.0, max(0.0, p.size / largest)) if math.isfinite(p.size) else 1.0
        tip = f"{p.label}: {lang.percent(p.sensitivity, 1)}; {lang.percent(p.specificity, 1)}"
        plot.point(
            1 - p.specificity,
            p.sensitivity,
            radius=2.5 + 8 * math.sqrt(share),
            color=BLUE,
            opacity=0.55,
            tip=tip,
            href=p.href,
        )
    plot.key(Key(lang.text("study; area: participants"), BLUE, shape=0))
    if summary is not None:
        plot.point(
            1 - summary.specificity,
            summary.sensitivity,
            radius=7,
            shape=3,
            color=ORANGE,
            tip=description,
        )
        plot.key(Key(lang.text("summary point"), ORANGE, shape=3))
    return plot.finish()
