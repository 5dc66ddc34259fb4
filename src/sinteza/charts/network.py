"""Network charts: who was compared with whom, how they rank, and where the evidence disagrees.

The graph stands treatments on a circle whose order is chosen, always the same way, so that few
lines cross. Rankograms after Salanti G, Ades AE, Ioannidis JPA. J Clin Epidemiol 2011;64:163-71;
net heat plot after Krahn U, Binder H, König J. BMC Med Res Methodol 2013;13:35; Hasse diagram
after Rücker G, Schwarzer G. Stat Med 2017;36:2321-31.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sinteza.charts import words
from sinteza.charts.forest import ForestGroup, ForestRow, forest
from sinteza.charts.plot import Key, draw_legend
from sinteza.charts.svg import (
    AMBER,
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    PALE,
    SKY,
    WHITE,
    Svg,
    text_width,
    widest,
    wrap,
)
from sinteza.i18n import Language

_SIZE = 12.5
_SMALL = 11.5
# Up to so many treatments stand with their names around the circle, more in two columns.
_ROUND = 14
_SHADES = (SKY, AMBER, GREEN, ORANGE)


@dataclass(frozen=True)
class Node:
    """A treatment: its name, participants (None: not known) and where it leads."""

    name: str
    participants: int | None = None
    href: str | None = None


@dataclass(frozen=True)
class Edge:
    """Two treatments that were compared directly, in so many studies."""

    one: str
    other: str
    studies: int
    href: str | None = None


def network_graph(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    lang: Language,
    multi_arm: Sequence[Sequence[str]] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The network as SVG: area of a node by participants, width of an edge by studies.

    ``multi_arm`` lists the treatments of each multi-arm study; its area is shaded.
    """
    known = {node.name for node in nodes}
    drawn = [e for e in edges if e.one in known and e.other in known and e.one != e.other]
    order = _circle_order([node.name for node in nodes], drawn)
    by_name = {node.name: node for node in nodes}
    n = len(order)
    radius = max(120.0, n * 42 / (2 * math.pi))
    label_width = min(170.0, max(widest([node.name for node in nodes], _SIZE), 40.0))
    beside = n > _ROUND
    cx = 24 + label_width + radius + (54 if beside else 22)
    heading = title or lang.text("Network graph")
    whole = 2 * cx
    titles = wrap(heading, whole - 24, 15, bold=True)
    cy = 40 + 18.75 * len(titles) + radius + 30
    parts = _components(order, drawn)
    said = _graph_sentence(lang, nodes, drawn, len(parts))
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    svg.lines(12, 26, titles, size=15, weight="bold")
    at = {
        treatment: (
            cx + radius * math.sin(2 * math.pi * i / max(n, 1)),
            cy - radius * math.cos(2 * math.pi * i / max(n, 1)),
        )
        for i, treatment in enumerate(order)
    }
    for i, arms in enumerate(sorted({tuple(sorted(set(study) & known)) for study in multi_arm})):
        if len(arms) > 2:
            corners = sorted(arms, key=order.index)
            svg.polygon(
                [at[a] for a in corners],
                fill=_SHADES[i % len(_SHADES)],
                fill_opacity=0.22,
                tip=", ".join(corners),
            )
    most = max([e.studies for e in drawn], default=1)
    for e in sorted(drawn, key=lambda e: (e.one, e.other)):
        (x1, y1), (x2, y2) = at[e.one], at[e.other]
        tip = f"{e.one} – {e.other}: {words.studies(lang, e.studies)}"
        svg.open_link(e.href, tip)
        svg.line(x1, y1, x2, y2, stroke="#7b8794", width=1 + 8 * max(0, e.studies) / most, tip=tip)
        svg.close_link(e.href)
    if n <= 25:
        _count_edges(svg, drawn, at, lang)
    largest = max([node.participants or 0 for node in nodes], default=0)
    spots = _beside(order, at, cx, radius + 40) if beside else _around(order, at, by_name, largest)
    for treatment in order:
        _draw_node(svg, by_name[treatment], at[treatment], spots[treatment], largest, lang)
    notes = [lang.text("width of a line: number of studies")]
    if largest:
        notes.append(lang.text("area of a circle: participants"))
    if any(len(set(study) & known) > 2 for study in multi_arm):
        notes.append(lang.text("shaded: studies with three arms or more"))
    if len(parts) > 1:
        shown = " | ".join(", ".join(part) for part in parts)
        notes.append(lang.text("not connected: {parts}", parts=shown))
    y = svg.lines(
        12, cy + radius + 70, wrap("; ".join(notes), whole - 24, _SMALL), size=_SMALL, fill=GREY
    )
    svg.height = y
    return str(svg)


