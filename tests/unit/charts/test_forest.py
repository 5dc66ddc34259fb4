from __future__ import annotations

import math

import pytest

from sinteza.charts.forest import (
    ArmData,
    EffectTest,
    ForestGroup,
    ForestRow,
    Heterogeneity,
    Summary,
    forest,
    forest_sentence,
)
from sinteza.i18n import Language
from tests.unit.charts.geometry import NS, check, links, texts

LONG = "Colaborarea pentru studiul neurostimulării responsive la adulți cu epilepsie 2014"


def rows(n: int) -> tuple[ForestRow, ...]:
    out = []
    for i in range(n):
        middle = 0.4 * 1.13**i if i < 12 else 1.2 + 0.03 * i
        spread = math.exp(0.3 + 0.02 * i)
        out.append(
            ForestRow(
                LONG if i % 5 == 2 else f"Brodie {1990 + i}",
                middle,
                middle / spread,
                middle * spread,
                weight=1 / n,
                treated=ArmData(total=1200 + i, events=30 + i),
                control=ArmData(total=90 + i, events=12),
                href=f"#study-{i}",
                risk_of_bias=("low", "some", "high"),
            )
        )
    return tuple(out)


POOLED = Summary(
    1.8,
    1.3,
    2.5,
    0.7,
    4.1,
    weight=1.0,
    heterogeneity=Heterogeneity(tau2=0.0213, q=16.7, df=11, p=0.12, i2=34.0),
    test=EffectTest("t", 3.4, 0.006, df=11),
)


@pytest.mark.parametrize("code", ["en", "ro"])
@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("n", [1, 2, 12, 40])
def test_nothing_collides_or_is_clipped(code: str, layout: str, n: int) -> None:
    groups = [ForestGroup(rows(n), LONG, POOLED), ForestGroup(rows(2), "Dieta", POOLED)]
    root = check(
        forest(
            groups,
            lang=Language(code),
            measure="RR",
            overall=POOLED,
            subgroup_test=EffectTest("χ²", 2.2, 0.14, df=1),
            favors=("În favoarea intervenției simulate", "În favoarea stimulării nervului vag"),
            arms=("Stimulare de nerv vag", "Stimulare simulată"),
            bias_domains=("Randomizare", "Abateri", "Date lipsă"),
            layout=layout,
        )
    )
    assert len([link for link in links(root) if link.startswith("#study")]) == n + 2


def test_the_sentence_says_what_is_drawn() -> None:
    groups = [ForestGroup(rows(12))]
    said = forest_sentence(groups, POOLED, lang=Language("en"), measure="RR")
    assert said == ("12 studies, RR 1.80 (1.30 to 2.50), I² 34%, prediction interval 0.70 to 4.10")
    root = check(forest(groups, lang=Language("en"), measure="RR", overall=POOLED))
    assert root.findtext(f"{NS}desc") == said


def test_without_an_overall_result_the_sentence_says_each_group() -> None:
    groups = [ForestGroup(rows(3), "Diet", POOLED), ForestGroup(rows(2), "Surgery")]
    said = forest_sentence(groups, None, lang=Language("en"), measure="RR")
    assert said == "5 studies; Diet: RR 1.80 (1.30 to 2.50)"


def test_romanian_has_decimal_commas_and_semicolons() -> None:
    root = check(forest([ForestGroup(rows(2))], lang=Language("ro"), measure="RR", overall=POOLED))
    shown = texts(root)
    assert "1,80 [1,30; 2,50]" in shown
    assert "Heterogenitate: τ² = 0,02; χ² = 16,70, df = 11 (P = 0,12); I² = 34\u00a0%" in shown
    assert "2.401" in shown  # the summed total of the treated arms
    assert "2 studii, RR 1,80 (1,30 până la 2,50), I² 34\u00a0%" in root.findtext(f"{NS}desc")


def test_a_wide_interval_is_clipped_with_an_arrow_and_a_square_stays_in_place() -> None:
    plain = [ForestRow(f"S{i}", 1.5, 1.1, 2.0, weight=0.1) for i in range(9)]
    wide = ForestRow("Wide", 2.0, 0.001, 9000.0, weight=0.01)
    svg = forest([ForestGroup((*plain, wide))], lang=Language("en"), measure="RR")
    root = check(svg)
    arrows = [p for p in root.iter(f"{NS}polygon") if len(p.get("points").split()) == 3]
    assert len(arrows) == 2
    assert "2.00 [0.0010, 9,000]" in texts(root)


def test_not_estimable_is_said_and_draws_no_square() -> None:
    row = ForestRow("Zero 2001", None, treated=ArmData(20, 0), control=ArmData(21, 0))
    root = check(forest([ForestGroup((row,))], lang=Language("en"), measure="RR"))
    assert "not estimable" in texts(root)
    squares = [r for r in root.iter(f"{NS}rect") if r.get("fill") == "#0072b2"]
    assert squares == []


def test_the_square_grows_with_the_weight_by_area() -> None:
    pair = (ForestRow("A", 1, 0.5, 2, weight=0.9), ForestRow("B", 1, 0.5, 2, weight=0.1))
    root = check(forest([ForestGroup(pair)], lang=Language("en"), measure="OR"))
    sides = [float(r.get("width")) for r in root.iter(f"{NS}rect") if r.get("fill") == "#0072b2"]
    assert sides[0] == pytest.approx(13.0)
    assert sides[1] == pytest.approx(4 + 9 / 3)


def test_markup_in_a_label_stays_text() -> None:
    row = ForestRow('<script>alert("1")</script> & co \x00', 1, 0.5, 2, href='#"><b>')
    root = check(forest([ForestGroup((row,))], lang=Language("en"), measure="RR"))
    assert not list(root.iter(f"{NS}script"))
    assert links(root) == ['#"><b>']


def test_the_same_input_gives_the_same_bytes() -> None:
    groups = [ForestGroup(rows(5))]
    first, second = (
        forest(groups, lang=Language("ro"), measure="RR", overall=POOLED) for _ in range(2)
    )
    assert first == second


def test_continuous_outcomes_show_mean_and_sd() -> None:
    row = ForestRow(
        "A 2001", -1.2, -3.0, 0.6, 1.0, ArmData(20, mean=3.2, sd=1.1), ArmData(22, mean=4.4, sd=2.1)
    )
    root = check(forest([ForestGroup((row,))], lang=Language("en"), measure="MD"))
    assert {"Mean", "SD", "3.20", "1.10", "−1.20 [−3.00, 0.60]"} <= set(texts(root))
