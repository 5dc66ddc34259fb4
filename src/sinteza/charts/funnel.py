"""Funnel plots: small studies scatter more; where one side is missing, ask why.

Contours show where a study would be significant (Peters JL, Sutton AJ, Jones DR, Abrams KR,
Rushton L. Contour-enhanced meta-analysis funnel plots. J Clin Epidemiol 2008;61:991-6), hollow
marks are those trim-and-fill would add (Duval S, Tweedie R. Biometrics 2000;56:455-63). The
comparison-adjusted funnel of a network sets each study against the mean of its own comparison
(Chaimani A, Higgins JPT, Mavridis D, Spyridonos P, Salanti G. PLoS One 2013;8:e76654).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from sinteza.charts import words
from sinteza.charts.plot import Axis, Key, Plot
from sinteza.charts.scale import usable, value_range
from sinteza.charts.svg import BLACK, DASHES, GREY, ORANGE, PALETTE
from sinteza.i18n import Language

_SHADES = ("#e3e6e9", "#c6ccd2", "#a9b2ba")


@dataclass(frozen=True)
class FunnelPoint:
    """A study: ``estimate`` and ``se`` on the scale of the analysis (log for ratios).

    ``added`` marks what trim-and-fill put in; ``group`` names the comparison in a network.
    """

    label: str
    estimate: float
    se: float
    href: str | None = None
    added: bool = False
    group: str = ""


def funnel(
    points: Sequence[FunnelPoint],
    *,
    lang: Language,
    measure: str,
    center: float | None = None,
    contours: Sequence[float] = (0.90, 0.95, 0.99),
    level: float = 0.95,
    title: str = "",
    description: str = "",
    name: str | None = None,
) -> str:
    """A funnel plot as SVG: standard error (0 on top) against the estimate.

    ``center`` is the pooled estimate (scale of the analysis), around which the funnel of ``level``
    is drawn; ``contours`` are levels of significance against no effect, () for none.
    """
    shown = [p for p in points if math.isfinite(p.estimate) and 0 < p.se < math.inf]
    log = words.is_ratio(measure)
    null = words.null_value(measure)
    origin = None if null is None else 0.0
    studies = sum(not p.added for p in shown)
    added = len(shown) - studies
    if not description:
        description = _sentence(lang, measure, studies, added, center, log)
    plot = _frame(
        shown,
        lang=lang,
        log=log,
        label=words.measure_name(lang, measure),
        centers=(center, origin),
        title=title or lang.text("Funnel plot"),
        description=description,
        name=name,
    )
    if origin is not None and contours:
        _draw_contours(plot, origin, sorted(contours), log)
    _draw_funnel(plot, center, level, log)
    for p in shown:
        plot.point(
            _shown(p.estimate, log),
            p.se,
            hollow=p.added,
            color=ORANGE if p.added else PALETTE[0],
            shape=3 if p.added else 0,
            tip=_tip(lang, p, measure, log),
            href=p.href,
        )
    plot.key(Key(lang.text("study"), PALETTE[0], shape=0))
    if added:
        plot.key(Key(lang.text("added by trim-and-fill"), ORANGE, shape=3, hollow=True))
    return plot.finish()


def comparison_adjusted_funnel(
    points: Sequence[FunnelPoint],
    *,
    lang: Language,
    measure: str,
    level: float = 0.95,
    title: str = "",
    name: str | None = None,
) -> str:
    """A funnel plot of a network: ``estimate`` is the difference from the comparison's mean.

    Each ``group`` (comparison) has its own color and shape.
    """
    shown = [p for p in points if math.isfinite(p.estimate) and 0 < p.se < math.inf]
    groups = sorted({p.group for p in shown})
    description = ", ".join(
        [
            words.studies(lang, len(shown)),
            lang.plural("{n} comparison", "{n} comparisons", len(groups)),
        ]
    )
    what = words.measure_name(lang, measure)
    plot = _frame(
        shown,
        lang=lang,
        log=False,
        label=lang.text("{measure}: difference from the mean of its comparison", measure=what),
        centers=(0.0,),
        title=title or lang.text("Comparison-adjusted funnel plot"),
        description=description,
        name=name,
    )
    _draw_funnel(plot, 0.0, level, False)
    for p in shown:
        at = groups.index(p.group)
        plot.point(
            p.estimate,
            p.se,
            color=PALETTE[at % len(PALETTE)],
            shape=at,
            hollow=at >= len(PALETTE),
            tip=_tip(lang, p, measure, False),
            href=p.href,
        )
    for i, group in enumerate(groups):
        plot.key(Key(group, PALETTE[i % len(PALETTE)], shape=i, hollow=i >= len(PALETTE)))
    return plot.finish()


def _shown(value: float, log: bool) -> float:
    """From the scale of the analysis to the one that is shown."""
    return math.exp(min(690.0, max(-690.0, value))) if log else value


def _tip(lang: Language, p: FunnelPoint, measure: str, log: bool) -> str:
    estimate = words.figure(lang, _shown(p.estimate, log))
    group = f", {p.group}" if p.group else ""
    return f"{p.label}{group}: {measure} {estimate}, {lang.text('SE')} {words.figure(lang, p.se)}"


def _sentence(
    lang: Language, measure: str, studies: int, added: int, center: float | None, log: bool
) -> str:
    parts = [words.studies(lang, studies)]
    if center is not None:
        parts.append(f"{measure} {words.figure(lang, _shown(center, log))}")
    if added:
        parts.append(lang.plural("{n} added by trim-and-fill", "{n} added by trim-and-fill", added))
    return ", ".join(parts)


def _frame(
    points: Sequence[FunnelPoint],
    *,
    lang: Language,
    log: bool,
    label: str,
    centers: Sequence[float | None],
    title: str,
    description: str,
    name: str | None,
) -> Plot:
    """Axes that hold every study and most of the funnel."""
    largest = max([p.se for p in points], default=1.0)
    largest = min(largest * 1.05, 1e300)
    middles = [_shown(c, log) for c in centers if c is not None and math.isfinite(c)]
    seen = [_shown(p.estimate, log) for p in points] + middles
    edges = [
        _shown(c + way * 2 * largest, log)
        for c in centers
        if c is not None and math.isfinite(c)
        for way in (-1, 1)
    ]
    low, high = value_range(usable(seen, log=log), usable(edges, log=log), log=log)
    return Plot(
        Axis(low, high, f"{label} ({lang.text('log scale')})" if log else label, log=log),
        Axis(0.0, largest, lang.text("Standard error"), flipped=True),
        lang=lang,
        title=title,
        description=description,
        name=name,
    )


def _sides(plot: Plot, middle: float, z: float, log: bool) -> tuple[list[tuple[float, float]], ...]:
    """The left and right edge of a funnel, from the top to the bottom."""
    bottom = plot.y_axis.high
    steps = [bottom * i / 60 for i in range(61)]
    return tuple([(_shown(middle + way * z * se, log), se) for se in steps] for way in (-1, 1))


def _draw_contours(plot: Plot, null: float, levels: Sequence[float], log: bool) -> None:
    lang = plot.lang
    z = [NormalDist().inv_cdf(0.5 + level / 2) for level in levels]
    for i, (inner, outer) in enumerate(zip(z, [*z[1:], None], strict=True)):
        shade = _SHADES[min(i, len(_SHADES) - 1)]
        left, right = _sides(plot, null, inner, log)
        if outer is None:
            ends = ((plot.x_axis.low, plot.x_axis.high), plot.y_axis.high)
            far_left = [(ends[0][0], 0.0), (ends[0][0], ends[1])]
            far_right = [(ends[0][1], 0.0), (ends[0][1], ends[1])]
        else:
            far_left, far_right = _sides(plot, null, outer, log)
        for near, far in ((left, far_left), (right, far_right)):
            plot.area([*near, *reversed(far)], fill=shade)
        alpha = lang.number(1 - levels[i], 2)
        if outer is None:
            said = f"P < {alpha}"
        else:
            said = f"{lang.number(1 - levels[i + 1], 2)} < P < {alpha}"
        plot.key(Key(said, shade, area=True))
    plot.vertical(_shown(null, log))


def _draw_funnel(plot: Plot, center: float | None, level: float, log: bool) -> None:
    if center is None or not math.isfinite(center):
        return
    plot.vertical(_shown(center, log), color=BLACK, dash=DASHES[1])
    for side in _sides(plot, center, NormalDist().inv_cdf(0.5 + level / 2), log):
        plot.curve(side, color=GREY, dash=DASHES[1], width=1.2)
    said = plot.lang.text("pooled estimate and its {level} funnel", level=plot.lang.percent(level))
    plot.key(Key(said, BLACK, dash=DASHES[1]))
