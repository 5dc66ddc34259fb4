"""Every statistical chart in both languages: well formed, nothing clipped, nothing on another."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from sinteza.charts.accuracy import AccuracyPoint, sroc
from sinteza.charts.diagnostics import (
    StudyEstimate,
    StudyPoint,
    baujat,
    drapery,
    gosh,
    labbe,
    radial,
)
from sinteza.charts.forest import ForestRow, Summary
from sinteza.charts.funnel import FunnelPoint, comparison_adjusted_funnel, funnel
from sinteza.charts.sequence import Specification, cumulative, leave_one_out, specification_curve
from sinteza.i18n import Language
from tests.unit.charts.geometry import NS, check, links, texts

EN, RO = Language("en"), Language("ro")


def studies(n: int) -> list[StudyEstimate]:
    return [
        StudyEstimate(f"Ben-Menachem {1980 + i}", 0.4 + math.sin(i * 7.3), 0.1 + (i * 37 % 50) / 90)
        for i in range(n)
    ]


def funnel_points(n: int) -> list[FunnelPoint]:
    return [
        FunnelPoint(s.label, s.estimate, s.se, f"#s{i}", added=i % 7 == 6, group=f"A:B{i % 9}")
        for i, s in enumerate(studies(n))
    ]


def two_coordinates(n: int) -> list[StudyPoint]:
    return [
        StudyPoint(f"Stimularea nervului vag {i}", abs(math.sin(i)), abs(math.cos(3 * i)), 10 + i)
        for i in range(n)
    ]


def specifications(n: int) -> list[Specification]:
    return [
        Specification(
            0.5 + i / 7,
            0.4 + i / 9,
            0.7 + i / 5,
            {"Măsura": "RR" if i % 2 else "OR", "Metoda": f"Metoda lui Paule și Mandel {i % 3}"},
            main=i == 1,
        )
        for i in range(n)
    ]


def rows(n: int) -> list[ForestRow]:
    return [ForestRow(f"Brodie {1990 + i}", 1.2 + i / 50, 1.0, 2.0 + i / 20) for i in range(n)]


def ellipse(radius: float) -> list[tuple[float, float]]:
    steps = [2 * math.pi * i / 30 for i in range(30)]
    return [(0.2 + radius * math.cos(t), 0.8 + radius * math.sin(t)) for t in steps]


CHARTS: dict[str, Callable[[int, Language], str]] = {
    "funnel": lambda n, lang: funnel(funnel_points(n), lang=lang, measure="RR", center=0.4),
    "funnel of differences": lambda n, lang: funnel(
        funnel_points(n), lang=lang, measure="SMD", center=0.4, contours=()
    ),
    "comparison-adjusted": lambda n, lang: comparison_adjusted_funnel(
        funnel_points(n), lang=lang, measure="OR"
    ),
    "baujat": lambda n, lang: baujat(two_coordinates(n), lang=lang),
    "radial": lambda n, lang: radial(studies(n), lang=lang, measure="RR", center=0.4, tau2=0.02),
    "labbe": lambda n, lang: labbe(two_coordinates(n), lang=lang, measure="OR", effect=2.1),
    "gosh": lambda n, lang: gosh(
        [(p.x, 100 * p.y) for p in two_coordinates(20 * n)],
        lang=lang,
        measure="RR",
        full=(0.4, 40),
    ),
    "drapery": lambda n, lang: drapery(
        studies(n),
        lang=lang,
        measure="RR",
        pooled=StudyEstimate("all", 0.4, 0.05),
        prediction=(0.4, 0.3, 1.1),
    ),
    "sroc": lambda n, lang: sroc(
        [AccuracyPoint(p.label, p.x, p.y, p.size) for p in two_coordinates(n)],
        lang=lang,
        summary=AccuracyPoint("", 0.8, 0.8),
        curve=[(i / 20, (i / 20) ** 0.3) for i in range(21)],
        confidence=ellipse(0.1),
        prediction=ellipse(0.3),
    ),
    "cumulative": lambda n, lang: cumulative(
        rows(n), lang=lang, measure="RR", overall=Summary(1.2, 1.0, 1.5)
    ),
    "leave-one-out": lambda n, lang: leave_one_out(rows(n), lang=lang, measure="RR"),
    "specification curve": lambda n, lang: specification_curve(
        specifications(n), lang=lang, measure="RR"
    ),
}


@pytest.mark.parametrize("lang", [EN, RO], ids=["en", "ro"])
@pytest.mark.parametrize("n", [0, 1, 2, 40])
@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_collides_or_is_clipped(chart: str, n: int, lang: Language) -> None:
    # Made anew: the catalogue that refuses untranslated words is in place only now.
    check(CHARTS[chart](n, Language(lang.code)))


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_input_gives_the_same_bytes(chart: str) -> None:
    assert CHARTS[chart](9, RO) == CHARTS[chart](9, RO)


def circles(svg: str, color: str) -> list[tuple[float, float]]:
    return [
        (float(c.get("cx")), float(c.get("cy")))
        for c in check(svg).iter(f"{NS}circle")
        if c.get("fill") == color and c.find(f"{NS}title") is not None
    ]


def test_the_funnel_puts_precise_studies_on_top_and_large_effects_right() -> None:
    points = [FunnelPoint("precise", 0.0, 0.1), FunnelPoint("large", 1.0, 0.5)]
    (x1, y1), (x2, y2) = circles(funnel(points, lang=EN, measure="RR", center=0.2), "#0072b2")
    assert y1 < y2
    assert x1 < x2


def test_trim_and_fill_is_hollow_and_said() -> None:
    points = [FunnelPoint("a", 0.1, 0.1), FunnelPoint("b", 0.2, 0.3, added=True)]
    root = check(funnel(points, lang=EN, measure="RR", center=0.2))
    assert root.findtext(f"{NS}desc") == "1 study, RR 1.22, 1 added by trim-and-fill"
    assert "added by trim-and-fill" in texts(root)


def test_contours_meet_the_axis_at_the_quantile() -> None:
    """At the largest standard error the edge of P = 0.05 lies at 1.96 of it."""
    points = [FunnelPoint(str(i), x, 1.0) for i, x in enumerate((-4.0, 4.0))]
    root = check(funnel(points, lang=EN, measure="MD", contours=(0.95,)))
    shade = next(p for p in root.iter(f"{NS}polygon") if p.get("fill") == "#e3e6e9")
    corners = [tuple(map(float, p.split(","))) for p in shade.get("points").split()]
    lowest = max(y for _, y in corners)
    edge = max(x for x, y in corners if y == lowest)
    marks = sorted(circles(funnel(points, lang=EN, measure="MD", contours=(0.95,)), "#0072b2"))
    pixels = (marks[1][0] - marks[0][0]) / 8
    middle = (marks[1][0] + marks[0][0]) / 2
    assert (middle - edge) / pixels == pytest.approx(1.959964 * 1.05, abs=0.01)


def test_the_odds_ratio_curve_of_labbe() -> None:
    root = check(labbe([], lang=EN, measure="OR", effect=3.0))
    curve = next(p for p in root.iter(f"{NS}polyline") if p.get("stroke-dasharray"))
    points = [tuple(map(float, p.split(","))) for p in curve.get("points").split()]
    (left, bottom), (right, top) = points[0], points[-1]
    x, y = points[50]
    assert (x - left) / (right - left) == pytest.approx(0.5, abs=1e-3)
    assert (bottom - y) / (bottom - top) == pytest.approx(0.75, abs=1e-3)


def test_gosh_stays_small() -> None:
    cloud = [(math.sin(i), 50 + 40 * math.cos(i * 1.7)) for i in range(100_000)]
    svg = gosh(cloud, lang=EN, measure="RR")
    assert len(svg) < 400_000
    assert "100,000 subsets" in svg


def test_leave_one_out_says_what_was_left_out_and_links() -> None:
    root = check(
        leave_one_out([ForestRow("Elger 2009", 1, 0.5, 2, href="#e")], lang=RO, measure="RR")
    )
    assert "fără Elger 2009" in texts(root)
    assert links(root) == ["#e"]


def test_the_specification_curve_counts_what_excludes_no_effect() -> None:
    some = [
        Specification(2.0, 1.5, 3.0, {"Method": "DL"}),
        Specification(1.1, 0.9, 1.4, {"Method": "REML"}, main=True),
        Specification(0.5, 0.3, 0.8, {"Method": "PM"}),
    ]
    root = check(specification_curve(some, lang=EN, measure="RR"))
    assert root.findtext(f"{NS}desc") == (
        "3 specifications, RR from 0.50 to 2.00, median 1.10, 2 intervals exclude no effect"
    )