@dataclass(frozen=True)
class _Spot:
    """Where the name of a node is written: its first baseline, its anchor, a leader or none."""

    x: float
    y: float
    anchor: str
    lines: list[str]
    leader: bool = False


def _node_size(node: Node, largest: int) -> float:
    share = (node.participants or 0) / largest if largest else 0.25
    return 5 + 13 * math.sqrt(max(0.0, share))


def _around(
    order: Sequence[str],
    at: Mapping[str, tuple[float, float]],
    nodes: Mapping[str, Node],
    largest: int,
) -> dict[str, _Spot]:
    """Names outside the circle, each beside its node: for networks of few treatments."""
    out = {}
    for i, treatment in enumerate(order):
        x, y = at[treatment]
        gap = _node_size(nodes[treatment], largest) + 5
        turn = 2 * math.pi * i / len(order)
        sine, cosine = math.sin(turn), math.cos(turn)
        anchor = "middle" if abs(sine) < 0.12 else "start" if sine > 0 else "end"
        lines = wrap(treatment, 170, _SIZE)
        # On top of the circle the last line stands on its node, below the first hangs under it.
        extent = 15.0 * (len(lines) - 1)
        base = y - gap * cosine + 4.5 - extent / 2 - (extent / 2 + 5) * cosine
        out[treatment] = _Spot(x + gap * sine, base, anchor, lines)
    return out


def _beside(
    order: Sequence[str], at: Mapping[str, tuple[float, float]], cx: float, reach: float
) -> dict[str, _Spot]:
    """Names in two columns, joined to their nodes by leaders: for networks of many treatments."""
    out = {}
    for way in (1, -1):
        half = len(order) / 2
        column = [t for i, t in enumerate(order) if (i < half) == (way > 0)]
        column.sort(key=lambda t: at[t][1])
        lines = {t: wrap(t, 170, _SIZE) for t in column}
        tall = [15.0 * len(lines[t]) + 2 for t in column]
        tops = [at[t][1] - h / 2 for t, h in zip(column, tall, strict=True)]
        # Pushed apart downward, then the whole column back to where its nodes are.
        for i in range(1, len(tops)):
            tops[i] = max(tops[i], tops[i - 1] + tall[i - 1])
        if tops:
            wanted = [at[t][1] - h / 2 for t, h in zip(column, tall, strict=True)]
            drift = (sum(tops) - sum(wanted)) / len(tops)
            tops = [top - drift for top in tops]
        for t, top in zip(column, tops, strict=True):
            anchor = "start" if way > 0 else "end"
            out[t] = _Spot(cx + way * reach, top + 12, anchor, lines[t], leader=True)
    return out


def _draw_node(
    svg: Svg, node: Node, at: tuple[float, float], spot: _Spot, largest: int, lang: Language
) -> None:
    """A circle and, outside the ring, its name."""
    people = ""
    if node.participants is not None:
        people = lang.plural("{n} participant", "{n} participants", node.participants)
    svg.open_link(node.href, f"{node.name}: {people}" if people else node.name)
    if spot.leader:
        middle = spot.y - 4 + 7.5 * (len(spot.lines) - 1)
        way = 4 if spot.anchor == "end" else -4
        svg.line(at[0], at[1], spot.x + way, middle, stroke=LIGHT)
    size = _node_size(node, largest)
    svg.circle(at[0], at[1], size, fill=BLUE, stroke=WHITE, stroke_width=1.5, tip=people or None)
    svg.lines(
        spot.x,
        spot.y,
        spot.lines,
        size=_SIZE,
        leading=1.2,
        anchor=spot.anchor,
        linked=bool(node.href),
    )
    svg.close_link(node.href)


