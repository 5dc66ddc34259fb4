"""Charts of ranks: how likely each rank is, ranks across outcomes, and partial orders.

Rankograms after Salanti G, Ades AE, Ioannidis JPA. J Clin Epidemiol 2011;64:163-71; the rank-heat
table after Veroniki AA, Straus SE, Fyraridis A, Tricco AC. J Clin Epidemiol 2016;76:193-9; Hasse
diagrams after Rücker G, Schwarzer G. BMC Med Res Methodol 2017;17:60.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sinteza.charts.svg import (
    BLACK,
    BLUE,
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

_SIZE = 12.5
_SMALL = 11.5


def rankogram(
    treatments: Sequence[str],
    probabilities: Sequence[Sequence[float]],
    *,
    lang: Language,
    scores: Sequence[float] | None = None,
    title: str = "",
    columns: int = 4,
    name: str | None = None,
) -> str:
    """One small chart a treatment: bars for the probability of each rank, a line for the sum.

    ``probabilities`` has a row a treatment and a column a rank (best first), fractions of one;
    ``scores`` (SUCRA or P-score) are written above.
    """
    count = len(treatments)
    ranks = max([len(row) for row in probabilities], default=1)
    wide = min(320.0, max(150.0, 12.0 * ranks))
    high, gap = 90.0, 46.0
    across = max(1, min(columns, count, int(1160 // (wide + gap))))
    heading = title or lang.text("Rankogram: probability of each rank")
    whole = max(12 + across * (wide + gap) + 8, 360.0)
    titles = wrap(heading, whole - 24, 15, bold=True)
    best = ""
    if scores and treatments:
        top = max(range(count), key=lambda i: (scores[i], -i))
        best = lang.text(
            "{treatment} ranks first with {score}",
            treatment=treatments[top],
            score=lang.percent(scores[top]),
        )
    n_said = lang.plural("{n} treatment", "{n} treatments", count)
    svg = Svg(
        whole, 0, title=heading, description=", ".join(p for p in (n_said, best) if p), name=name
    )
    y = svg.lines(12, 26, titles, size=15, weight="bold")
    heads = [
        wrap(f"{t} ({lang.percent(scores[i])})" if scores else t, wide, _SIZE, bold=True)
        for i, t in enumerate(treatments)
    ]
    for start in range(0, count, across):
        some = range(start, min(count, start + across))
        tall = max(len(heads[i]) for i in some)
        for i in some:
            x = 46 + (i - start) * (wide + gap)
            row = probabilities[i] if i < len(probabilities) else ()
            top_y = y + 15.6 * tall
            svg.lines(x, y + 15.6 * (tall - len(heads[i])) + 6, heads[i], size=_SIZE, weight="bold")
            _draw_ranks(svg, row, x, top_y, wide, high, ranks, lang)
        y += 15.6 * tall + high + 42
    svg.text(
        12,
        y,
        lang.text("bars: probability of the rank (1 is best); line: this rank or better"),
        size=_SMALL,
        fill=GREY,
    )
    svg.width = max(
        svg.width,
        24
        + text_width(
            lang.text("bars: probability of the rank (1 is best); line: this rank or better"),
            _SMALL,
        ),
    )
    svg.height = y + 14
    return str(svg)


def _draw_ranks(
    svg: Svg,
    row: Sequence[float],
    x: float,
    y: float,
    wide: float,
    high: float,
    ranks: int,
    lang: Language,
) -> None:
    step = wide / max(1, ranks)
    for share in (0.0, 0.5, 1.0):
        at = y + high * (1 - share)
        svg.line(x, at, x + wide, at, stroke=GREY if share == 0 else LIGHT, width=0.8)
        svg.text(x - 4, at + 4, lang.percent(share), size=9.5, anchor="end")
    total = 0.0
    line = []
    every = max(1, math.ceil(ranks / max(1, int(wide // 22))))
    for rank, p in enumerate(row):
        p = min(1.0, max(0.0, p)) if math.isfinite(p) else 0.0
        total = min(1.0, total + p)
        left = x + rank * step
        svg.rect(
            left + 0.1 * step,
            y + high * (1 - p),
            0.8 * step,
            high * p,
            fill=BLUE,
            tip=f"{rank + 1}: {lang.percent(p, 1)}",
        )
        line.append((left + step / 2, y + high * (1 - total)))
        if rank % every == 0:
            svg.text(
                left + step / 2, y + high + 13, lang.integer(rank + 1), size=9.5, anchor="middle"
            )
    if len(line) > 1:
        svg.polyline(line, stroke=ORANGE, width=1.5)


def rank_heat(
    treatments: Sequence[str],
    outcomes: Sequence[str],
    scores: Sequence[Sequence[float | None]],
    *,
    lang: Language,
    title: str = "",
    name: str | None = None,
) -> str:
    """Treatments by outcomes, each cell the P-score or SUCRA (a fraction of one) and its shade."""
    heading = title or lang.text("Ranks across outcomes")
    said = ", ".join(
        [
            lang.plural("{n} treatment", "{n} treatments", len(treatments)),
            lang.plural("{n} outcome", "{n} outcomes", len(outcomes)),
        ]
    )
    cells: list[list[tuple[str, str, str]]] = []
    for row in scores:
        line = []
        for score in row:
            if score is None or not math.isfinite(score):
                line.append(("", WHITE, BLACK))
                continue
            steps = ("#ffffff", "#dcebf6", "#93c4e5", "#2f7fbf", "#08519c")
            at = min(4, max(0, int(score * 5)))
            line.append((lang.percent(score), steps[at], WHITE if at >= 3 else BLACK))
        cells.append(line)
    legend = lang.text("the darker, the higher the rank; dashed: not studied")
    return _grid(treatments, outcomes, cells, heading, said, legend, name)


def _grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[tuple[str, str, str]]],
    heading: str,
    said: str,
    legend: str,
    name: str | None,
) -> str:
    """A table of shaded cells: text, fill and ink of each; an empty text is a dashed gap."""
    label_width = min(220.0, max(widest(rows, _SIZE, bold=True), 60.0))
    left = 12 + label_width + 10
    pitch = [max(62.0, min(136.0, widest(c.split(), _SIZE, bold=True) + 8.5)) for c in columns]
    heads = [wrap(c, p - 8, _SIZE, bold=True) for c, p in zip(columns, pitch, strict=True)]
    whole = max(left + sum(pitch) + 12, 360.0)
    titles = wrap(heading, whole - 24, 15, bold=True)
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    y = svg.lines(12, 26, titles, size=15, weight="bold")
    tall = max((len(h) for h in heads), default=0)
    x = left
    for head, wide in zip(heads, pitch, strict=True):
        svg.lines(
            x + wide / 2,
            y + 15 * (tall - len(head)),
            head,
            size=_SIZE,
            leading=1.2,
            weight="bold",
            anchor="middle",
        )
        x += wide
    y += 15 * tall - 6
    for row, line in zip(rows, cells, strict=True):
        label = wrap(row, label_width, _SIZE, bold=True)
        high = max(28.0, 15 * len(label) + 8)
        svg.lines(
            12,
            y + high / 2 + 4.5 - 7.5 * (len(label) - 1),
            label,
            size=_SIZE,
            leading=1.2,
            weight="bold",
        )
        x = left
        for (shown, fill, ink), wide in zip(line, pitch, strict=True):
            dash = None if shown else "3 3"
            svg.rect(
                x + 1.5,
                y + 1.5,
                wide - 3,
                high - 3,
                fill=fill,
                stroke="#9aa0a6",
                stroke_dasharray=dash,
                rx=2,
            )
            svg.text(x + wide / 2, y + high / 2 + 4.5, shown, size=_SIZE, anchor="middle", fill=ink)
            x += wide
        y += high
    svg.height = svg.lines(12, y + 18, wrap(legend, whole - 24, _SMALL), size=_SMALL, fill=GREY)
    return str(svg)


def hasse(
    treatments: Sequence[str],
    better: Sequence[tuple[str, str]],
    *,
    lang: Language,
    title: str = "",
    name: str | None = None,
) -> str:
    """The partial order of treatments: an upper one is better than those it is joined to below.

    ``better`` holds pairs (better, worse); those that follow from others are left out of the
    picture. Pairs that contradict each other are drawn on one level.
    """
    names = list(dict.fromkeys(treatments))
    below = {t: {w for b, w in better if b == t and w in names and w != t} for t in names}
    reach = _closure(names, below)
    strict = {t: {w for w in reach[t] if t not in reach[w]} for t in names}
    direct = {
        t: sorted(w for w in strict[t] if not any(w in strict[m] for m in strict[t])) for t in names
    }
    level: dict[str, int] = {}
    for t in sorted(names, key=lambda t: (-len(strict[t]), t)):
        above = [level[b] for b in level if t in strict[b]]
        level[t] = max(above, default=-1) + 1
    # Down to just above what it is joined to, so that few lines pass other boxes.
    for t in sorted(names, key=lambda t: (-level[t], t)):
        if direct[t]:
            level[t] = min(level[w] for w in direct[t]) - 1
    rows = [[t for t in names if level[t] == k] for k in range(max(level.values(), default=-1) + 1)]
    wide = min(150.0, max(widest(names, _SIZE) + 20, 70.0))
    labels = {t: wrap(t, wide - 16, _SIZE) for t in names}
    tall = 12 + 15 * max((len(v) for v in labels.values()), default=1)
    across = max((len(row) for row in rows), default=1)
    whole = max(24 + across * (wide + 22), 380.0)
    heading = title or lang.text("Hasse diagram: what is better than what")
    said = ", ".join(
        [
            lang.plural("{n} treatment", "{n} treatments", len(names)),
            lang.plural(
                "{n} ordered pair", "{n} ordered pairs", sum(len(v) for v in strict.values())
            ),
        ]
    )
    titles = wrap(heading, whole - 24, 15, bold=True)
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    top = svg.lines(12, 26, titles, size=15, weight="bold")
    at: dict[str, tuple[float, float]] = {}
    for k, row in enumerate(rows):
        # Under the middle of what is above it, so that few lines cross.
        def middle(t: str) -> float:
            above = [at[b][0] for b in at if t in direct[b]]
            return sum(above) / len(above) if above else whole / 2

        ordered = sorted(row, key=lambda t: (middle(t), t))
        for i, t in enumerate(ordered):
            x = whole / 2 + (i - (len(row) - 1) / 2) * (wide + 22)
            at[t] = (x, top + tall / 2 + k * (tall + 46))
    for t in names:
        for w in direct[t]:
            svg.line(
                at[t][0], at[t][1] + tall / 2, at[w][0], at[w][1] - tall / 2, stroke=GREY, width=1.4
            )
    for t in names:
        x, y = at[t]
        svg.rect(x - wide / 2, y - tall / 2, wide, tall, fill=PALE, stroke=BLACK, rx=4)
        svg.lines(
            x,
            y + 4.5 - 7.5 * (len(labels[t]) - 1),
            labels[t],
            size=_SIZE,
            leading=1.2,
            anchor="middle",
        )
    y = top + (len(rows) * (tall + 46) - 20 if rows else 0)
    note = lang.text("above and joined: better in every outcome compared; not joined: no order")
    svg.height = svg.lines(12, y, wrap(note, whole - 24, _SMALL), size=_SMALL, fill=GREY)
    return str(svg)


def _closure(names: Sequence[str], below: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """All that is below each, directly or through others."""
    out: dict[str, set[str]] = {}
    for start in names:
        seen: set[str] = set()
        todo = list(below[start])
        while todo:
            item = todo.pop()
            if item not in seen:
                seen.add(item)
                todo.extend(below[item])
        out[start] = seen
    return out
