"""Network charts in both languages, from two treatments to two hundred."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from lxml import html

from sinteza.charts.forest import ForestRow
from sinteza.charts.league import LeagueCell, league_html, league_svg
from sinteza.charts.network import Edge, Node, net_heat, network_forest, network_graph
from sinteza.charts.ranking import hasse, rank_heat, rankogram
from sinteza.i18n import Language
from tests.unit.charts.geometry import NS, check, texts

EN, RO = Language("en"), Language("ro")
NAMES = (
    "placebo",
    "brivaracetam",
    "stimulare de nerv vag",
    "dieta ketogenă clasică sau modificată",
    "cenobamat",
    "eslicarbazepină acetat",
)


def names(n: int) -> list[str]:
    return [NAMES[i] if i < len(NAMES) else f"{NAMES[i % 6]} {i}" for i in range(n)]


def cells(n: int) -> dict[tuple[str, str], LeagueCell]:
    listed = names(n)
    return {
        (a, b): LeagueCell(math.exp(d), math.exp(d - 0.5), math.exp(d + 0.5), "#x")
        for i, a in enumerate(listed)
        for j, b in enumerate(listed)
        if i < j
        for d in [(j - i) / 3]
    }


def graph(n: int, lang: Language) -> str:
    listed = names(n)
    edges = [Edge(listed[0], t, 1 + i % 7, "#e") for i, t in enumerate(listed[1:])]
    edges += [Edge(a, b, 2) for a, b in zip(listed[1::3], listed[2::3], strict=False)]
    nodes = [Node(t, 30 * i if i % 4 else None, "#n") for i, t in enumerate(listed)]
    return network_graph(nodes, edges, lang=lang, multi_arm=[listed[:3], listed[1:5]])


def ranks(n: int) -> list[list[float]]:
    return [[1 / n] * n for _ in range(n)]


CHARTS: dict[str, Callable[[int, Language], str]] = {
    "graph": graph,
    "league": lambda n, lang: league_svg(names(n), cells(n), lang=lang, measure="OR"),
    "forest": lambda n, lang: network_forest(
        [ForestRow(t, 1.5, 1.1, 2.0, href="#t") for t in names(n)],
        lang=lang,
        measure="OR",
        reference="placebo",
    ),
    "rankogram": lambda n, lang: rankogram(
        names(n), ranks(n), lang=lang, scores=[i / n for i in range(n)]
    ),
    "rank heat": lambda n, lang: rank_heat(
        names(n),
        ["răspuns ≥ 50 %", "retragere din cauza evenimentelor adverse"],
        [[i / n, None] for i in range(n)],
        lang=lang,
    ),
    "net heat": lambda n, lang: net_heat(
        names(n),
        [[(i * j % 7) / 7 for j in range(n)] for i in range(n)],
        [[math.sin(i - j) for j in range(n)] for i in range(n)],
        lang=lang,
    ),
    "hasse": lambda n, lang: hasse(
        names(n), [(names(n)[i // 2], names(n)[i]) for i in range(1, n)], lang=lang
    ),
}


@pytest.mark.parametrize("lang", [EN, RO], ids=["en", "ro"])
@pytest.mark.parametrize("n", [0, 1, 2, 6, 14, 15, 40])
@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_collides_or_is_clipped(chart: str, n: int, lang: Language) -> None:
    check(CHARTS[chart](n, Language(lang.code)))


def test_two_hundred_treatments() -> None:
    check(graph(200, EN))


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_input_gives_the_same_bytes(chart: str) -> None:
    assert CHARTS[chart](9, RO) == CHARTS[chart](9, RO)


def test_the_graph_does_not_depend_on_the_order_of_its_edges() -> None:
    listed = names(9)
    nodes = [Node(t, 10) for t in listed]
    edges = [Edge(a, b, 1 + (i * 5) % 4) for i, a in enumerate(listed) for b in listed[i + 1 :: 3]]
    first = network_graph(nodes, edges, lang=EN)
    random.Random(1).shuffle(edges)
    random.Random(2).shuffle(nodes)
    assert network_graph(nodes, edges, lang=EN) == first


def test_the_circle_shortens_the_lines() -> None:
    """A ring given in a scrambled order is laid out as a ring: neighbors side by side."""
    ring = ["a", "d", "g", "b", "e", "h", "c", "f"]
    edges = [Edge(ring[i], ring[(i + 1) % 8], 1) for i in range(8)]
    root = check(network_graph([Node(t) for t in ring], edges, lang=EN))
    lengths = {
        round(
            math.hypot(
                float(ln.get("x1")) - float(ln.get("x2")), float(ln.get("y1")) - float(ln.get("y2"))
            )
        )
        for ln in root.iter(f"{NS}line")
    }
    assert lengths == {round(2 * 120 * math.sin(math.pi / 8))}


def test_parts_that_no_study_connects_are_named() -> None:
    nodes = [Node(t) for t in ("a", "b", "c", "d")]
    root = check(network_graph(nodes, [Edge("a", "b", 1), Edge("c", "d", 2)], lang=EN))
    assert "2 separate parts" in root.findtext(f"{NS}desc")
    assert "not connected: a, b | c, d" in " ".join(texts(root))


def test_the_league_table_reads_both_ways() -> None:
    root = check(league_svg(names(2), cells(2), lang=EN, measure="OR"))
    shown = texts(root)
    assert "1.40" in shown
    assert "[0.85, 2.30]" in shown
    assert "0.72" in shown  # 1 / 1.40
    assert "[0.43, 1.18]" in shown


def test_the_league_table_as_html_is_a_table_with_headings() -> None:
    found = html.fragment_fromstring(league_html(names(4), cells(4), lang=RO, measure="MD"))
    assert found.tag == "table"
    assert [th.text for th in found.xpath(".//tbody//th[@scope='row']")] == names(4)
    assert len(found.xpath(".//td[@data-sort]")) == 12
    first = found.xpath(".//tbody/tr[1]/td[2]")[0]
    assert float(first.get("data-sort")) == pytest.approx(math.exp(1 / 3))
    assert first.text_content() == "1,40 ▲[0,85; 2,30]"
    assert first.get("class") == "above"


def test_direct_comparisons_stand_above_the_diagonal() -> None:
    direct = {("placebo", "brivaracetam"): LeagueCell(9.0, 8.0, 10.0)}
    shown = texts(check(league_svg(names(3), cells(3), lang=EN, measure="OR", direct=direct)))
    assert "9.00 ▲" in shown
    assert shown.count("0.72") == 2  # both below the diagonal, from the network


def test_hasse_leaves_out_what_follows() -> None:
    root = check(hasse(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")], lang=EN))
    assert len(list(root.iter(f"{NS}line"))) == 2
    assert root.findtext(f"{NS}desc") == "3 treatments, 3 ordered pairs"


def test_hasse_survives_a_contradiction() -> None:
    root = check(hasse(["a", "b", "c"], [("a", "b"), ("b", "a"), ("a", "c")], lang=EN))
    assert root.findtext(f"{NS}desc") == "3 treatments, 2 ordered pairs"


def test_the_rankogram_names_the_best() -> None:
    root = check(rankogram(["a", "b"], [[0.9, 0.1], [0.1, 0.9]], lang=EN, scores=[0.9, 0.1]))
    assert root.findtext(f"{NS}desc") == "2 treatments, a ranks first with 90%"
    tall = [
        float(r.get("height")) for r in root.iter(f"{NS}rect") if r.find(f"{NS}title") is not None
    ]
    assert tall == pytest.approx([81, 9, 9, 81])
