"""From a fitted network of treatments to its charts, in one call each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sinteza.charts.forest import ForestRow
from sinteza.charts.funnel import FunnelPoint, comparison_adjusted_funnel
from sinteza.charts.league import LeagueCell, league_html, league_svg
from sinteza.charts.network import Edge, Node, net_heat, network_forest, network_graph
from sinteza.charts.ranking import hasse, rankogram
from sinteza.charts.words import is_ratio
from sinteza.i18n import Language

if TYPE_CHECKING:
    from sinteza.stats.network import Direct, Estimate, Network
    from sinteza.stats.network.order import PartialOrder


def graph_of(
    network: Network,
    *,
    lang: Language,
    treatment_hrefs: Mapping[str, str] | None = None,
    edge_hrefs: Mapping[tuple[str, str], str] | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """The network graph, all its parts in one picture; links by treatment and by pair."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    multi_arm: list[list[str]] = []
    links, edge_links = treatment_hrefs or {}, edge_hrefs or {}
    for part in (network, *network.others):
        evidence = part.evidence
        people = _participants(part)
        nodes += [Node(t, people.get(t), links.get(t)) for t in evidence.treatments]
        for (i, j), rows in evidence.studies_of.items():
            pair = evidence.treatments[i], evidence.treatments[j]
            href = edge_links.get(pair) or edge_links.get(pair[::-1])
            edges.append(Edge(*pair, int(rows.size), href))
        multi_arm += [
            [evidence.treatments[m] for m in members]
            for members, _ in evidence.designs
            if len(members) > 2
        ]
    return network_graph(nodes, edges, lang=lang, multi_arm=multi_arm, title=title, name=name)


def _participants(network: Network) -> dict[str, int]:
    """Participants by treatment, where the data says."""
    arms = network.evidence.arms
    if arms is None or arms.n is None:
        return {}
    out = dict.fromkeys(network.treatments, 0.0)
    for code, n in zip(arms.treatment.tolist(), arms.n.tolist(), strict=True):
        out[network.treatments[code]] += n
    return {t: round(n) for t, n in out.items() if math.isfinite(n)}


def _shown(value: float, measure: str) -> float:
    """Out of the logarithm, for ratios."""
    if not is_ratio(measure):
        return float(value)
    return math.exp(min(690.0, max(-690.0, value)))


def _cell(one: Estimate | Direct, measure: str) -> LeagueCell:
    return LeagueCell(
        _shown(one.estimate, measure), _shown(one.ci_low, measure), _shown(one.ci_high, measure)
    )


def league_of(
    network: Network,
    *,
    lang: Language,
    html: bool = False,
    title: str = "",
    name: str | None = None,
) -> str:
    """The league table, best treatment first: SVG or, with ``html``, a table.

    Below the diagonal the network's estimates, above it the direct ones.
    """
    table = network.league(by_rank=True)
    cells: dict[tuple[str, str], LeagueCell] = {}
    direct: dict[tuple[str, str], LeagueCell] = {}
    for i, row in enumerate(table.treatments):
        for j, column in enumerate(table.treatments):
            found = table.cells[i][j]
            if found is not None and i != j:
                (cells if j < i else direct)[row, column] = _cell(found, table.measure)
    if html:
        return league_html(
            table.treatments, cells, lang=lang, measure=table.measure, direct=direct, title=title
        )
    return league_svg(
        table.treatments,
        cells,
        lang=lang,
        measure=table.measure,
        direct=direct,
        title=title,
        name=name,
    )


def network_forest_of(
    network: Network,
    *,
    lang: Language,
    reference: str | None = None,
    favors: tuple[str, str] | None = None,
    hrefs: Mapping[str, str] | None = None,
    layout: str = "wide",
    title: str = "",
    name: str | None = None,
) -> str:
    """Every treatment against the reference, best first."""
    base = reference or network.reference or network.treatments[0]
    better = 1 if network.small_is_good else -1
    rows = [
        ForestRow(
            one.a,
            _shown(one.estimate, network.measure),
            _shown(one.ci_low, network.measure),
            _shown(one.ci_high, network.measure),
            href=(hrefs or {}).get(one.a),
        )
        for one in sorted(network.against(base), key=lambda e: (better * e.estimate, e.a))
    ]
    return network_forest(
        rows,
        lang=lang,
        measure=network.measure,
        reference=base,
        favors=favors,
        level=network.level,
        model=f"{lang.text('random effects')}, {network.method}",
        layout=layout,
        title=title,
        name=name,
    )


def rankogram_of(
    network: Network, *, lang: Language, title: str = "", name: str | None = None
) -> str:
    """The probability of each rank, best treatment first, with the P-score."""
    ranking = network.ranking()
    order = [ranking.treatments.index(t) for t in ranking.best]
    return rankogram(
        ranking.best,
        [[float(p) for p in ranking.probability[i]] for i in order],
        lang=lang,
        scores=[float(ranking.p_scores[i]) for i in order],
        title=title,
        name=name,
    )


def funnel_of_network(
    network: Network,
    *,
    lang: Language,
    order: Sequence[str] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The comparison-adjusted funnel plot: each contrast less the mean of its comparison.

    ``order`` lists treatments, old or inert ones first; a comparison is then always the later
    against the earlier one, so that small-study effects point the same way. Left out, the
    alphabet decides, and asymmetry means little.
    """
    evidence = network.evidence
    place = {t: i for i, t in enumerate(order)}
    direct = network.direct()
    points = []
    for (i, j), rows in evidence.studies_of.items():
        a, b = evidence.treatments[i], evidence.treatments[j]
        turn = -1 if place.get(a, -1) < place.get(b, -1) else 1
        group = f"{a} : {b}" if turn == 1 else f"{b} : {a}"
        for row in rows.tolist():
            points.append(
                FunnelPoint(
                    evidence.studies[int(evidence.study[row])],
                    turn * float(evidence.estimate[row] - direct[i, j].estimate),
                    math.sqrt(float(evidence.variance[row])),
                    group=group,
                )
            )
    return comparison_adjusted_funnel(
        points, lang=lang, measure=network.measure, title=title, name=name
    )


def net_heat_of(
    network: Network, *, lang: Language, title: str = "", name: str | None = None
) -> str:
    """The net heat plot of the common-effect model: rows are the contrasts of the designs."""
    heat = network.net_heat()
    names = network.treatments
    pairs = [(i, j) for i in range(network.n) for j in range(i + 1, network.n)]
    at = {pair: k for k, pair in enumerate(pairs)}
    labels, hats = [], []
    for design, (i, j) in zip(heat.labels, heat.contrasts, strict=True):
        contrast = f"{names[i]}:{names[j]}"
        alike = set(design.split(":")) == {names[i], names[j]}
        labels.append(contrast if alike else f"{contrast} ({design})")
        row = heat.hat[at[min(i, j), max(i, j)]]
        hats.append([float(share) for share in row])
    return net_heat(
        labels,
        hats,
        [[float(v) for v in row] for row in heat.difference],
        lang=lang,
        title=title,
        name=name,
    )


def hasse_of(
    order: PartialOrder, *, lang: Language, title: str = "", name: str | None = None
) -> str:
    """The Hasse diagram of a partial order over several outcomes."""
    return hasse(order.treatments, order.covers, lang=lang, title=title, name=name)
