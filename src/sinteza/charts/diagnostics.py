"""Charts that look into one meta-analysis: Baujat, radial, L'Abbé, GOSH, drapery.

Baujat B, Mahé C, Pignon JP, Hill C. Stat Med 2002;21:2641-52. Galbraith RF. Technometrics
1988;30:271-81. L'Abbé KA, Detsky AS, O'Rourke K. Ann Intern Med 1987;107:224-33. Olkin I,
Dahabreh IJ, Trikalinos TA. Res Synth Methods 2012;3:214-23. Rücker G, Schwarzer G. Res Synth
Methods 2021;12:8-19.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from sinteza.charts import words
from sinteza.charts.plot import Axis, Key, Plot, axis_over
from sinteza.charts.scale import usable
from sinteza.charts.svg import AMBER, BLACK, BLUE, DASHES, GREY, LIGHT, ORANGE, SKY
from sinteza.i18n import Language


@dataclass(frozen=True)
class StudyPoint:
    """A study at two coordinates, whose meaning each chart says."""

    label: str
    x: float
    y: float
    size: float = 1.0
    href: str | None = None


@dataclass(frozen=True)
class StudyEstimate:
    """A study: ``estimate`` and ``se`` on the scale of the analysis (log for ratios)."""

    label: str
    estimate: float
    se: float
    href: str | None = None


def _finite(points: Sequence[StudyPoint]) -> list[StudyPoint]:
    return [p for p in points if math.isfinite(p.x) and math.isfinite(p.y)]


def _exp(value: float, log: bool) -> float:
    return math.exp(min(690.0, max(-690.0, value))) if log else value


def baujat(
    points: Sequence[StudyPoint], *, lang: Language, title: str = "", name: str | None = None
) -> str:
    """Contribution to heterogeneity (``x``, share of Q) against influence on the result (``y``)."""
    shown = _finite(points)
    top = sorted(shown, key=lambda p: (-p.x, p.label))
    description = words.studies(lang, len(shown))
    if top:
        said = lang.text("{study} contributes most to heterogeneity", study=top[0].label)
        description = f"{description}, {said}"
    plot = Plot(
        axis_over([p.x for p in shown], lang.text("Contribution to heterogeneity (Q)"), include=0),
        axis_over([p.y for p in shown], lang.text("Influence on the pooled result"), include=0),
        lang=lang,
        title=title or lang.text("Baujat plot"),
        description=description,
        name=name,
    )
    # The farthest from the origin are labeled first: they are what the plot is for.
    wide = max([abs(p.x) for p in shown], default=1.0) or 1.0
    high = max([abs(p.y) for p in shown], default=1.0) or 1.0
    for p in sorted(shown, key=lambda p: (-math.hypot(p.x / wide, p.y / high), p.label)):
        tip = f"{p.label}: {words.figure(lang, p.x)}; {words.figure(lang, p.y, 3)}"
        plot.point(p.x, p.y, label=p.label, href=p.href, tip=tip)
    return plot.finish()


def radial(
    studies: Sequence[StudyEstimate],
    *,
    lang: Language,
    measure: str,
    center: float,
    tau2: float = 0.0,
    level: float = 0.95,
    title: str = "",
    name: str | None = None,
) -> str:
    """Galbraith's plot: z value against precision; the slope of a study's ray is its estimate.

    ``center`` and the ``tau2`` added to each variance are on the scale of the analysis.
    """
    log = words.is_ratio(measure)
    shown: list[StudyPoint] = []
    for s in studies:
        spread = math.hypot(s.se, math.sqrt(max(tau2, 0.0)))
        if not math.isfinite(s.estimate) or not 0 < spread < math.inf:
            continue
        point = StudyPoint(s.label, 1 / spread, s.estimate / spread, href=s.href)
        if math.isfinite(point.x) and math.isfinite(point.y):
            shown.append(point)
    reach = max([p.x for p in shown], default=1.0) * 1.05
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = center if math.isfinite(center) else 0.0
    high = axis_over(
        [*(p.y for p in shown), z, -z, middle * reach - z, middle * reach + z], "", include=0
    )
    pooled = words.figure(lang, _exp(center, log))
    plot = Plot(
        Axis(0.0, reach, lang.text("Precision (1 / standard error)")),
        Axis(high.low, high.high, lang.text("z value (estimate / standard error)")),
        lang=lang,
        title=title or lang.text("Radial plot"),
        description=f"{words.studies(lang, len(shown))}, {measure} {pooled}",
        name=name,
    )
    ends = (0.0, reach)
    plot.area(
        [(x, middle * x - z) for x in ends] + [(x, middle * x + z) for x in reversed(ends)],
        fill="#eceff1",
    )
    plot.horizontal(0.0, color=LIGHT)
    plot.curve([(x * reach / 40, middle * x * reach / 40) for x in range(41)], color=BLACK)
    outside = 0
    for p in shown:
        far = abs(p.y - middle * p.x) > z
        outside += far
        value = words.figure(lang, _exp(p.y / p.x, log))
        plot.point(
            p.x,
            p.y,
            color=ORANGE if far else BLUE,
            shape=3 if far else 0,
            label=p.label if far else "",
            tip=f"{p.label}: {measure} {value}",
            href=p.href,
        )
    plot.key(Key(lang.text("pooled estimate ({value})", value=f"{measure} {pooled}")))
    plot.key(
        Key(
            lang.text("{level} of studies expected here", level=lang.percent(level)),
            "#eceff1",
            area=True,
        )
    )
    plot.key(Key(lang.text("study"), BLUE, shape=0))
    if outside:
        plot.key(Key(lang.text("study outside"), ORANGE, shape=3))
    return plot.finish()


def labbe(
    points: Sequence[StudyPoint],
    *,
    lang: Language,
    measure: str = "RR",
    effect: float | None = None,
    arms: tuple[str, str] | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """Risk in the treated arm (``y``) against the control arm (``x``), both fractions of one.

    ``size`` is the number of participants; ``effect`` (RR, OR or RD as shown) draws its curve.
    """
    shown = [p for p in _finite(points) if 0 <= p.x <= 1 and 0 <= p.y <= 1]
    treated, control = arms or (lang.text("Treatment"), lang.text("Control"))
    above = sum(p.y > p.x for p in shown)
    said = lang.text("risk higher with {arm} in {n}", arm=treated, n=lang.integer(above))
    # Rare events would crowd in a corner of the whole square.
    highest = max([max(p.x, p.y) for p in shown], default=1.0)
    top = next((t for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if highest <= 0.95 * t), 1.0)
    plot = Plot(
        Axis(0.0, top, lang.text("Risk: {arm}", arm=control)),
        Axis(0.0, top, lang.text("Risk: {arm}", arm=treated)),
        lang=lang,
        title=title or lang.text("L'Abbé plot"),
        description=f"{words.studies(lang, len(shown))}, {said}",
        width=380,
        height=380,
        name=name,
    )
    plot.curve([(0, 0), (top, top)], color=GREY, width=1)
    plot.key(Key(lang.text("no effect"), GREY))
    if effect is not None and math.isfinite(effect):
        steps = [top * i / 100 for i in range(101)]
        if measure in {"OR", "PETO"}:
            curve = [(p, p * effect / (1 - p + p * effect) if p < 1 else 1.0) for p in steps]
        elif measure == "RD":
            curve = [(p, p + effect) for p in steps]
        else:
            curve = [(p, p * effect) for p in steps]
        plot.curve(curve, color=ORANGE, dash=DASHES[1])
        value = f"{measure} {words.figure(lang, effect)}"
        plot.key(Key(lang.text("pooled estimate ({value})", value=value), ORANGE, dash=DASHES[1]))
    largest = max([p.size for p in shown if math.isfinite(p.size)], default=1.0) or 1.0
    for p in sorted(shown, key=lambda p: (-p.size, p.label)):
        share = min(1.0, max(0.0, p.size / largest)) if math.isfinite(p.size) else 1.0
        plot.point(
            p.x,
            p.y,
            radius=3 + 13 * math.sqrt(share),
            opacity=0.55,
            href=p.href,
            tip=f"{p.label}: {lang.percent(p.y, 1)} / {lang.percent(p.x, 1)}",
        )
    plot.key(Key(lang.text("study; area: participants"), BLUE, shape=0))
    return plot.finish()


def gosh(
    points: Sequence[tuple[float, float]],
    *,
    lang: Language,
    measure: str,
    full: tuple[float, float] | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """All subsets of the studies: estimate (scale of the analysis) against I² (%).

    Subsets are counted in cells, darker where there are more, so that a million of them stay a
    small picture. ``full`` is the result of all studies.
    """
    log = words.is_ratio(measure)
    seen = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    shown = [(_exp(x, log), y) for x, y in seen]
    x_axis = axis_over([x for x, _ in shown], words.measure_name(lang, measure), log=log)
    plot = Plot(
        x_axis,
        Axis(-2.0, 102.0, "I² (%)"),
        lang=lang,
        title=title or lang.text("GOSH plot: every subset of the studies"),
        description=lang.plural("{n} subset", "{n} subsets", len(shown)),
        name=name,
    )
    wide, high = 64, 48
    cells: dict[tuple[int, int], int] = {}
    for x, y in shown:
        i = min(wide - 1, max(0, int(plot.x.fraction(x) * wide)))
        j = min(high - 1, max(0, int(plot.y.fraction(y) * high)))
        cells[i, j] = cells.get((i, j), 0) + 1
    most = max(cells.values(), default=1)
    step = ((plot.right - plot.left) / wide, (plot.bottom - plot.top) / high)
    for (i, j), count in sorted(cells.items()):
        shade = 0.15 + 0.85 * math.log1p(count) / math.log1p(most)
        plot.svg.rect(
            plot.left + i * step[0],
            plot.bottom - (j + 1) * step[1],
            step[0],
            step[1],
            fill=BLUE,
            fill_opacity=shade,
            shape_rendering="crispEdges",
        )
    plot.key(Key(lang.text("subsets of studies: the darker the more"), BLUE, area=True))
    if full is not None:
        plot.point(
            _exp(full[0], log),
            full[1],
            shape=3,
            radius=7,
            color=ORANGE,
            tip=lang.text("all studies"),
        )
        plot.key(Key(lang.text("all studies"), ORANGE, shape=3))
    return plot.finish()


def drapery(
    studies: Sequence[StudyEstimate],
    *,
    lang: Language,
    measure: str,
    pooled: StudyEstimate | None = None,
    prediction: tuple[float, float, float] | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """P value functions: which effects each study, and all together, are compatible with.

    Estimates are on the scale of the analysis; p values are those of the normal distribution.
    ``prediction`` is (middle, spread, t quantile's factor) of the prediction distribution: the
    band shows it scaled by that factor.
    """
    log = words.is_ratio(measure)
    shown = [s for s in studies if math.isfinite(s.estimate) and 0 < s.se < math.inf]
    every = [*shown, *([pooled] if pooled else [])]
    edges = [_exp(s.estimate + way * 2.6 * s.se, log) for s in every for way in (-1, 1)]
    null = words.null_value(measure)
    seen = [_exp(s.estimate, log) for s in every]
    axis = axis_over(
        seen, words.measure_name(lang, measure), log=log, include=null, bounds=usable(edges)
    )
    plot = Plot(
        axis,
        Axis(0.0, 1.0, lang.text("P value")),
        lang=lang,
        title=title or lang.text("Drapery plot"),
        description=words.studies(lang, len(shown)),
        name=name,
    )
    steps = 160
    grid = [_between(axis, i / steps) for i in range(steps + 1)]

    def curve(middle: float, spread: float) -> list[tuple[float, float]]:
        out = []
        for x in [*grid, _exp(middle, log)]:
            at = math.log(x) if log else x
            p = math.erfc(abs(at - middle) / spread / math.sqrt(2))
            out.append((x, min(1.0, p)))
        return sorted(out)

    if prediction is not None and prediction[1] > 0:
        band = curve(prediction[0], prediction[1] * prediction[2])
        plot.area([*band, (axis.high, 0.0), (axis.low, 0.0)], fill=SKY, fill_opacity=0.3)
        plot.key(Key(lang.text("prediction"), "#cfe8f6", area=True))
    for s in shown:
        plot.curve(curve(s.estimate, s.se), color=GREY, width=0.9, opacity=0.8)
    plot.key(Key(lang.text("study"), GREY))
    if pooled is not None and 0 < pooled.se < math.inf:
        plot.curve(curve(pooled.estimate, pooled.se), color=BLUE, width=2.8)
        plot.key(Key(lang.text("pooled"), BLUE))
    for level in (0.05, 0.01):
        plot.horizontal(level, color=AMBER, dash=DASHES[2])
    plot.key(Key("P = " + lang.number(0.05) + "; " + lang.number(0.01), AMBER, dash=DASHES[2]))
    if null is not None:
        plot.vertical(null)
    return plot.finish()


def _between(axis: Axis, share: float) -> float:
    """The value at a share of an axis."""
    if axis.log:
        low, high = math.log(axis.low), math.log(axis.high)
        return min(axis.high, max(axis.low, math.exp(low + share * (high - low))))
    return min(axis.high, axis.low * (1 - share) + axis.high * share)
