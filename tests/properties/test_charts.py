"""Charts hold at any input: extreme numbers, strange labels, one study or two hundred."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.charts import words
from sinteza.charts.diagnostics import (
    StudyEstimate,
    StudyPoint,
    baujat,
    drapery,
    gosh,
    labbe,
    radial,
)
from sinteza.charts.evidence_map import MapAxis, MapCell, evidence_map
from sinteza.charts.forest import (
    ArmData,
    EffectTest,
    ForestGroup,
    ForestRow,
    Heterogeneity,
    Summary,
    forest,
)
from sinteza.charts.funnel import FunnelPoint, funnel
from sinteza.charts.league import LeagueCell, league_svg
from sinteza.charts.network import Edge, Node, network_graph
from sinteza.charts.prisma import Count, PrismaFlow, prisma
from sinteza.charts.scale import Scale, value_range
from sinteza.charts.sequence import Specification, specification_curve
from sinteza.charts.svg import log_ticks, text_width, ticks, wrap
from sinteza.i18n import Language
from tests.unit.charts.geometry import check, texts

LANGUAGES = st.sampled_from([Language("en"), Language("ro")])
LABELS = st.text(max_size=60) | st.sampled_from(["", "<b>&\"'", "\x00\x0b", "ștețîâ " * 20])
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
POSITIVE = st.floats(min_value=0, allow_infinity=True) | st.just(math.nan)
SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10**9)
ARMS = st.none() | st.builds(
    ArmData,
    total=st.none() | COUNTS,
    events=st.none() | st.floats(0, 1e9),
    mean=st.none() | NUMBERS,
    sd=st.none() | POSITIVE,
)
ROWS = st.builds(
    ForestRow,
    label=LABELS,
    estimate=st.none() | NUMBERS,
    ci_low=st.none() | NUMBERS,
    ci_high=st.none() | NUMBERS,
    weight=st.none() | SHARES,
    treated=ARMS,
    control=ARMS,
    href=st.none() | LABELS,
    risk_of_bias=st.lists(st.sampled_from(["low", "some", "high", "", "other"]), max_size=3).map(
        tuple
    ),
)
SUMMARIES = st.none() | st.builds(
    Summary,
    estimate=st.none() | NUMBERS,
    ci_low=st.none() | NUMBERS,
    ci_high=st.none() | NUMBERS,
    prediction_low=st.none() | NUMBERS,
    prediction_high=st.none() | NUMBERS,
    label=LABELS,
    heterogeneity=st.none()
    | st.builds(Heterogeneity, tau2=POSITIVE, q=POSITIVE, df=POSITIVE, p=SHARES, i2=SHARES),
    test=st.none() | st.builds(EffectTest, symbol=st.just("z"), value=NUMBERS, p=SHARES),
)


@settings(max_examples=40)
@given(
    rows=st.lists(ROWS, max_size=6).map(tuple),
    summary=SUMMARIES,
    overall=SUMMARIES,
    measure=st.sampled_from(["RR", "MD", "PR", "unknown"]),
    layout=st.sampled_from(["wide", "narrow"]),
    lang=LANGUAGES,
    title=LABELS,
)
def test_forest(
    rows: tuple[ForestRow, ...],
    summary: Summary | None,
    overall: Summary | None,
    measure: str,
    layout: str,
    lang: Language,
    title: str,
) -> None:
    check(
        forest(
            [ForestGroup(rows, title, summary), ForestGroup(rows)],
            lang=lang,
            measure=measure,
            overall=overall,
            title=title,
            layout=layout,
            bias_domains=("Randomization", "", title),
            favors=(title, title),
        )
    )


@pytest.mark.parametrize("measure", ["RR", "MD"])
@pytest.mark.parametrize("size", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_forest_at_any_scale(measure: str, size: float) -> None:
    rows = tuple(
        ForestRow(f"S{i}", size * (1 + i), size * (0.5 + i), size * (3 + i), weight=0.1)
        for i in range(5)
    )
    check(forest([ForestGroup(rows)], lang=Language("ro"), measure=measure))


def test_forest_of_two_hundred() -> None:
    rows = tuple(ForestRow(f"Study {i}", 1 + i / 100, 0.5, 3.0, 0.005) for i in range(200))
    for layout in ("wide", "narrow"):
        check(forest([ForestGroup(rows)], lang=Language("en"), measure="RR", layout=layout))


STUDIES = st.lists(
    st.builds(StudyEstimate, label=LABELS, estimate=NUMBERS, se=POSITIVE, href=st.none() | LABELS),
    max_size=12,
)
POINTS = st.lists(
    st.builds(StudyPoint, label=LABELS, x=NUMBERS, y=NUMBERS, size=POSITIVE), max_size=12
)


@settings(max_examples=25)
@given(studies=STUDIES, center=st.none() | NUMBERS, lang=LANGUAGES, ratio=st.booleans())
def test_funnel_radial_and_drapery(
    studies: list[StudyEstimate], center: float | None, lang: Language, ratio: bool
) -> None:
    measure = "RR" if ratio else "MD"
    points = [FunnelPoint(s.label, s.estimate, s.se, s.href) for s in studies]
    check(funnel(points, lang=lang, measure=measure, center=center))
    middle = 0.0 if center is None else center
    check(radial(studies, lang=lang, measure=measure, center=middle))
    check(drapery(studies[:4], lang=lang, measure=measure, pooled=next(iter(studies), None)))


@settings(max_examples=25)
@given(points=POINTS, lang=LANGUAGES, effect=st.none() | NUMBERS)
def test_scatter_charts(points: list[StudyPoint], lang: Language, effect: float | None) -> None:
    check(baujat(points, lang=lang))
    check(labbe(points, lang=lang, measure="OR", effect=effect))
    check(gosh([(p.x, p.y) for p in points], lang=lang, measure="RR"))


@settings(max_examples=25)
@given(
    given=st.lists(
        st.builds(
            Specification,
            estimate=NUMBERS,
            ci_low=st.none() | NUMBERS,
            ci_high=st.none() | NUMBERS,
            choices=st.dictionaries(LABELS, LABELS, max_size=3),
            main=st.booleans(),
        ),
        max_size=8,
    ),
    lang=LANGUAGES,
)
def test_specification_curve(given: list[Specification], lang: Language) -> None:
    check(specification_curve(given, lang=lang, measure="RR"))


@settings(max_examples=25)
@given(
    labels=st.lists(LABELS, min_size=1, max_size=6, unique=True),
    data=st.data(),
    lang=LANGUAGES,
    style=st.sampled_from(["bubble", "heat"]),
    layout=st.sampled_from(["wide", "narrow"]),
)
def test_evidence_map(
    labels: list[str], data: st.DataObject, lang: Language, style: str, layout: str
) -> None:
    axis = [MapAxis(label, label, label or None) for label in labels]
    cells = data.draw(
        st.lists(
            st.builds(
                MapCell,
                row=st.sampled_from(labels),
                column=st.sampled_from(labels),
                reports=COUNTS,
                participants=st.none() | COUNTS,
                certainty=st.none() | st.sampled_from(["high", "low", "other"]),
            ),
            max_size=6,
        )
    )
    check(evidence_map(axis, axis, cells, lang=lang, style=style, layout=layout, title=labels[0]))


@settings(max_examples=25)
@given(
    counts=st.lists(st.builds(Count, label=LABELS, n=COUNTS, href=st.none() | LABELS), max_size=5),
    lang=LANGUAGES,
    layout=st.sampled_from(["wide", "narrow"]),
)
def test_prisma(counts: list[Count], lang: Language, layout: str) -> None:
    one = counts[0] if counts else None
    flow = PrismaFlow(
        databases=tuple(counts),
        screened=one,
        excluded=one,
        excluded_reasons=tuple(counts),
        other=tuple(counts[:2]),
        studies=one,
    )
    check(prisma(flow, lang=lang, layout=layout))


@settings(max_examples=25)
@given(
    labels=st.lists(LABELS.filter(bool), min_size=1, max_size=20, unique=True),
    lang=LANGUAGES,
    data=st.data(),
)
def test_network_graph_and_league(labels: list[str], lang: Language, data: st.DataObject) -> None:
    some = st.sampled_from(labels)
    edges = data.draw(
        st.lists(st.builds(Edge, one=some, other=some, studies=st.integers(0, 500)), max_size=20)
    )
    nodes = [Node(label, data.draw(st.none() | COUNTS)) for label in labels]
    check(network_graph(nodes, edges, lang=lang, multi_arm=[labels[:3]]))
    effects = {
        (labels[0], label): LeagueCell(data.draw(NUMBERS), data.draw(NUMBERS), data.draw(NUMBERS))
        for label in labels[1:5]
    }
    check(league_svg(labels[:6], effects, lang=lang, measure="OR"))


@given(text=st.text(max_size=80), width=st.floats(12, 300), size=st.floats(8, 15))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: float, size: float) -> None:
    lines = wrap(text, width, size)
    assert all(len(line) == 1 or text_width(line, size) <= width + 1e-6 for line in lines)

    def bare(written: str) -> str:
        return "".join(written.split()).replace("-", "")

    assert bare("".join(lines)) == bare(text)


@given(
    low=st.floats(-1e300, 1e300, allow_subnormal=False),
    span=st.floats(1e-6, 1e300, allow_subnormal=False),
)
def test_linear_ticks_lie_on_the_axis_in_order(low: float, span: float) -> None:
    high = low + span
    found = ticks(low, high)
    assert found == sorted(found)
    assert len(found) <= 13
    slack = 1e-9 * max(abs(low), abs(high), span)
    assert all(low - slack <= v <= high + slack for v in found)


@given(low=st.floats(1e-250, 1e250), factor=st.floats(1.01, 1e50))
def test_log_ticks_lie_on_the_axis_in_order(low: float, factor: float) -> None:
    found = log_ticks(low, low * factor)
    assert found == sorted(found)
    assert 1 <= len(found) <= 8
    assert all(low * 0.9999 <= v <= low * factor * 1.0001 for v in found)


@given(values=st.lists(st.floats(1e-100, 1e100), min_size=1, max_size=20))
def test_an_axis_holds_estimates_that_are_not_absurd(values: list[float]) -> None:
    low, high = value_range(values, log=True, null=1.0)
    assert 0 < low < high < math.inf
    scale = Scale(low, high, 0, 100, log=True)
    middle = sorted([*values, 1.0])[len(values) // 2 + len(values) % 2 - 1 :][:1][0]
    assert 0 <= scale(middle) <= 100


@given(value=NUMBERS, lang=LANGUAGES)
def test_a_figure_is_short_and_has_the_sign_of_its_language(value: float, lang: Language) -> None:
    shown = words.figure(lang, value)
    assert 0 < len(shown) <= 12
    assert "." not in shown or lang.code == "en" or abs(value) >= 1000


def test_labels_are_written_as_text() -> None:
    row = ForestRow("a</text><script>1</script>", 1.0, 0.5, 2.0)
    root = check(forest([ForestGroup((row,))], lang=Language("en"), measure="RR"))
    assert "a</text><script>1</script>" in "".join(texts(root)).replace(" ", "")
