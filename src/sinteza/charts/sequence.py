"""Forest plots of one result redone many times: cumulative, leave-one-out, all specifications.

The specification curve follows Simonsohn U, Simmons JP, Nelson LD. Nat Hum Behav 2020;4:1208-14:
all reasonable analyses sorted by their estimate, and under each the choices that made it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sinteza.charts import words
from sinteza.charts.forest import ForestGroup, ForestRow, Summary, forest
from sinteza.charts.scale import Scale, draw_y_axis, usable, value_range
from sinteza.charts.svg import BLACK, BLUE, GREY, LIGHT, ORANGE, Svg, widest, wrap
from sinteza.i18n import Language

_SMALL = 11.5


@dataclass(frozen=True)
class Specification:
    """One analysis: its result (as shown) and the choices that made it (question -> answer)."""

    estimate: float
    ci_low: float | None = None
    ci_high: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    main: bool = False
    href: str | None = None


def _results_only(rows: Sequence[ForestRow], labels: Sequence[str]) -> tuple[ForestRow, ...]:
    """The rows under new labels, without arms and weights: each is a pooled result by now."""
    return tuple(
        ForestRow(
            label=label,
            estimate=row.estimate,
            ci_low=row.ci_low,
            ci_high=row.ci_high,
            href=row.href,
        )
        for row, label in zip(rows, labels, strict=True)
    )


def cumulative(
    rows: Sequence[ForestRow],
    *,
    lang: Language,
    measure: str,
    overall: Summary | None = None,
    title: str = "",
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """The pooled result after each study was added; rows hold the result so far, oldest first."""
    labels = [f"+ {row.label}" if i else row.label for i, row in enumerate(rows)]
    return forest(
        [ForestGroup(_results_only(rows, labels))],
        lang=lang,
        measure=measure,
        overall=overall,
        title=title or lang.text("Cumulative meta-analysis"),
        layout=layout,
        name=name,
    )


def leave_one_out(
    rows: Sequence[ForestRow],
    *,
    lang: Language,
    measure: str,
    overall: Summary | None = None,
    title: str = "",
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """The pooled result without each study in turn; rows hold the result without their label."""
    labels = [lang.text("without {study}", study=row.label) for row in rows]
    return forest(
        [ForestGroup(_results_only(rows, labels))],
        lang=lang,
        measure=measure,
        overall=overall,
        title=title or lang.text("Leave-one-out analysis"),
        layout=layout,
        name=name,
    )


def specification_curve(
    specifications: Sequence[Specification],
    *,
    lang: Language,
    measure: str,
    ratio: bool | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """All specifications from the smallest estimate to the largest, with their choices below.

    ``ratio`` says that the results are ratios where ``measure`` is no single code ("RR or OR").
    """
    shown = sorted(
        (s for s in specifications if math.isfinite(s.estimate)),
        key=lambda s: (s.estimate, sorted(s.choices.items())),
    )
    log = words.is_ratio(measure) if ratio is None else ratio
    null = words.null_value(measure)
    if null is not None:
        null = 1.0 if log else 0.0
    shown = [s for s in shown if not log or s.estimate > 0]
    answers: dict[str, list[str]] = {}
    for s in specifications:
        for question, answer in s.choices.items():
            if answer not in answers.setdefault(question, []):
                answers[question].append(answer)
    label_width = min(max(widest([a for q in answers.values() for a in q], _SMALL) + 12, 90), 200)
    left = 12 + label_width + 56
    step = min(32.0, max(3.0, 620 / max(1, len(shown))))
    width = max(left + step * len(shown) + 24, 480.0)
    heading = title or lang.text("Specification curve")
    titles = wrap(heading, width - 24, 15, bold=True)
    svg = Svg(
        width,
        0,
        title=heading,
        description=_specification_sentence(shown, lang, measure, null),
        name=name,
    )
    svg.lines(12, 26, titles, size=15, weight="bold")
    top = 24 + 18.75 * len(titles)
    bounds = [b for s in shown for b in (s.ci_low, s.ci_high)]
    low, high = value_range(
        usable([s.estimate for s in shown], log=log), usable(bounds, log=log), log=log, null=null
    )
    scale = Scale(low, high, top + 220, top, log=log)
    right = left + step * len(shown)
    if null is not None and scale.holds(null):
        svg.line(left, scale(null), right, scale(null), stroke=GREY)
    draw_y_axis(svg, scale, left - 6, lang, label=words.measure_name(lang, measure), size=_SMALL)
    for i, s in enumerate(shown):
        x = left + (i + 0.5) * step
        color = ORANGE if s.main else BLUE
        svg.open_link(s.href, _specification_tip(s, lang, measure))
        if s.ci_low is not None and s.ci_high is not None and s.ci_low <= s.ci_high:
            svg.line(
                x,
                scale(s.ci_low),
                x,
                scale(s.ci_high),
                stroke=color if s.main else "#8fb8d3",
                width=min(3.0, step / 3),
            )
        svg.mark(
            3 if s.main else 0,
            x,
            scale(s.estimate),
            5.5 if s.main else min(3.0, step / 2),
            fill=color,
            tip=_specification_tip(s, lang, measure),
        )
        svg.close_link(s.href)
    y = top + 240
    for question, given in answers.items():
        y = (
            svg.lines(
                12, y + 12, wrap(question, left - 20, _SMALL, bold=True), size=_SMALL, weight="bold"
            )
            - 4
        )
        for answer in given:
            lines = wrap(answer, label_width, _SMALL)
            svg.lines(24, y + 8, lines, size=_SMALL)
            svg.line(left, y + 4, right, y + 4, stroke=LIGHT, width=0.7)
            for i, s in enumerate(shown):
                if s.choices.get(question) == answer:
                    x = left + (i + 0.5) * step
                    wide = min(step * 0.8, 5.0)
                    svg.rect(x - wide / 2, y, wide, 8, fill=ORANGE if s.main else BLACK)
            y += max(16.0, 1.25 * _SMALL * len(lines) + 2)
        y += 4
    if any(s.main for s in shown):
        svg.mark(3, 20, y + 12, 5.5, fill=ORANGE)
        svg.text(32, y + 16, lang.text("main analysis"), size=_SMALL)
        y += 20
    svg.height = y + 8
    return str(svg)


def _specification_sentence(
    shown: Sequence[Specification], lang: Language, measure: str, null: float | None
) -> str:
    said = lang.plural("{n} specification", "{n} specifications", len(shown))
    if not shown:
        return said
    middle = shown[(len(shown) - 1) // 2].estimate
    parts = [
        said,
        lang.text(
            "{measure} from {low} to {high}, median {middle}",
            measure=measure,
            low=words.figure(lang, shown[0].estimate),
            high=words.figure(lang, shown[-1].estimate),
            middle=words.figure(lang, middle),
        ),
    ]
    if null is not None:
        clear = sum(
            (s.ci_low is not None and s.ci_low > null)
            or (s.ci_high is not None and s.ci_high < null)
            for s in shown
        )
        parts.append(
            lang.plural("{n} interval excludes no effect", "{n} intervals exclude no effect", clear)
        )
    return ", ".join(parts)


def _specification_tip(s: Specification, lang: Language, measure: str) -> str:
    result = words.with_interval(lang, s.estimate, s.ci_low, s.ci_high)
    return "; ".join([f"{measure} {result}", *(f"{q}: {a}" for q, a in s.choices.items())])
