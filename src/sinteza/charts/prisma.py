"""The PRISMA 2020 flow diagram: every box a count, every count a link to its records.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021;372:n71 (Figure 1).
The counts are checked against each other; what does not add up is said under the diagram.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sinteza.charts.svg import BLACK, BLUE, GREY, PALE, WHITE, Svg, widest, wrap
from sinteza.i18n import Language

_SIZE = 12.5
_LEAD = 17.0
# Between two links of a box, so that each can be hit with a finger (24 pixels, WCAG 2.5.8).
_APART = 7.0
_PAD = 9.0


@dataclass(frozen=True)
class Count:
    """A line of a box: what was counted, how many, and where they are listed."""

    label: str
    n: int
    href: str | None = None


@dataclass(frozen=True)
class Assessment:
    """From the reports sought to those left out at full text. Boxes left None are not drawn."""

    sought: Count | None = None
    not_retrieved: Count | None = None
    assessed: Count | None = None
    excluded: Count | None = None
    reasons: tuple[Count, ...] = ()


@dataclass(frozen=True)
class PrismaFlow:
    """The counts of a review. Labels of the boxes left empty get their PRISMA 2020 wording.

    ``databases`` and ``registers`` name each source; ``duplicates``, ``automation`` (marked
    ineligible by automation tools) and ``removed`` (other reasons) went before screening.
    ``excluded_by`` splits the excluded records by who decided (a person, a named rule or tool);
    ``excluded_reasons`` by why. ``other`` lists the sources of the second column (websites,
    citation searching, ...) with its own ``other_reports``. ``previous`` counts what an earlier
    edition had included.
    """

    databases: tuple[Count, ...] = ()
    registers: tuple[Count, ...] = ()
    duplicates: Count | None = None
    automation: Count | None = None
    removed: Count | None = None
    screened: Count | None = None
    excluded: Count | None = None
    excluded_by: tuple[Count, ...] = ()
    excluded_reasons: tuple[Count, ...] = ()
    reports: Assessment = Assessment()
    other: tuple[Count, ...] = ()
    other_reports: Assessment = Assessment()
    previous: tuple[Count, ...] = ()
    studies: Count | None = None
    included_reports: Count | None = None
    total_studies: Count | None = None


def _sum(counts: Iterable[Count | None]) -> int:
    return sum(count.n for count in counts if count is not None)


def prisma_problems(flow: PrismaFlow, lang: Language) -> list[str]:
    """What does not add up, in words; empty when every record is accounted for."""
    out: list[str] = []

    def check(what: str, found: int, expected: int) -> None:
        if found != expected:
            out.append(
                lang.text(
                    "{what}: {found} counted, {expected} expected from the boxes before.",
                    what=what,
                    found=lang.integer(found),
                    expected=lang.integer(expected),
                )
            )

    text = lang.text
    identified = _sum([*flow.databases, *flow.registers])
    if flow.screened is not None and identified:
        gone = _sum([flow.duplicates, flow.automation, flow.removed])
        check(text("Records screened"), flow.screened.n, identified - gone)
    if flow.excluded is not None:
        for parts in (flow.excluded_by, flow.excluded_reasons):
            if parts:
                check(text("Records excluded"), flow.excluded.n, _sum(parts))
        if flow.screened is not None and flow.reports.sought is not None:
            left = flow.screened.n - flow.excluded.n
            check(text("Reports sought for retrieval"), flow.reports.sought.n, left)
    if flow.other and flow.other_reports.sought is not None:
        check(text("Reports sought for retrieval"), flow.other_reports.sought.n, _sum(flow.other))
    for reports in (flow.reports, flow.other_reports):
        if reports.sought and reports.assessed and reports.not_retrieved:
            left = reports.sought.n - reports.not_retrieved.n
            check(text("Reports assessed for eligibility"), reports.assessed.n, left)
        if reports.excluded is not None and reports.reasons:
            check(text("Reports excluded"), reports.excluded.n, _sum(reports.reasons))
    return out


@dataclass
class _Box:
    """A box: a head line (bold, linked) and lines of counts under it."""

    head: Count | None
    heading: str
    items: Sequence[Count] = ()
    strong: bool = False

    def entries(self, width: float, lang: Language) -> list[_Entry]:
        """The head and the items, each broken into lines that fit the width."""
        inner = width - 2 * _PAD
        label = self.head.label if self.head and self.head.label else self.heading
        shown = _counted(label, self.head.n, lang) if self.head else f"{label}:"
        href = self.head.href if self.head else None
        out = [_Entry(wrap(shown, inner, _SIZE, bold=True), True, href)]
        for item in self.items:
            written = _counted(item.label, item.n, lang)
            out.append(_Entry(wrap(written, inner - 12, _SIZE), False, item.href))
        return out

    def height(self, width: float, lang: Language) -> float:
        """Height in pixels."""
        entries = self.entries(width, lang)
        lines = sum(len(entry.lines) for entry in entries)
        return 2 * _PAD + _LEAD * lines + _APART * (len(entries) - 1) - 2


def _counted(label: str, n: int, lang: Language) -> str:
    """``Records screened (n = 12)``, the number never on two lines."""
    return f"{label} (n\u00a0=\u00a0{lang.integer(n)})"


@dataclass(frozen=True)
class _Entry:
    """What one link covers: a head or an item."""

    lines: list[str]
    bold: bool
    href: str | None


@dataclass
class _Step:
    """One row of the diagram: a box of the main column, a side box, and those of the others."""

    phase: str
    main: _Box | None = None
    side: _Box | None = None
    other: _Box | None = None
    other_side: _Box | None = None

    def boxes(self) -> list[_Box | None]:
        """Left to right."""
        return [self.main, self.side, self.other, self.other_side]


def _steps(flow: PrismaFlow, lang: Language) -> list[_Step]:
    text = lang.text

    def box(head: Count | None, heading: str, items: Sequence[Count] = ()) -> _Box | None:
        return _Box(head, text(heading), items) if head is not None or items else None

    def total(counts: Sequence[Count], href: str | None = None) -> Count | None:
        return Count("", _sum(counts), href) if counts else None

    sources = [*flow.databases, *flow.registers]
    gone = [
        Count(count.label or text(said), count.n, count.href)
        for count, said in (
            (flow.duplicates, "Duplicate records"),
            (flow.automation, "Marked as ineligible by automation tools"),
            (flow.removed, "Removed for other reasons"),
        )
        if count is not None
    ]
    if flow.databases and flow.registers:
        heading = "Records identified from databases and registers"
    else:
        heading = (
            "Records identified from registers"
            if flow.registers
            else "Records identified from databases"
        )
    excluded_items = [*flow.excluded_by, *flow.excluded_reasons]
    main, other = flow.reports, flow.other_reports
    identification, screening = text("Identification"), text("Screening")
    steps = [
        _Step(
            identification,
            box(total(sources), heading, sources),
            box(total(gone), "Records removed before screening", gone),
            box(total(flow.other), "Records identified by other methods", flow.other),
        ),
        _Step(
            screening,
            box(flow.screened, "Records screened"),
            box(flow.excluded, "Records excluded", excluded_items),
        ),
        _Step(
            screening,
            box(main.sought, "Reports sought for retrieval"),
            box(main.not_retrieved, "Reports not retrieved"),
            box(other.sought, "Reports sought for retrieval"),
            box(other.not_retrieved, "Reports not retrieved"),
        ),
        _Step(
            screening,
            box(main.assessed, "Reports assessed for eligibility"),
            box(main.excluded, "Reports excluded", main.reasons),
            box(other.assessed, "Reports assessed for eligibility"),
            box(other.excluded, "Reports excluded", other.reasons),
        ),
    ]
    included = text("Included")
    if flow.previous:
        steps.insert(
            0,
            _Step(
                text("Previous"),
                box(total(flow.previous), "Included in the previous edition", flow.previous),
            ),
        )
    reports = [] if flow.included_reports is None else [flow.included_reports]
    lines = [Count(c.label or text("Reports of included studies"), c.n, c.href) for c in reports]
    last = box(flow.studies, "Studies included in the review", lines)
    if last is not None:
        last.strong = True
        steps.append(_Step(included, last))
    whole = box(flow.total_studies, "Studies included in all editions")
    if whole is not None:
        whole.strong = True
        steps.append(_Step(included, whole))
    return [step for step in steps if any(step.boxes())]


def prisma(
    flow: PrismaFlow,
    *,
    lang: Language,
    title: str = "",
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """The flow diagram as SVG; ``layout`` is ``wide`` or ``narrow`` (360 pixels, one column)."""
    steps = _steps(flow, lang)
    problems = prisma_problems(flow, lang)
    narrow = layout == "narrow"
    has_other = any(step.other or step.other_side for step in steps)
    box_width = 300.0 if narrow else 266.0 if has_other else 290.0
    bar = 30.0
    gap = 32.0
    columns = [bar + 18 + i * (box_width + gap) for i in range(4 if has_other else 2)]
    width = 360.0 if narrow else columns[-1] + box_width + 12
    svg = Svg(
        width,
        0,
        title=title or lang.text("PRISMA 2020 flow diagram"),
        description=prisma_sentence(flow, lang=lang),
        name=name,
    )
    y = 12.0
    if title:
        y = svg.lines(12, 26, wrap(title, width - 24, 15, bold=True), size=15, weight="bold")
        y -= 8
    place = _place_narrow if narrow else _place_wide
    bottom = place(svg, steps, columns, box_width, y, lang)
    if problems:
        said = lang.text("The counts do not add up:")
        lines = [part for p in (said, *problems) for part in wrap(p, width - 24, _SIZE, bold=True)]
        bottom = svg.lines(12, bottom + 14, lines, size=_SIZE, fill="#9c3d00", weight="bold")
    svg.height = bottom + 6
    return str(svg)


def prisma_sentence(flow: PrismaFlow, *, lang: Language) -> str:
    """The flow in one sentence, generated from its counts."""
    parts = []
    identified = _sum([*flow.databases, *flow.registers, *flow.other])
    for n, one, many in (
        (identified, "{n} record identified", "{n} records identified"),
        (
            None if flow.duplicates is None else flow.duplicates.n,
            "{n} duplicate",
            "{n} duplicates",
        ),
        (
            None if flow.screened is None else flow.screened.n,
            "{n} record screened",
            "{n} records screened",
        ),
        (
            None if flow.excluded is None else flow.excluded.n,
            "{n} record excluded",
            "{n} records excluded",
        ),
        (
            None if flow.studies is None else flow.studies.n,
            "{n} study included",
            "{n} studies included",
        ),
    ):
        if n is not None:
            parts.append(lang.plural(one, many, n))
    return ", ".join(parts)


def _draw_box(svg: Svg, box: _Box, x: float, y: float, width: float, lang: Language) -> float:
    """A box at its place; its bottom."""
    height = box.height(width, lang)
    svg.rect(
        x,
        y,
        width,
        height,
        fill=PALE if box.strong else WHITE,
        stroke=BLUE if box.strong else BLACK,
        stroke_width=2 if box.strong else 1,
        rx=3,
    )
    base = y + _PAD + 10
    for entry in box.entries(width, lang):
        svg.open_link(entry.href, " ".join(entry.lines))
        base = svg.lines(
            x + _PAD + (0 if entry.bold else 12),
            base,
            entry.lines,
            size=_SIZE,
            leading=_LEAD / _SIZE,
            weight="bold" if entry.bold else None,
            linked=bool(entry.href),
        )
        base += _APART
        svg.close_link(entry.href)
    return y + height


def _arrow(svg: Svg, x1: float, y1: float, x2: float, y2: float) -> None:
    """A straight arrow, right or down."""
    svg.line(x1, y1, x2, y2, stroke=GREY, width=1.5)
    if x2 > x1:
        svg.polygon([(x2, y2), (x2 - 8, y2 - 4.5), (x2 - 8, y2 + 4.5)], fill=GREY)
    elif y2 > y1:
        svg.polygon([(x2, y2), (x2 - 4.5, y2 - 8), (x2 + 4.5, y2 - 8)], fill=GREY)


def _phase_bar(svg: Svg, label: str, x: float, top: float, bottom: float) -> None:
    """The turned name of a phase at the left edge."""
    svg.rect(x, top, 26, bottom - top, fill="#cfe3f1", rx=4)
    cx, cy = x + 13 + 0.36 * _SIZE, (top + bottom) / 2
    svg.text(
        cx,
        cy,
        label,
        size=_SIZE,
        weight="bold",
        anchor="middle",
        transform=f"rotate(-90 {cx:.2f} {cy:.2f})",
    )


def _place_wide(
    svg: Svg, steps: list[_Step], columns: list[float], width: float, y: float, lang: Language
) -> float:
    """Columns beside each other; the bottom of the diagram."""
    gap = 26.0
    # A phase of one flat box still has room for its turned name.
    alone = {step.phase for step in steps if sum(other.phase == step.phase for other in steps) == 1}
    last: dict[int, float] = {}  # bottom of the last box in column 0 and 2
    phases: list[tuple[str, float, float]] = []
    for step in steps:
        boxes = step.boxes()[: len(columns)]
        room = widest([step.phase], _SIZE, bold=True) + 10 if step.phase in alone else 0.0
        bottom = y
        for i, box in enumerate(boxes):
            if box is None:
                continue
            end = _draw_box(svg, box, columns[i], y, width, lang)
            bottom = max(bottom, end)
            middle = columns[i] + width / 2
            if i in (0, 2):
                if i in last:
                    _arrow(svg, middle, last[i], middle, y)
                last[i] = end
            elif boxes[i - 1] is not None:
                at = y + min(24.0, (end - y) / 2)
                _arrow(svg, columns[i - 1] + width, at, columns[i], at)
        if boxes[0] is not None and boxes[0].strong and 2 in last:
            # The other methods join the main column at the box of included studies.
            at = y + (last[0] - y) / 2
            x = columns[2] + width / 2
            svg.line(x, last[2], x, at, stroke=GREY, width=1.5)
            svg.line(x, at, columns[0] + width, at, stroke=GREY, width=1.5)
            tip = columns[0] + width
            svg.polygon([(tip, at), (tip + 8, at - 4.5), (tip + 8, at + 4.5)], fill=GREY)
            del last[2]
        bottom = max(bottom, y + room)
        if phases and phases[-1][0] == step.phase:
            phases[-1] = (step.phase, phases[-1][1], bottom)
        else:
            phases.append((step.phase, y, bottom))
        y = bottom + gap
    for phase, top, end in phases:
        _phase_bar(svg, phase, 10, top, end)
    return y - (gap if steps else 0) + 8


def _place_narrow(
    svg: Svg, steps: list[_Step], columns: list[float], width: float, y: float, lang: Language
) -> float:
    """One column: what leaves the flow is set in to the right, under the box it leaves."""
    gap = 22.0
    left = 10.0
    chains = [(0, 1)]
    if any(step.other or step.other_side for step in steps):
        chains.append((2, 3))
    finals = [step for step in steps if step.main is not None and step.main.strong]
    around: list[float] = []
    for main_at, side_at in chains:
        previous: float | None = None
        for step in steps:
            if step in finals:
                continue
            main, side = step.boxes()[main_at], step.boxes()[side_at]
            if main is not None:
                if previous is not None:
                    _arrow(svg, left + 20, previous, left + 20, y)
                y = previous = _draw_box(svg, main, left, y, width, lang)
                y += gap
            if side is not None:
                y -= 8 if main is not None else 0
                if previous is not None:
                    svg.line(left + 20, previous, left + 20, y + 18, stroke=GREY, width=1.5)
                    _arrow(svg, left + 20, y + 18, left + 40, y + 18)
                    previous = y + 18
                y = _draw_box(svg, side, left + 40, y, width, lang) + gap
        if (main_at, side_at) != chains[-1]:
            if previous is not None:
                around.append(previous + 6)
        else:
            if finals:
                # The first chain goes past the second, along the left edge.
                for start in around:
                    corners = [(left + 20, start - 6), (left + 20, start), (4.0, start)]
                    svg.polyline([*corners, (4.0, y + 18)], stroke=GREY)
                    _arrow(svg, 4.0, y + 18, left, y + 18)
            for step in finals:
                if step.main is not None:
                    if previous is not None:
                        _arrow(svg, left + 20, previous, left + 20, y)
                    y = previous = _draw_box(svg, step.main, left, y, width, lang)
                    y += gap
    return y - (gap if steps else 0) + 8
