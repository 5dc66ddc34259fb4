"""From results to charts: known data, known figures on the picture."""

from __future__ import annotations

import pytest

from sinteza.charts import from_network, from_pooled
from sinteza.charts.forest import ArmData
from sinteza.charts.words import RATIOS
from sinteza.i18n import Language
from sinteza.stats import effect_sizes, pool
from sinteza.stats.accuracy import pool_accuracy
from sinteza.stats.influence import baujat, cumulative, leave_one_out
from sinteza.stats.measures import LOG_MEASURES
from sinteza.stats.network import Network, network
from sinteza.stats.network.order import partial_order
from sinteza.stats.pooling import Pooled
from sinteza.stats.sensitivity import multiverse
from tests.unit.charts.geometry import NS, check, links, texts

EN, RO = Language("en"), Language("ro")

# BCG vaccine against tuberculosis: cases and persons, vaccinated and not (Colditz GA, Brewer TF,
# Berkey CS, et al. JAMA 1994;271:698-702).
BCG = [
    ("Aronson 1948", 4, 123, 11, 139),
    ("Ferguson & Simes 1949", 6, 306, 29, 303),
    ("Rosenthal 1960", 3, 231, 11, 220),
    ("Hart & Sutherland 1977", 62, 13598, 248, 12867),
    ("Frimodt-Moller 1973", 33, 5069, 47, 5808),
    ("Stein & Aronson 1953", 180, 1541, 372, 1451),
    ("Vandiviere 1973", 8, 2545, 10, 629),
    ("TPT Madras 1980", 505, 88391, 499, 88391),
    ("Coetzee & Berjak 1968", 29, 7499, 45, 7277),
    ("Rosenthal 1961", 17, 1716, 65, 1665),
    ("Comstock 1974", 186, 50634, 141, 27338),
    ("Comstock & Webster 1969", 5, 2498, 3, 2341),
    ("Comstock 1976", 27, 16913, 29, 17854),
]


