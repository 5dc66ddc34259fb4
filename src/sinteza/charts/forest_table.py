"""What stands in a forest plot: its data, and every line of it as words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sinteza.charts import words
from sinteza.charts.scale import usable, value_range
from sinteza.charts.svg import AMBER, BLACK, GREEN, ORANGE, WHITE, wrap
from sinteza.i18n import Language

SIZE = 13.0
ROW = 24.0  # the least a finger hits (WCAG 2.5.8)


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


BIAS = {
    # judgment: (sign, color, sign's color, in words)
    "low": ("+", GREEN, WHITE, "low risk of bias"),
    "some": ("?", AMBER, BLACK, "some concerns"),
    "unclear": ("?", AMBER, BLACK, "unclear risk of bias"),
    "high": ("\N{MINUS SIGN}", ORANGE, WHITE, "high risk of bias"),
}


@dataclass
class Line:
    """One line of the plot, laid out: what stands in it and how high it is."""

    kind: str  # heading | study | summary | prediction | note
    label: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    shown: str = ""
    row: ForestRow | None = None
    summary: Summary | None = None
    height: float = ROW
    total: bool = False

    @property
    def href(self) -> str | None:
        """Where the line leads."""
        if self.row is not None:
            return self.row.href
        return self.summary.href if self.summary is not None else None


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
    said = ", ".join(parts)
    if overall is None:
        # Without one result for all, each group's.
        for group in groups:
            one = group.summary
            if group.label and one is not None and one.estimate is not None:
                shown = words.with_interval(lang, one.estimate, one.ci_low, one.ci_high)
                said += f"; {group.label}: {measure} {shown}"
    return said


@dataclass
class ForestTable:
    """One forest plot before it is drawn: which columns it has, and what its lines say."""

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
            q = f"χ² = {words.statistic(self.lang, h.q)}"
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
        value = words.statistic(self.lang, test.value)
        p = words.p_value(self.lang, test.p)
        return f"{what}: {test.symbol} = {value}{df} ({p})"

    def lines(self, label_width: float, note_width: float = 1000.0) -> list[Line]:
        """Every line from top to bottom, labels and notes broken to their widths (pixels)."""
        text = self.lang.text
        out: list[Line] = []
        for group in self.groups:
            if group.label:
                out.append(Line("heading", wrap(group.label, label_width, SIZE, bold=True)))
            for row in group.rows:
                out.append(
                    Line(
                        "study",
                        wrap(row.label, label_width, SIZE) or ["\N{EN DASH}"],
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
            out += [Line("note", [note]) for note in notes if note]
        for line in out:
            if line.kind == "note":
                line.label = wrap(line.label[0], note_width, 11.5)
            line.height = max(ROW, 1.25 * SIZE * len(line.label) + 6)
        return out

    def summary_lines(
        self,
        summary: Summary,
        rows: Sequence[ForestRow],
        named: str,
        label_width: float,
        *,
        total: bool = False,
    ) -> list[Line]:
        """A diamond, its prediction interval and the lines of figures under it."""
        text = self.lang.text
        label = summary.label or text(
            "{total} ({level} CI)", total=named, level=self.lang.percent(self.level)
        )
        out = [
            Line(
                "summary",
                wrap(label, label_width, SIZE, bold=True),
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
                Line(
                    "prediction",
                    wrap(text("Prediction interval"), label_width, SIZE),
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
        return out + [Line("note", [note]) for note in notes if note]

    def narrow_figures(self, line: Line) -> str:
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

    def tip(self, line: Line) -> str:
        """A row read aloud."""
        label = " ".join(line.label)
        return f"{label}: {self.measure} {line.shown}" if line.shown else label

    def axis_range(self) -> tuple[float, float]:
        """What the axis shows: all estimates, and intervals as far as sensible."""
        if self.axis is not None:
            return self.axis
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
        return value_range(
            usable(inner, log=self.log),
            usable(outer, log=self.log),
            log=self.log,
            null=self.null,
        )
