"""Network charts: who was compared with whom, with what result, and where evidence disagrees.

The graph stands treatments on a circle whose order is chosen, always the same way, so that few
lines cross. The net heat plot follows Krahn U, Binder H, König J. BMC Med Res Methodol
2013;13:35.
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
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
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
    radius = max(120.0, n * (42 if n <= 40 else 26) / (2 * math.pi))
    label_width = min(170.0, max(widest([node.name for node in nodes], _SIZE), 40.0))
    beside = n > _ROUND
    cx = 24 + label_width + radius + (54 if beside else 22)
    largest = max([node.participants or 0 for node in nodes], default=0)
    heading = title or lang.text("Network graph")
    whole = 2 * cx
    titles = wrap(heading, whole - 24, 15, bold=True)

    def places(cy: float) -> tuple[dict[str, tuple[float, float]], dict[str, _Spot]]:
        turns = [2 * math.pi * i / max(n, 1) for i in range(n)]
        at = {
            treatment: (cx + radius * math.sin(turn), cy - radius * math.cos(turn))
            for treatment, turn in zip(order, turns, strict=True)
        }
        if beside:
            return at, _beside(order, at, cx, radius + 40)
        return at, _around(order, at, by_name, largest)

    # Once around zero to see how far up and down the names reach, once at its place.
    _, spots = places(0.0)
    up = max([radius + 24, *(14 - s.y for s in spots.values())])
    down = max([radius + 24, *(s.y + 15 * (len(s.lines) - 1) for s in spots.values())])
    at, spots = places(22 + 18.75 * len(titles) + up)
    bottom = 22 + 18.75 * len(titles) + up + down
    parts = _components(order, drawn)
    said = _graph_sentence(lang, nodes, drawn, len(parts))
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    svg.lines(12, 26, titles, size=15, weight="bold")
    for i, arms in enumerate(sorted({tuple(sorted(set(study) & known)) for study in multi_arm})):
        if len(arms) > 2:
            corners = sorted(arms, key=order.index)
            svg.polygon(
                [at[a] for a in corners],
                fill=_SHADES[i % len(_SHADES)],
                fill_opacity=0.22,
                tip=", ".join(corners),
            )
    most = max([6, *(e.studies for e in drawn)])  # one study is a thin line in any network
    for e in sorted(drawn, key=lambda e: (e.one, e.other)):
        (x1, y1), (x2, y2) = at[e.one], at[e.other]
        tip = f"{e.one} – {e.other}: {words.studies(lang, e.studies)}"
        svg.open_link(e.href, tip)
        svg.line(x1, y1, x2, y2, stroke="#7b8794", width=1 + 8 * max(0, e.studies) / most, tip=tip)
        svg.close_link(e.href)
    if n <= 25:
        _count_edges(svg, drawn, at, lang)
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
        12, bottom + 26, wrap("; ".join(notes), whole - 24, _SMALL), size=_SMALL, fill=GREY
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
        description=lang.plural(
            "{n} treatment against {reference}",
            "{n} treatments against {reference}",
            len(rows),
            reference=reference,
        ),
        name=name,
    )


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
    numbered = [f"{i + 1}. {design}" for i, design in enumerate(designs)]
    label_width = min(240.0, max(widest(numbered, _SMALL), 60.0))
    labels = [wrap(label, label_width, _SMALL) for label in numbered]
    side = min(44.0, max(20.0, 700 / max(1, n)))
    left = 12 + label_width + 10
    heading = title or lang.text("Net heat plot")
    whole = max(left + side * n + 40, 420.0)
    worst = max((abs(v) for row in inconsistency for v in row if math.isfinite(v)), default=0.0)
    said = lang.plural("{n} design", "{n} designs", n)
    svg = Svg(whole, 0, title=heading, description=said, name=name)
    titles = wrap(heading, whole - 24, 15, bold=True)
    y = svg.lines(12, 26, titles, size=15, weight="bold") + 4
    for j in range(n):
        svg.text(left + (j + 0.5) * side, y, str(j + 1), size=_SMALL, anchor="middle")
    y += 6
    for i, label in enumerate(labels):
        height = max(side, 14.4 * len(label) + 4)
        svg.lines(12, y + height / 2 + 4 - 7.2 * (len(label) - 1), label, size=_SMALL)
        for j in range(n):
            value = _finite_at(inconsistency, i, j)
            share = value / worst if worst else 0.0
            hat = min(1.0, abs(_finite_at(contributions, i, j)))
            tip = f"{designs[i]} × {designs[j]}: {words.figure(lang, value)}; {lang.percent(hat)}"
            x, inner = left + j * side, (side - 3) * math.sqrt(hat)
            svg.rect(x, y, side, height, fill=_diverging(share), stroke=LIGHT, tip=tip)
            svg.rect(
                x + (side - inner) / 2,
                y + (height - inner) / 2,
                inner,
                inner,
                fill=GREY,
                fill_opacity=0.75,
            )
            if abs(share) >= 0.25:
                sign = "+" if share > 0 else "\N{MINUS SIGN}"
                svg.text(x + 2, y + 10, sign, size=10, weight="bold")
        y += height
    keys = [
        Key(lang.text("area of the square: contribution of the column's design"), GREY, shape=1),
        Key(lang.text("+ inconsistent with the rest"), _diverging(0.9), area=True),
        Key(lang.text("− supports the rest"), _diverging(-0.9), area=True),
    ]
    svg.height = draw_legend(svg, keys, 12, y + 10, whole - 24) + 6
    return str(svg)


def _finite_at(matrix: Sequence[Sequence[float]], i: int, j: int) -> float:
    value = matrix[i][j]
    return value if math.isfinite(value) else 0.0


def _diverging(share: float) -> str:
    """Blue for -1, white for 0, orange for 1."""
    goal = (213, 94, 0) if share > 0 else (0, 114, 178)
    t = min(1.0, abs(share))
    return "#" + "".join(f"{round(255 + (c - 255) * t):02x}" for c in goal)