def pooled(rows: list[tuple[str, int, int, int, int]], method: str = "REML") -> Pooled:
    label, ai, n1i, ci, n2i = zip(*rows, strict=True)
    sizes = effect_sizes("RR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, labels=label)
    return pool(sizes.yi, sizes.vi, method=method, test="z", measure="RR", labels=label)


@pytest.fixture(scope="module")
def bcg() -> Pooled:
    return pooled(BCG)


def test_the_forest_plot_shows_the_published_figures(bcg: Pooled) -> None:
    svg = from_pooled.forest_of(
        bcg,
        lang=EN,
        treated=[ArmData(n, e) for _, e, n, _, _ in BCG],
        control=[ArmData(n, e) for _, _, _, e, n in BCG],
        hrefs=[f"#{i}" for i in range(13)],
        arms=("BCG", "No vaccine"),
    )
    root = check(svg)
    shown = texts(root)
    # metafor 5.1, rma(ai, n1i, ci, n2i, measure="RR"): 0.4894 (0.3441 to 0.6962), tau2 0.3132.
    assert "0.49 [0.34, 0.70]" in shown
    assert any("τ² = 0.31" in text and "I² = 92%" in text for text in shown)
    assert "1.20" not in shown
    assert "0.41 [0.13, 1.26]" in shown  # Aronson
    assert links(root) == [f"#{i}" for i in range(13)]
    assert root.findtext(f"{NS}desc").startswith("13 studies, RR 0.49 (0.34 to 0.70), I² 92%")
    assert "191,064" in shown  # all who were vaccinated


def test_subgroups_keep_their_share_of_the_weight(bcg: Pooled) -> None:
    groups = {"Nord": pooled(BCG[:6]), "Sud": pooled(BCG[6:])}
    svg = from_pooled.forest_of(bcg, lang=RO, groups=groups)
    shown = texts(check(svg))
    assert {"Nord", "Sud", "100,0\u00a0%"} <= set(shown)
    share = sum(bcg.weights[:6])
    assert RO.percent(share / 100, 1) in shown


@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
@pytest.mark.parametrize("lang", [EN, RO], ids=["en", "ro"])
def test_every_chart_of_a_result(method: str, lang: Language) -> None:
    result = pooled(BCG, method)
    lang = Language(lang.code)
    check(from_pooled.forest_of(result, lang=lang, layout="narrow"))
    check(from_pooled.funnel_of(result, lang=lang, added=[(0.2, 0.3), (0.9, 0.5)]))
    check(from_pooled.radial_of(result, lang=lang))
    check(from_pooled.drapery_of(result, lang=lang))
    check(from_pooled.gosh_of(result, [-0.7, -0.6], [90, 91.5], lang=lang))


def test_one_study_is_drawn_without_a_prediction() -> None:
    root = check(from_pooled.forest_of(pooled(BCG[:1]), lang=EN))
    assert "Prediction interval" not in texts(root)


def test_charts_and_statistics_agree_on_what_is_a_logarithm() -> None:
    assert frozenset(LOG_MEASURES) == RATIOS


@pytest.fixture(scope="module")
def fitted() -> Network:
    """Made-up counts: three trials against placebo, one of them with three arms."""
    rows = [
        {"study": s, "treatment": t, "events": e, "n": n}
        for s, t, e, n in [
            ("A 2001", "placebo", 10, 100),
            ("A 2001", "cenobamat", 40, 104),
            ("B 2005", "placebo", 14, 90),
            ("B 2005", "perampanel", 25, 91),
            ("C 2009", "placebo", 9, 80),
            ("C 2009", "perampanel", 20, 84),
            ("C 2009", "cenobamat", 29, 82),
        ]
    ]
    return network(rows, measure="OR", reference="placebo", small_values="undesirable")


def test_every_chart_of_a_network(fitted: Network) -> None:
    for code in ("en", "ro"):
        lang = Language(code)
        check(from_network.league_of(fitted, lang=lang))
        check(from_network.rankogram_of(fitted, lang=lang))
        check(from_network.net_heat_of(fitted, lang=lang))
        check(from_network.funnel_of_network(fitted, lang=lang, order=["placebo"]))
        graph = check(
            from_network.graph_of(fitted, lang=lang, edge_hrefs={("placebo", "cenobamat"): "#e"})
        )
        assert links(graph) == ["#e"]
    assert graph.findtext(f"{NS}desc") == "3 tratamente, 3 comparații directe"
    assert any(t.text == "270 de participanți" for t in graph.iter(f"{NS}title"))


def test_the_network_forest_is_sorted_and_shows_ratios(fitted: Network) -> None:
    shown = texts(check(from_network.network_forest_of(fitted, lang=EN)))
    assert shown.index("cenobamat") < shown.index("perampanel")
    root = check(from_network.network_forest_of(fitted, lang=RO))
    assert root.findtext(f"{NS}desc") == "2 tratamente față de placebo"
    best = fitted.estimate("cenobamat", "placebo")
    expected = f"{2.718281828459045**best.estimate:.2f} ["
    assert any(text.startswith(expected) for text in shown)


def test_the_league_table_has_the_best_first(fitted: Network) -> None:
    shown = texts(check(from_network.league_of(fitted, lang=EN)))
    order = [t for t in shown if t in fitted.treatments]
    assert order == ["cenobamat", "perampanel", "placebo"]
    assert from_network.league_of(fitted, lang=EN, html=True).startswith("<table")


def test_the_partial_order_of_several_outcomes() -> None:
    order = partial_order([{"a": 0.9, "b": 0.5, "c": 0.1}, {"a": 0.8, "b": 0.2, "c": 0.3}])
    root = check(from_network.hasse_of(order, lang=EN))
    assert root.findtext(f"{NS}desc") == "3 treatments, 2 ordered pairs"


def test_the_multiverse_is_drawn_without_differences_among_ratios() -> None:
    _label, ai, n1i, ci, n2i = zip(*BCG, strict=True)
    found = multiverse(ai=ai, n1i=n1i, ci=ci, n2i=n2i, glmm=False)
    main = {"measure": "RR", "method": "REML", "test": "knha", "zero": "only0"}
    root = check(from_pooled.specification_curve_of(found, lang=RO, main=main))
    shown = texts(root)
    assert {"Măsura", "RR", "OR", "REML", "analiza principală"} <= set(shown)
    assert "RD" not in shown
    ratios = sum(one.is_log for one in found.specifications)
    assert root.findtext(f"{NS}desc").startswith(
        RO.plural("{n} specification", "{n} specifications", ratios)
    )
    alone = check(from_pooled.specification_curve_of(found, lang=EN, measures=["RD"]))
    assert "RR" not in texts(alone)


def test_the_summary_roc_plot_of_a_bivariate_model() -> None:
    # Made-up counts.
    found = pool_accuracy(
        tp=[40, 30, 55, 22, 61], fp=[6, 9, 4, 8, 12], fn=[8, 10, 9, 6, 7], tn=[50, 44, 70, 35, 66]
    )
    root = check(from_pooled.sroc_of(found, lang=RO, sizes=[104, 93, 138, 71, 146]))
    sensitivity = RO.percent(found.sensitivity[0], 1)
    assert f"sensibilitate {sensitivity}" in root.findtext(f"{NS}desc")
    assert {"regiunea de predicție 95\u00a0%", "curba sumară", "punctul sumar"} <= set(texts(root))
    tips = [t.text for t in root.iter(f"{NS}title")]
    assert any(tip.startswith("Studiul 5: ") for tip in tips)


def test_series_and_baujat_of_a_result(bcg: Pooled) -> None:
    left = leave_one_out(bcg.yi, bcg.vi, test="z", labels=bcg.labels)
    shown = texts(check(from_pooled.series_of(left, bcg, lang=EN, hrefs={"Aronson 1948": "#a"})))
    fit = left.fits[0]
    assert f"without {bcg.labels[0]}" in shown
    assert any(text.startswith(f"{bcg.display(fit.estimate):.2f} [") for text in shown)
    added = cumulative(bcg.yi, bcg.vi, test="z", labels=bcg.labels)
    assert "+ Comstock 1976" in texts(check(from_pooled.series_of(added, bcg, lang=EN)))
    found = baujat(bcg.yi, bcg.vi, labels=bcg.labels)
    root = check(from_pooled.baujat_of(found, lang=EN))
    most = found.labels[int(found.heterogeneity.argmax())]
    assert f"{most} contributes most to heterogeneity" in root.findtext(f"{NS}desc")
