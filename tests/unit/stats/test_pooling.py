"""Pooling: published numbers, refusals, notes."""

from __future__ import annotations

import numpy as np
import pytest

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import effect_sizes, mantel_haenszel, peto, pool

# Colditz et al. 1994, the BCG vaccine trials: cases and sizes, vaccinated and not
BCG = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
}
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]


def test_bcg_reml_is_the_published_result():
    # Viechtbauer 2010, section 3.1
    es = effect_sizes("RR", **BCG)
    result = pool(es.yi, es.vi, test="z", measure="RR")
    assert result.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert result.se == pytest.approx(0.1798, abs=5e-5)
    assert result.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert result.i2 == pytest.approx(92.22, abs=5e-3)
    assert result.q == pytest.approx(152.2330, abs=5e-5)
    assert "0.4894" in result.summary()


def test_meta_regression_on_latitude():
    es = effect_sizes("RR", **BCG)
    fit = pool(es.yi, es.vi, mods={"latitude": LATITUDE}, test="z")
    assert fit.estimate == pytest.approx([0.2515, -0.0291], abs=5e-5)
    assert fit.qm == pytest.approx(16.3571, abs=5e-3)
    assert fit.names == ("intercept", "latitude")
    assert "latitude" in fit.summary()


def test_mantel_haenszel_and_peto():
    assert mantel_haenszel("RR", **BCG).estimate == pytest.approx(-0.4537, abs=5e-5)
    assert peto(**BCG).estimate == pytest.approx(-0.4744, abs=5e-5)


def test_mantel_haenszel_zero_rules_differ_where_a_cell_is_empty():
    data = {
        "ai": [0, 5, 0, 2],
        "n1i": [50, 50, 60, 40],
        "ci": [4, 8, 0, 3],
        "n2i": [50, 52, 61, 41],
    }
    plain = mantel_haenszel("RR", zero="none", **data)
    revman = mantel_haenszel("RR", zero="revman", **data)
    assert plain.estimate != revman.estimate
    assert revman.weights[2] == 0
    assert any("with 1/2 added" in note for note in revman.notes)


def test_one_study_is_its_own_estimate():
    result = pool([0.5], [0.1])
    assert (result.estimate, result.test, result.tau2) == (0.5, "z", 0.0)
    assert result.notes


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: pool([0.1], [0.1], method="XX"), "no method"),
        (lambda: pool([0.1], [0.1], test="XX"), "no test"),
        (lambda: pool([0.1, 0.2], [0.0, 0.1], method="DL"), "variance is zero"),
        (lambda: pool([0.1, 0.2], [0.1]), "differ in length"),
        (lambda: effect_sizes("ORR", ai=[1]), "no measure"),
        (lambda: effect_sizes("RR", ai=[1], n1i=[2]), "missing"),
        (lambda: effect_sizes("RR", ai=[9], n1i=[2], ci=[1], n2i=[3]), "more events"),
        (lambda: pool(["a"], [0.1]), "not a number"),
    ],
)
def test_refusals_say_what_is_wrong(call, match):
    with pytest.raises(SynthesisError, match=match):
        call()


def test_nothing_to_pool():
    with pytest.raises(TooFewStudies):
        pool([np.nan], [0.1])
    with pytest.raises(TooFewStudies):
        mantel_haenszel("RR", ai=[0, 0], n1i=[5, 5], ci=[0, 0], n2i=[5, 5])


def test_every_note_is_spoken_in_romanian():
    from sinteza.i18n import Language
    from sinteza.stats import notes

    lang = Language("ro")
    for template in notes.TEMPLATES:
        words = template.format(add="0.5", count=3, k=12, names="x")
        assert notes.translate(words, lang) != words
    assert notes.translate("Studies with 0.5 added to their cells: 2.", lang).startswith(
        "Studii cu 0,5"
    )


def test_the_summary_in_romanian():
    from sinteza.i18n import Language

    es = effect_sizes("RR", **BCG)
    text = pool(es.yi, es.vi, measure="RR").summary(Language("ro"))
    assert "13 studii; efecte aleatorii" in text
    assert "0,4894" in text