def _count_edges(
    svg: Svg, edges: Sequence[Edge], at: Mapping[str, tuple[float, float]], lang: Language
) -> None:
    """The number of studies on each line, where two numbers would not touch."""
    taken: list[tuple[float, float]] = []
    for e in sorted(edges, key=lambda e: (-e.studies, e.one, e.other)):
        (x1, y1), (x2, y2) = at[e.one], at[e.other]
        written = lang.integer(e.studies)
        for share in (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75):
            x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
            if all(abs(x - tx) > 24 or abs(y - ty) > 17 for tx, ty in taken):
                taken.append((x, y))
                half = text_width(written, _SMALL) / 2 + 2
                svg.rect(x - half, y - 8, 2 * half, 15, fill=WHITE, fill_opacity=0.85, rx=2)
                svg.text(x, y + 4, written, size=_SMALL, anchor="middle")
                break


def _graph_sentence(lang: Language, nodes: Sequence[Node], edges: Sequence[Edge], p: int) -> str:
    said = [
        lang.plural("{n} treatment", "{n} treatments", len(nodes)),
        lang.plural("{n} direct comparison", "{n} direct comparisons", len(edges)),
    ]
    if p > 1:
        said.append(lang.plural("{n} separate part", "{n} separate parts", p))
    return ", ".join(said)


