"""Forest plots, laid out as readers of Cochrane reviews know them.

Columns: study, events and totals (or mean, SD, total) of each arm, weight, estimate with interval,
graph, risk of bias. Subgroups have a heading and a diamond of their own. Intervals that leave the
axis end in an arrow. ``layout="narrow"`` puts the graph under each study's name, for phones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sinteza.charts import words
from sinteza.charts.scale import Scale, draw_x_axis, usable, value_range
from sinteza.charts.svg import (
    AMBER,
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    PALE,
    WHITE,
    Svg,
    text_width,
    widest,
    wrap,
)
from sinteza.i18n import Language

_SIZE = 13.0
_SMALL = 11.5
_ROW = 24.0  # the least a finger hits (WCAG 2.5.8)
_GAP = 14.0


@dataclass(frozen=True)
class ArmData:
    """What one arm contributed: ``events`` of ``total``, or ``mean`` and ``sd`` of ``total``."""

    total: int | None = None
    events: float | None = None
    mean: float | None = None
    sd: float | None = None


@dataclass(frozen=True)
class ForestRow:
    """One study. Values stand on the scale that is shown (a risk ratio, not its logarithm).

    ``weight`` is a fraction of one. ``risk_of_bias`` holds a judgment per domain: ``low``,
    ``some``, ``high``, ``unclear`` or nothing. An ``estimate`` of None is "not estimable".
    """

    label: str
    estimate: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    weight: float | None = None
    treated: ArmData | None = None
    control: ArmData | None = None
    href: str | None = None
    risk_of_bias: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heterogeneity:
    """How studies differ: ``tau2``, ``q`` on ``df`` degrees of freedom with ``p``, ``i2`` in %."""

    tau2: float | None = None
    q: float | None = None
    df: float | None = None
    p: float | None = None
    i2: float | None = None


@dataclass(frozen=True)
class EffectTest:
    """A test of an effect or of a difference: its ``symbol`` (z, t, χ²), value, df and p."""

    symbol: str
    value: float
    p: float
    df: float | None = None


@dataclass(frozen=True)
class Summary:
    """A pooled result: a diamond, and where there is one, the prediction interval under it.

    Totals of the arms left out are summed from the rows.
    """

    estimate: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    weight: float | None = None
    label: str = ""
    heterogeneity: Heterogeneity | None = None
    test: EffectTest | None = None
    treated: ArmData | None = None
    control: ArmData | None = None
    href: str | None = None


@dataclass(frozen=True)
class ForestGroup:
    """Rows under a heading with their own summary; a plot without subgroups has one group."""

    rows: tuple[ForestRow, ...]
    label: str = ""
    summary: Summary | None = None


_BIAS = {
    # judgment: (sign, color, sign's color, in words)
    "low": ("+", GREEN, WHITE, "low risk of bias"),
    "some": ("?", AMBER, BLACK, "some concerns"),
    "unclear": ("?", AMBER, BLACK, "unclear risk of bias"),
    "high": ("\N{MINUS SIGN}", ORANGE, WHITE, "high risk of bias"),
}


@dataclass
class _Line:
    """One line of the plot, laid out: what stands in it and how high it is."""

    kind: str  # heading | study | summary | prediction | note
    label: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    shown: str = ""
    row: ForestRow | None = None
    summary: Summary | None = None
    height: float = _ROW
    total: bool = False


def forest(
    groups: Sequence[ForestGroup],
    *,
    lang: Language,
    measure: str,
    overall: Summary | None = None,
    title: str = "",
    heading: str = "",
    arms: tuple[str, str] | None = None,
    favors: tuple[str, str] | None = None,
    level: float = 0.95,
    model: str = "",
    subgroup_test: EffectTest | None = None,
    bias_domains: Sequence[str] = (),
    axis: tuple[float, float] | None = None,
    ratio: bool | None = None,
    digits: int = 2,
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """A forest plot as SVG.

    ``measure`` is metafor's code (RR, OR, RD, MD, ...); ratios get a logarithmic axis unless
    ``ratio`` says otherwise. ``heading`` names the rows ("Study"), ``arms`` the two arms,
    ``favors`` what lies left and right of no effect; ``model`` is added to the axis label
    ("random effects, REML"), ``level`` is the level of the intervals, ``axis`` the range shown
    (in units of the measure; made from the data when left out). ``layout`` is ``wide`` or
    ``narrow`` (360 pixels). ``name`` prefixes the ids.
    """
    plot = _Plot(
        groups=groups,
        lang=lang,
        measure=measure,
        overall=overall,
        heading=heading or lang.text("Study"),
        arms=arms or (lang.text("Treatment"), lang.text("Control")),
        favors=favors,
        level=level,
        model=model,
        subgroup_test=subgroup_test,
        domains=tuple(bias_domains),
        log=words.is_ratio(measure) if ratio is None else ratio,
        digits=digits,
        axis=axis,
    )
    full_title = title or lang.text("Forest plot: {measure}", measure=plot.measure_name)
    return plot.draw(full_title, name, narrow=layout == "narrow")


def forest_sentence(
    groups: Sequence[ForestGroup], overall: Summary | None, *, lang: Language, measure: str
) -> str:
    """The plot in one sentence: ``12 studies, RR 1.80 (1.30 to 2.50), I² 34%``."""
    n = sum(row.estimate is not None for group in groups for row in group.rows)
    parts = [words.studies(lang, n)]
    if overall is not None and overall.estimate is not None:
        shown = words.with_interval(lang, overall.estimate, overall.ci_low, overall.ci_high)
        parts.append(f"{measure} {shown}")
        if overall.heterogeneity is not None and overall.heterogeneity.i2 is not None:
            parts.append(f"I² {lang.percent(overall.heterogeneity.i2 / 100)}")
        if overall.prediction_low is not None and overall.prediction_high is not None:
            between = lang.text(
                "prediction interval {low} to {high}",
                low=words.figure(lang, overall.prediction_low),
                high=words.figure(lang, overall.prediction_high),
            )
            parts.append(between)
    return ", ".join(parts)


@dataclass
class _Plot:
    """The pieces of one forest plot, measured once and drawn in either layout."""

    groups: Sequence[ForestGroup]
    lang: Language
    measure: str
    overall: Summary | None
    heading: str
    arms: tuple[str, str]
    favors: tuple[str, str] | None
    level: float
    model: str
    subgroup_test: EffectTest | None
    domains: tuple[str, ...]
    log: bool
    digits: int
    axis: tuple[float, float] | None

    def __post_init__(self) -> None:
        self.measure_name = words.measure_name(self.lang, self.measure)
        self.ci_name = self.lang.text("{level} CI", level=self.lang.percent(self.level))
        self.rows = [row for group in self.groups for row in group.rows]
        self.null = words.null_value(self.measure)
        if self.null is not None:
            self.null = 1.0 if self.log else 0.0
        data = [arm for row in self.rows for arm in (row.treated, row.control) if arm]
        self.continuous = any(arm.mean is not None for arm in data)
        self.binary = not self.continuous and any(arm.events is not None for arm in data)
        self.one_arm = not any(row.control for row in self.rows)
        self.weighted = any(row.weight is not None for row in self.rows)
        if not any(row.risk_of_bias for row in self.rows):
            self.domains = ()

    # What is written

    def arm_cells(self, arm: ArmData | None) -> list[str]:
        """The cells of one arm, in the order of its columns."""
        if not (self.binary or self.continuous):
            return []
        if arm is None:
            return [""] * (3 if self.continuous else 2)
        total = "" if arm.total is None else self.lang.integer(arm.total)
        if self.continuous:
            return [
                "" if arm.mean is None else words.figure(self.lang, arm.mean, self.digits),
                "" if arm.sd is None else words.figure(self.lang, arm.sd, self.digits),
                total,
            ]
        events = arm.events
        if events is None:
            return ["", total]
        whole = float(events).is_integer()
        return [self.lang.integer(int(events)) if whole else self.lang.number(events, 1), total]

    def cells(self, treated: ArmData | None, control: ArmData | None, w: float | None) -> list[str]:
        """All cells between the label and the estimate."""
        out = self.arm_cells(treated)
        if not self.one_arm:
            out += self.arm_cells(control)
        if self.weighted:
            out.append("" if w is None else self.lang.percent(w, 1))
        return out

    def heads(self) -> tuple[list[str], int]:
        """The headings of these cells, and how many belong to one arm."""
        text = self.lang.text
        per_arm: list[str] = []
        if self.continuous:
            per_arm = [text("Mean"), text("SD"), text("Total")]
        elif self.binary:
            per_arm = [text("Events"), text("Total")]
        heads = per_arm * (1 if self.one_arm else 2)
        return heads + ([text("Weight")] if self.weighted else []), len(per_arm)

    def shown(self, value: float | None, low: float | None, high: float | None) -> str:
        """``1.80 [1.30, 2.50]``."""
        if value is None:
            return self.lang.text("not estimable")
        if low is None and high is None:
            return words.figure(self.lang, value, self.digits)
        bounds = words.bracket(self.lang, low, high, self.digits)
        return f"{words.figure(self.lang, value, self.digits)} {bounds}"

    def summed(self, rows: Sequence[ForestRow], given: ArmData | None, arm: str) -> ArmData | None:
        """The totals of an arm over its rows, when all have them."""
        if given is not None:
            return given
        data: list[ArmData | None] = [getattr(row, arm) for row in rows]
        totals = [d.total for d in data if d is not None and d.total is not None]
        if not data or len(totals) < len(data):
            return None
        events = [d.events for d in data if d is not None and d.events is not None]
        whole = sum(events) if len(events) == len(data) and not self.continuous else None
        return ArmData(total=sum(totals), events=whole)

    def heterogeneity_text(self, h: Heterogeneity | None) -> str:
        """``Heterogeneity: τ² = 0.02; χ² = 12.30, df = 11 (P = 0.34); I² = 11%``."""
        if h is None:
            return ""
        parts = []
        if h.tau2 is not None:
            parts.append(f"τ² = {words.figure(self.lang, h.tau2)}")
        if h.q is not None:
            q = f"χ² = {words.figure(self.lang, h.q)}"
            if h.df is not None:
                q += f", df = {words.tick_label(self.lang, h.df)}"
            if h.p is not None:
                q += f" ({words.p_value(self.lang, h.p)})"
            parts.append(q)
        if h.i2 is not None:
            parts.append(f"I² = {self.lang.percent(h.i2 / 100)}")
        return self.lang.text("Heterogeneity: {figures}", figures="; ".join(parts)) if parts else ""

    def test_text(self, test: EffectTest | None, what: str) -> str:
        """``Test for overall effect: z = 3.40 (P = 0.001)``."""
        if test is None:
            return ""
        df = f", df = {words.tick_label(self.lang, test.df)}" if test.df is not None else ""
        value = words.figure(self.lang, test.value)
        p = words.p_value(self.lang, test.p)
        return f"{what}: {test.symbol} = {value}{df} ({p})"

    def lines(self, label_width: float) -> list[_Line]:
        """Every line from top to bottom."""
        text = self.lang.text
        out: list[_Line] = []
        for group in self.groups:
            if group.label:
                out.append(_Line("heading", wrap(group.label, label_width, _SIZE, bold=True)))
            for row in group.rows:
                out.append(
                    _Line(
                        "study",
                        wrap(row.label, label_width, _SIZE) or ["\N{EN DASH}"],
                        self.cells(row.treated, row.control, row.weight),
                        self.shown(row.estimate, row.ci_low, row.ci_high),
                        row=row,
                    )
                )
            if group.summary is not None:
                named = text("Subtotal") if group.label else text("Total")
                out += self.summary_lines(group.summary, group.rows, named, label_width)
        if self.overall is not None:
            out += self.summary_lines(
                self.overall, self.rows, text("Total"), label_width, total=True
            )
            notes = [self.test_text(self.subgroup_test, text("Test for subgroup differences"))]
            out += [_Line("note", [note]) for note in notes if note]
        for line in out:
            line.height = max(_ROW, 1.25 * _SIZE * len(line.label) + 6)
        return out

    def summary_lines(
        self,
        summary: Summary,
        rows: Sequence[ForestRow],
        named: str,
        label_width: float,
        *,
        total: bool = False,
    ) -> list[_Line]:
        """A diamond, its prediction interval and the lines of figures under it."""
        text = self.lang.text
        label = summary.label or text(
            "{total} ({level} CI)", total=named, level=self.lang.percent(self.level)
        )
        out = [
            _Line(
                "summary",
                wrap(label, label_width, _SIZE, bold=True),
                self.cells(
                    self.summed(rows, summary.treated, "treated"),
                    self.summed(rows, summary.control, "control"),
                    summary.weight,
                ),
                self.shown(summary.estimate, summary.ci_low, summary.ci_high),
                summary=summary,
                total=total,
            )
        ]
        if summary.prediction_low is not None and summary.prediction_high is not None:
            out.append(
                _Line(
                    "prediction",
                    wrap(text("Prediction interval"), label_width, _SIZE),
                    [""] * len(out[0].cells),
                    words.bracket(
                        self.lang, summary.prediction_low, summary.prediction_high, self.digits
                    ),
                    summary=summary,
                    total=total,
                )
            )
        notes = [
            self.heterogeneity_text(summary.heterogeneity),
            self.test_text(summary.test, text("Test for overall effect")),
        ]
        return out + [_Line("note", [note]) for note in notes if note]

    # What is drawn

    def scale(self, start: float, end: float) -> Scale:
        """The axis of the graph."""
        if self.axis is not None:
            low, high = self.axis
        else:
            summaries = [g.summary for g in self.groups if g.summary is not None]
            summaries += [self.overall] if self.overall is not None else []
            inner = [*(r.estimate for r in self.rows), *(s.estimate for s in summaries)]
            if self.overall is not None:
                inner += [self.overall.ci_low, self.overall.ci_high]
            outer = [
                *(v for r in self.rows for v in (r.ci_low, r.ci_high)),
                *(v for s in summaries for v in (s.ci_low, s.ci_high)),
                *(v for s in summaries for v in (s.prediction_low, s.prediction_high)),
            ]
            low, high = value_range(
                usable(inner, log=self.log),
                usable(outer, log=self.log),
                log=self.log,
                null=self.null,
            )
        return Scale(low, high, start, end, log=self.log)

    def draw_bar(
        self,
        svg: Svg,
        scale: Scale,
        y: float,
        low: float | None,
        high: float | None,
        **more: object,
    ) -> None:
        """An interval; an arrow head where it leaves the axis."""
        if low is None or high is None or math.isnan(low) or math.isnan(high) or low > high:
            return
        if high < scale.low or low > scale.high:
            # Wholly outside: only an arrow at the edge it lies beyond.
            ends = (
                (scale.start, scale.start + 14) if high < scale.low else (scale.end - 14, scale.end)
            )
        else:
            ends = (scale(low), scale(high))
        svg.line(ends[0], y, ends[1], y, **more)  # type: ignore[arg-type]  # attributes of a line
        self.draw_arrows(svg, scale, y, low, high, str(more.get("stroke", BLACK)))

    @staticmethod
    def draw_arrows(svg: Svg, scale: Scale, y: float, low: float, high: float, color: str) -> None:
        """Arrow heads where an interval leaves the axis."""
        for value, x, way in ((low, scale.start, -1), (high, scale.end, 1)):
            if (value < scale.low and way < 0) or (value > scale.high and way > 0):
                svg.polygon([(x + way * 6, y), (x, y - 4), (x, y + 4)], fill=color)

    def draw_study(self, svg: Svg, scale: Scale, y: float, row: ForestRow) -> None:
        """The square, its area by weight, and the interval."""
        if row.estimate is None or math.isnan(row.estimate):
            return
        self.draw_bar(svg, scale, y, row.ci_low, row.ci_high, stroke=BLACK, width=1.3)
        if not scale.holds(row.estimate):
            return
        heaviest = max((r.weight or 0.0 for r in self.rows), default=0.0)
        share = (row.weight or 0.0) / heaviest if heaviest > 0 else 0.35
        side = 4.0 + 9.0 * math.sqrt(min(1.0, max(0.0, share)))
        x = scale(row.estimate)
        svg.rect(x - side / 2, y - side / 2, side, side, fill=BLUE)

    def draw_summary(self, svg: Svg, scale: Scale, y: float, summary: Summary, total: bool) -> None:
        """The diamond from the lower to the upper bound."""
        middle, low, high = summary.estimate, summary.ci_low, summary.ci_high
        if middle is None or math.isnan(middle):
            return
        left = scale(middle if low is None else low)
        right = scale(middle if high is None else high)
        half = 7.0 if total else 6.0
        at = min(max(scale(middle), left), right)
        left, right = min(left, at - 1.5), max(right, at + 1.5)
        if low is not None and high is not None:
            self.draw_arrows(svg, scale, y, low, high, BLACK if total else GREY)
        svg.polygon(
            [(left, y), (at, y - half), (right, y), (at, y + half)],
            fill=BLACK if total else GREY,
        )

    def draw_prediction(self, svg: Svg, scale: Scale, y: float, summary: Summary) -> None:
        """A flat bar with end marks, unlike any study's line."""
        low, high = summary.prediction_low, summary.prediction_high
        self.draw_bar(svg, scale, y, low, high, stroke=ORANGE, width=4)
        for value in (low, high):
            if value is not None and scale.holds(value):
                svg.line(scale(value), y - 5, scale(value), y + 5, stroke=ORANGE, width=2)

    def draw_reference(self, svg: Svg, scale: Scale, top: float, bottom: float) -> None:
        """The line of no effect, and the dashed line of the pooled estimate."""
        if self.null is not None and scale.holds(self.null):
            svg.line(scale(self.null), top, scale(self.null), bottom, stroke=GREY)
        pooled = self.overall.estimate if self.overall else None
        if pooled is not None and scale.holds(pooled):
            x = scale(pooled)
            svg.line(x, top, x, bottom, stroke=GREY, dash="3 3", width=0.8)

    def draw_graphic(self, svg: Svg, scale: Scale, y: float, line: _Line) -> None:
        """What a line shows in the graph."""
        if line.kind == "study" and line.row is not None:
            self.draw_study(svg, scale, y, line.row)
        elif line.kind == "summary" and line.summary is not None:
            self.draw_summary(svg, scale, y, line.summary, line.total)
        elif line.kind == "prediction" and line.summary is not None:
            self.draw_prediction(svg, scale, y, line.summary)

    def draw_axis(self, svg: Svg, scale: Scale, y: float, left: float, right: float) -> float:
        """The axis, what lies on either side of no effect and the axis label; the bottom."""
        bottom = draw_x_axis(svg, scale, y, self.lang, size=_SMALL)
        if self.favors is not None and self.null is not None and scale.holds(self.null):
            bottom = self.draw_favors(svg, scale(self.null), self.favors, bottom + 18, left, right)
        label = f"{self.measure_name}, {self.ci_name}"
        if self.log:
            label += f" ({self.lang.text('log scale')})"
        if self.model:
            label += f"; {self.model}"
        middle = (left + right) / 2
        return svg.lines(
            middle,
            bottom + 20,
            wrap(label, right - left, _SMALL),
            size=_SMALL,
            anchor="middle",
            fill=GREY,
        )

    def draw_favors(
        self, svg: Svg, null: float, said: tuple[str, str], y: float, left: float, right: float
    ) -> float:
        """What lies on either side: beside no effect where both fit, else at the ends; bottom."""
        widths = [text_width(part, _SMALL) for part in said]
        if widths[0] <= null - left - 8 and widths[1] <= right - null - 8:
            svg.text(null - 8, y, said[0], size=_SMALL, anchor="end")
            svg.text(null + 8, y, said[1], size=_SMALL)
            return y
        half = (right - left) / 2 - 8
        before = wrap(f"← {said[0]}", half, _SMALL)
        after = wrap(f"{said[1]} →", half, _SMALL)
        svg.lines(left, y, before, size=_SMALL)
        svg.lines(right, y, after, size=_SMALL, anchor="end")
        return y + 1.25 * _SMALL * (max(len(before), len(after)) - 1)

    def draw_bias(self, svg: Svg, x: float, y: float, row: ForestRow) -> None:
        """A circle with a sign per domain."""
        for i, (domain, judgment) in enumerate(zip(self.domains, row.risk_of_bias, strict=False)):
            if judgment not in _BIAS:
                continue
            sign, color, ink, said = _BIAS[judgment]
            at = x + 22 * i + 9
            svg.circle(at, y, 8, fill=color, tip=f"{domain}: {self.lang.text(said)}")
            svg.text(at, y + 4.5, sign, size=_SIZE, anchor="middle", weight="bold", fill=ink)

    def bias_legend(self) -> str:
        """The letters over the columns, and the signs in them, spelled out."""
        if not self.domains:
            return ""
        text = self.lang.text
        signs = [
            ("+", "low risk of bias"),
            ("?", "some concerns"),
            ("\N{MINUS SIGN}", "high risk of bias"),
        ]
        return "; ".join(
            [f"({chr(65 + i % 26)}) {domain}" for i, domain in enumerate(self.domains)]
            + [f"{sign} {text(said)}" for sign, said in signs]
        )

    def tip(self, line: _Line) -> str:
        """A row read aloud."""
        label = " ".join(line.label)
        return f"{label}: {self.measure} {line.shown}" if line.shown else label

    def draw(self, title: str, name: str | None, *, narrow: bool) -> str:
        """The whole plot."""
        said = forest_sentence(self.groups, self.overall, lang=self.lang, measure=self.measure)
        return self.draw_narrow(title, said, name) if narrow else self.draw_wide(title, said, name)

    def draw_wide(self, title: str, said: str, name: str | None) -> str:
        """All columns beside each other."""
        lines = self.lines(250.0)
        label_width = max(
            [
                120.0,
                *(
                    widest(line.label, _SIZE, bold=line.kind == "summary")
                    for line in lines
                    if line.kind not in {"note", "heading"}
                ),
            ]
        )
        lines = self.lines(label_width)
        heads, per_arm = self.heads()
        widths = [
            max(
                text_width(head, _SMALL, bold=True),
                widest(
                    [ln.cells[i] for ln in lines if len(ln.cells) > i],
                    _SIZE,
                    bold=any(ln.kind == "summary" for ln in lines),
                ),
            )
            for i, head in enumerate(heads)
        ]
        arm_heads = [
            wrap(a, 120.0, _SMALL, bold=True) for a in self.arms[: 1 if self.one_arm else 2]
        ]
        if not per_arm:
            arm_heads = []
        for i, head in enumerate(arm_heads):
            span = range(i * per_arm, (i + 1) * per_arm)
            short = widest(head, _SMALL, bold=True) - sum(widths[j] for j in span)
            short -= _GAP * (per_arm - 1)
            if short > 0:
                for j in span:
                    widths[j] += short / per_arm
        x = 12 + label_width + _GAP
        ends = []
        for width in widths:
            x += width
            ends.append(x)
            x += _GAP
        head_estimate = [self.measure_name, f"[{self.ci_name}]"]
        head_estimate = [
            part for whole in head_estimate for part in wrap(whole, 150, _SMALL, bold=True)
        ]
        shown_width = max(
            widest([ln.shown for ln in lines], _SIZE, bold=True),
            widest(head_estimate, _SMALL, bold=True),
        )
        shown_end = x + shown_width
        start = shown_end + _GAP + 12
        end = start + 280
        bias_x = end + 24
        width = bias_x + (22 * len(self.domains) + 8 if self.domains else -4)

        title_lines = wrap(title, width - 24, 15, bold=True)
        head_lines = max(len(head_estimate), 1 + max((len(h) for h in arm_heads), default=0))
        head_top = 12.0 + 19 * len(title_lines) + 8
        top = head_top + 15 * head_lines + 6
        body_bottom = top + sum(line.height for line in lines) + 4
        legend = wrap(self.bias_legend(), width - 24, _SMALL)
        svg = Svg(width, 0, title=title, description=said, name=name)
        svg.lines(12, 26, title_lines, size=15, weight="bold")
        base = head_top + 15 * head_lines - 4
        svg.text(12, base, self.heading, size=_SMALL, weight="bold")
        for at, written in zip(ends, heads, strict=True):
            svg.text(at, base, written, size=_SMALL, weight="bold", anchor="end")
        for i, head in enumerate(arm_heads):
            left = ends[i * per_arm] - widths[i * per_arm]
            right = ends[(i + 1) * per_arm - 1]
            y = base - 15 * len(head)
            svg.lines(
                (left + right) / 2,
                y,
                head,
                size=_SMALL,
                leading=15 / _SMALL,
                weight="bold",
                anchor="middle",
            )
            svg.line(left, base - 11.5, right, base - 11.5, stroke=LIGHT)
        svg.lines(
            shown_end,
            base - 15 * (len(head_estimate) - 1),
            head_estimate,
            size=_SMALL,
            leading=15 / _SMALL,
            weight="bold",
            anchor="end",
        )
        for i in range(len(self.domains)):
            svg.text(
                bias_x + 22 * i + 9,
                base,
                chr(65 + i % 26),
                size=_SMALL,
                weight="bold",
                anchor="middle",
            )
        svg.line(12, top - 2, width - 12, top - 2, stroke=GREY)
        scale = self.scale(start, end)
        y = top
        for line in lines:
            if line.kind == "summary":
                svg.rect(12, y + 1, width - 24, line.height - 2, fill=PALE)
            y += line.height
        last = max((i for i, line in enumerate(lines) if line.kind != "note"), default=-1)
        self.draw_reference(svg, scale, top, top + sum(ln.height for ln in lines[: last + 1]))
        y = top
        for line in lines:
            self.draw_line(svg, scale, y, line, ends=ends, shown_end=shown_end)
            if line.row is not None and self.domains:
                self.draw_bias(svg, bias_x, y + line.height / 2, line.row)
            y += line.height
        bottom = self.draw_axis(svg, scale, body_bottom, start - 24, end + 20)
        bottom = svg.lines(12, bottom + 4, legend, size=_SMALL)
        svg.height = bottom
        return str(svg)

    def draw_line(
        self,
        svg: Svg,
        scale: Scale,
        y: float,
        line: _Line,
        *,
        ends: Sequence[float],
        shown_end: float,
    ) -> None:
        """One line of the wide layout."""
        middle = y + line.height / 2
        base = middle + 0.36 * _SIZE
        bold = "bold" if line.kind in {"heading", "summary"} else None
        if line.kind == "note":
            svg.lines(12, base, line.label, size=_SMALL, fill=GREY)
            return
        href = line.row.href if line.row else line.summary.href if line.summary else None
        svg.open_link(href, self.tip(line) if href else "")
        first = base - 1.25 * _SIZE * (len(line.label) - 1) / 2
        svg.lines(12, first, line.label, size=_SIZE, weight=bold, linked=bool(href))
        for at, cell in zip(ends, line.cells, strict=False):
            svg.text(at, base, cell, size=_SIZE, anchor="end", weight=bold)
        grey = GREY if line.row is not None and line.row.estimate is None else None
        svg.text(shown_end, base, line.shown, size=_SIZE, anchor="end", weight=bold, fill=grey)
        self.draw_graphic(svg, scale, middle, line)
        svg.close_link(href)

    def narrow_figures(self, line: _Line) -> str:
        """The cells of a row as one phrase: ``12/45 vs 5/44, weight 8.3%``."""
        _, per_arm = self.heads()
        cells = list(line.cells)
        weight = cells.pop() if self.weighted and cells else ""
        arms = [cells[i : i + per_arm] for i in range(0, len(cells), per_arm)] if per_arm else []
        written = []
        for arm in arms:
            if self.continuous and arm[0]:
                written.append(f"{arm[0]} ({arm[1]}), n = {arm[2]}")
            elif self.binary and any(arm):
                written.append(f"{arm[0] or chr(0x2013)}/{arm[1] or chr(0x2013)}")
            elif arm[-1]:
                written.append(f"n = {arm[-1]}")
        said = f" {self.lang.text('vs')} ".join(written)
        if weight:
            said += ("; " if said else "") + self.lang.text("weight {share}", share=weight)
        return said

    def draw_narrow(self, title: str, said: str, name: str | None) -> str:
        """360 pixels wide: name and figures above, the graph below."""
        width, left, right = 360.0, 10.0, 350.0
        lang = self.lang
        lines = self.lines(right - left)
        svg = Svg(width, 0, title=title, description=said, name=name)
        y = svg.lines(left, 26, wrap(title, right - left, 15, bold=True), size=15, weight="bold")
        heading = f"{self.measure_name} [{self.ci_name}]"
        if not self.one_arm and (self.binary or self.continuous):
            heading = f"{self.arms[0]} {lang.text('vs')} {self.arms[1]}; {heading}"
        y = svg.lines(left, y, wrap(heading, right - left, _SMALL), size=_SMALL, fill=GREY)
        scale = self.scale(left + 14, right - 14)
        y -= 6
        for line in lines:
            y = self.draw_narrow_line(svg, scale, y, line, left, right)
        svg.height = self.draw_axis(svg, scale, y + 4, left, right)
        return str(svg)

    def draw_narrow_line(
        self, svg: Svg, scale: Scale, y: float, line: _Line, left: float, right: float
    ) -> float:
        """One line of the narrow layout; the top of the next."""
        bold = line.kind in {"heading", "summary"}
        if line.kind == "note":
            lines = wrap(line.label[0], right - left, _SMALL)
            return svg.lines(left, y + 14, lines, size=_SMALL, fill=GREY) - 10
        shown = text_width(line.shown, _SIZE, bold=bold)
        room = right - left - (shown + 10 if shown else 0)
        labels = wrap(" ".join(line.label), max(room, 110), _SIZE, bold=bold)
        under = room < 110
        figures = wrap(self.narrow_figures(line), right - left, _SMALL) if line.cells else []
        height = 8 + 16.25 * (len(labels) + under) + 14.4 * len(figures)
        nothing = line.kind == "heading" or (line.row is not None and line.row.estimate is None)
        graph = 4.0 if nothing else 20.0
        if line.kind in {"summary", "heading"}:
            svg.rect(left - 4, y + 1, right - left + 8, height + graph - 2, fill=PALE)
        href = line.row.href if line.row else line.summary.href if line.summary else None
        svg.open_link(href, self.tip(line) if href else "")
        weight = "bold" if bold else None
        base = svg.lines(left, y + 17, labels, size=_SIZE, weight=weight, linked=bool(href))
        svg.text(
            right, base if under else y + 17, line.shown, size=_SIZE, anchor="end", weight=weight
        )
        base += 16.25 * under
        svg.lines(left, base - 1, figures, size=_SMALL, fill=GREY)
        if not nothing:
            self.draw_reference(svg, scale, y + height - 2, y + height + graph - 2)
        self.draw_graphic(svg, scale, y + height + graph / 2 - 2, line)
        svg.close_link(href)
        return y + height + graph