def _components(names: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """The parts of a network that no study connects, each in the order given."""
    group = {name: i for i, name in enumerate(names)}
    for _ in names:
        before = dict(group)
        for e in edges:
            group[e.one] = group[e.other] = min(group[e.one], group[e.other])
        if group == before:
            break
    return [[n for n in names if group[n] == g] for g in sorted(set(group.values()))]


def _circle_order(names: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """An order around the circle with short lines: by name, then improved by swaps.

    The length of all lines (by number of studies) is made smaller until no swap of two helps;
    the outcome depends on names and edges only, not on their order.
    """
    order = sorted(set(names))
    n = len(order)
    if n < 4 or n > 60:
        return order
    chord = [abs(math.sin(math.pi * d / n)) for d in range(n)]
    weight: dict[tuple[int, int], float] = {}
    index = {name: i for i, name in enumerate(order)}
    for e in edges:
        pair = (index[e.one], index[e.other])
        for a, b in (pair, pair[::-1]):
            weight[a, b] = weight.get((a, b), 0.0) + math.sqrt(max(1, e.studies))
    neighbors = [[(b, w) for (a, b), w in sorted(weight.items()) if a == i] for i in range(n)]
    place = list(range(n))

    def pull(item: int, spot: int, skip: int) -> float:
        return sum(w * chord[abs(spot - place[b])] for b, w in neighbors[item] if b != skip)

    for _ in range(20):
        moved = False
        for a in range(n):
            for b in range(a + 1, n):
                now = pull(a, place[a], b) + pull(b, place[b], a)
                then = pull(a, place[b], b) + pull(b, place[a], a)
                if then < now - 1e-9:
                    place[a], place[b] = place[b], place[a]
                    moved = True
        if not moved:
            break
    out = [""] * n
    for item, spot in enumerate(place):
        out[spot] = order[item]
    return out


def network_forest(
    rows: Sequence[ForestRow],
    *,
    lang: Language,
    measure: str,
    reference: str,
    favors: tuple[str, str] | None = None,
    title: str = "",
    level: float = 0.95,
    model: str = "",
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """Every treatment against one reference; only label, estimate, interval and link are used."""
    said = lang.text(
        "Network meta-analysis: each treatment against {reference}", reference=reference
    )
    plain = tuple(ForestRow(r.label, r.estimate, r.ci_low, r.ci_high, href=r.href) for r in rows)
    return forest(
        [ForestGroup(plain)],
        lang=lang,
        measure=measure,
        heading=lang.text("Treatment"),
        favors=favors,
        title=title or said,
        level=level,
        model=model,
        layout=layout,
        name=name,
    )


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


def net_heat(
    designs: Sequence[str],
    contributions: Sequence[Sequence[float]],
    inconsistency: Sequence[Sequence[float]],
    *,
    lang: Language,
    title: str = "",
    name: str | None = None,
) -> str:
    """The net heat plot: which design feeds which estimate, and where they disagree.

    Area of a grey square: how much the column's design contributes to the row's (absolute hat
    value). Color of the cell: the change of inconsistency when the column's design is detached
    (warm, with +: it disagrees; cool, with -: it supports).
    """
    n = len(designs)
    label_width = min(190.0, max(widest(designs, _SMALL), 60.0))
    side = min(44.0, max(16.0, 700 / max(1, n)))
    left = 12 + label_width + 10
    heading = title or lang.text("Net heat plot")
    whole = max(left + side * n + 40, 420.0)
    titles = wrap(heading, whole - 24, 15, bold=True)
    drop = min(170.0, max([text_width(d, _SMALL) for d in designs], default=0.0))
    labels = [wrap(d, drop, _SMALL)[:2] for d in designs]
    worst = max((abs(v) for row in inconsistency for v in row if math.isfinite(v)), default=0.0)
    said = lang.plural("{n} design", "{n} designs", n)
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    y = svg.lines(12, 26, titles, size=15, weight="bold")
    top = y + drop
    for j in range(n):
        x = left + (j + 0.5) * side + 4
        for k, part in enumerate(labels[j][: 1 if side < 28 else 2]):
            shift = x + 12 * k - (6 if len(labels[j]) > 1 and side >= 28 else 0)
            svg.text(
                shift,
                top - 6,
                part,
                size=_SMALL,
                transform=f"rotate(-90 {shift:.2f} {top - 6:.2f})",
            )
    for i in range(n):
        y = top + i * side
        room = wrap(designs[i], label_width, _SMALL)[: 1 if side < 30 else 2]
        svg.lines(left - 8, y + side / 2 + 4 - 7 * (len(room) - 1), room, size=_SMALL, anchor="end")
        for j in range(n):
            x = left + j * side
            value = _finite_at(inconsistency, i, j)
            share = value / worst if worst else 0.0
            svg.rect(
                x,
                y,
                side,
                side,
                fill=_diverging(share),
                stroke=LIGHT,
                tip=f"{designs[i]} × {designs[j]}: {words.figure(lang, value)}",
            )
            hat = min(1.0, abs(_finite_at(contributions, i, j)))
            inner = (side - 3) * math.sqrt(hat)
            svg.rect(
                x + (side - inner) / 2,
                y + (side - inner) / 2,
                inner,
                inner,
                fill=GREY,
                fill_opacity=0.75,
            )
            if abs(share) >= 0.25 and side >= 16:
                sign = "+" if share > 0 else "\N{MINUS SIGN}"
                svg.text(x + 2, y + 10, sign, size=10, weight="bold")
    y = top + n * side + 10
    keys = [
        Key(lang.text("area of the square: contribution"), GREY, shape=1),
        Key(lang.text("+ inconsistent with the rest"), _diverging(0.9), area=True),
        Key(lang.text("− supports the rest"), _diverging(-0.9), area=True),
    ]
    svg.height = draw_legend(svg, keys, 12, y, whole - 24) + 6
    return str(svg)


def _finite_at(matrix: Sequence[Sequence[float]], i: int, j: int) -> float:
    value = matrix[i][j]
    return value if math.isfinite(value) else 0.0


def _diverging(share: float) -> str:
    """Blue for -1, white for 0, orange for 1."""
    goal = (213, 94, 0) if share > 0 else (0, 114, 178)
    t = min(1.0, abs(share))
    return "#" + "".join(f"{round(255 + (c - 255) * t):02x}" for c in goal)


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
    pitch = [max(62.0, min(136.0, widest(c.split(), _SIZE, bold=True) + 8)) for c in columns]
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
    y = top + len(rows) * (tall + 46) - 20
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
